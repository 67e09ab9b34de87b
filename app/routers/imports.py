"""Imports of files: pupils, placements, providers and calendars, row by row."""

from typing import Annotated

from fastapi import Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.imports import Import, ImportRow
from app.queries.imports import rows_of, visible_import, visible_imports
from app.rules.imports import ImportKind, ImportState, RowState
from app.schemas.imports import ImportCreate, ImportRead, ImportRowRead
from app.schemas.wire import Id, Instant
from app.services import imports
from app.services.import_templates import template
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.raw_body import Raw, raw_body
from app.web.router import edge_router

router = edge_router("imports")

_FILE = raw_body(imports.CSV, imports.ICALENDAR, prefix=imports.PATH)
_FILE["requestBody"]["content"][imports.CSV]["example"] = template(ImportKind.PUPILS)
_FILE["requestBody"]["content"][imports.ICALENDAR]["example"] = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//EN\r\nNAME:Northshire 2026/27\r\nBEGIN:VEVENT\r\nUID:1\r\n"
    "DTSTART;VALUE=DATE:20260903\r\nDTEND;VALUE=DATE:20261024\r\nSUMMARY:Autumn 1\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)

Reader = Annotated[Caller, allow(Scope.IMPORTS_READ)]
Importer = Annotated[Caller, allow(Scope.IMPORTS_WRITE)]


@router.get("/imports", operation_id="list_imports")
async def list_imports(
    caller: Reader,
    session: Session,
    pages: Pages,
    kind: ImportKind | None = None,
    state: ImportState | None = None,
    changed_since: Instant | None = None,
) -> Page[ImportRead]:
    """The imports of the caller's organisation of the last 31 days."""
    statement = visible_imports(caller)
    if kind is not None:
        statement = statement.where(col(Import.kind) == kind)
    if state is not None:
        statement = statement.where(col(Import.state) == state)
    if changed_since is not None:
        statement = statement.where(col(Import.changed_at) >= changed_since)
    rows, page = await pages.rows(session, statement, [col(Import.id)])
    return page.holding([_read(row[0]) for row in rows])


@router.post("/imports", operation_id="open_import", status_code=201)
async def open_import(body: ImportCreate, caller: Importer, session: Session, response: Response) -> ImportRead:
    """Opens an import; its file is then put to its `content`. A dry run, unless `dry_run` is false.

    The client needs the scope of making one of these by itself too (`pupils:write`, `placements:write`,
    `directory:write`, `calendars:write`), and the organisation must be of a kind that may.
    """
    opened = await imports.open_import(caller, session, body)
    response.headers["Location"] = f"{imports.PATH}/{opened.id}"
    return _shown(response, opened)


@router.get("/imports/{import_id}", operation_id="get_import")
async def get_import(import_id: Id, caller: Reader, session: Session, response: Response) -> ImportRead:
    """One import, and how far it is."""
    return _shown(response, await visible_import(caller, session, import_id))


@router.put(
    "/imports/{import_id}/content",
    operation_id="upload_import_content",
    openapi_extra=_FILE,
)
async def upload_import_content(
    import_id: Id, file: Raw, expected: ExpectedVersion, caller: Importer, session: Session, response: Response
) -> ImportRead:
    """Gives the import its file; its rows are then done within moments, batch by batch.

    CSV as of RFC 4180, in UTF-8 with or without a byte order mark; in Windows-1252 only where `charset` says so.
    Calendars come as `text/calendar` too. A file that cannot be read in one way only is refused with what is wrong,
    and another may be sent; a row that is wrong costs that row, and is named in the report.
    """
    held = await imports.upload_content(
        caller, session, import_id, file.content, file.media_type, file.charset, expected
    )
    return _shown(response, held)


@router.post("/imports/{import_id}/cancellation", operation_id="cancel_import")
async def cancel_import(
    import_id: Id, expected: ExpectedVersion, caller: Importer, session: Session, response: Response
) -> ImportRead:
    """Leaves undone what is not done yet. What was done stays."""
    return _shown(response, await imports.cancel_import(caller, session, import_id, expected))


@router.get("/imports/{import_id}/rows", operation_id="list_import_rows")
async def list_import_rows(
    import_id: Id, caller: Reader, session: Session, pages: Pages, state: RowState | None = None
) -> Page[ImportRowRead]:
    """The report, in the order of the file: what became of each row, and what was wrong with it, by column."""
    held = await visible_import(caller, session, import_id)
    statement = rows_of(caller, held.id)
    if state is not None:
        statement = statement.where(col(ImportRow.state) == state)
    rows, page = await pages.rows(session, statement, [col(ImportRow.line)])
    return page.holding([_row_read(held, row[0]) for row in rows])


def _shown(response: Response, held: Import) -> ImportRead:
    tag(response, held.version)
    return _read(held)


def _read(held: Import) -> ImportRead:
    return ImportRead.model_validate(held.model_dump(include=set(ImportRead.model_fields)))


def _row_read(held: Import, row: ImportRow) -> ImportRowRead:
    shown = row.model_dump(include={"line", "state", "faults"})
    resource = f"/v1/{held.kind.value}/{row.made_id}" if row.made_id else None
    return ImportRowRead.model_validate({**shown, "resource": resource})
