"""Imports of files: opened, given their content, cancelled. Their rows are done by `imports_running`."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.access.scopes import Scope
from app.clock import utc_now
from app.models.imports import Import, ImportRow
from app.models.organisations import OrganisationKind
from app.problems import FieldError, Forbidden, Invalid, UnsupportedMediaType, WrongKindOfOrganisation
from app.queries.imports import visible_import
from app.rules.imports import IMPORTS, ImportKind, ImportState, RowState
from app.schemas.imports import ImportCreate
from app.services.changes import changed, made, moved
from app.services.imports_reading import Read, read_file

PATH = "/v1/imports"
CSV, ICALENDAR = "text/csv", "text/calendar"
KEPT = timedelta(days=31)

# Who may make one of these by the API's own operations, and with which scope.
NEEDS: Mapping[ImportKind, tuple[Scope, frozenset[OrganisationKind]]] = {
    ImportKind.PUPILS: (Scope.PUPILS_WRITE, frozenset({OrganisationKind.COUNCIL, OrganisationKind.SCHOOL})),
    ImportKind.PLACEMENTS: (Scope.PLACEMENTS_WRITE, frozenset(OrganisationKind)),
    ImportKind.PROVIDERS: (Scope.DIRECTORY_WRITE, frozenset({OrganisationKind.COUNCIL})),
    ImportKind.CALENDARS: (Scope.CALENDARS_WRITE, frozenset(OrganisationKind)),
}


async def open_import(caller: Caller, session: AsyncSession, body: ImportCreate) -> Import:
    """Opens an import, which then waits for its content.

    Raises Forbidden or WrongKindOfOrganisation where the caller may not make one of these by itself.
    """
    _insist_may_import(caller, body.kind)
    if body.calendar_name is not None and body.kind is not ImportKind.CALENDARS:
        raise Invalid([FieldError("/calendar_name", "not_expected", "names the calendar of a file of calendars only")])
    opened = Import(
        **made(caller.now),
        **body.model_dump(),
        organisation_id=caller.organisation_id,
        client_id=caller.client_id,
        on_behalf_of=caller.on_behalf_of,
        state=ImportState.AWAITING_CONTENT,
        kept_until=utc_now() + KEPT,
    )
    session.add(opened)
    await session.flush()
    return opened


async def upload_content(
    caller: Caller,
    session: AsyncSession,
    import_id: UUID,
    content: bytes,
    media_type: str,
    charset: str | None,
    expected_version: int,
) -> Import:
    """Takes the file, and keeps its rows until they are done: for the client that sent it, whoever opened the import.

    Raises NotFound, Forbidden, PreconditionFailed, RuleRefused, UnsupportedMediaType, and Invalid for a file that
    cannot be read; after that another may be sent.
    """
    held = await visible_import(caller, session, import_id, lock=True)
    _insist_may_import(caller, held.kind)
    after = moved(held, expected_version, IMPORTS, held.state, "upload", None)
    if media_type == ICALENDAR and held.kind is not ImportKind.CALENDARS:
        raise UnsupportedMediaType("Only calendars are imported from text/calendar; send text/csv.")
    read = await read_file(held.kind, content, charset, held.calendar_name, icalendar=media_type == ICALENDAR)
    await session.execute(insert(ImportRow), [_row(held, each) for each in read])
    held.row_count = len(read)
    held.rejected_count = sum(bool(each.line.faults) for each in read)
    held.client_id, held.on_behalf_of = caller.client_id, caller.on_behalf_of
    held.media_type = media_type
    held.content_sha256 = sha256(content).hexdigest()
    held.uploaded_at = caller.now
    held.state = after
    changed(held, caller)
    await session.flush()
    return held


async def cancel_import(caller: Caller, session: AsyncSession, import_id: UUID, expected_version: int) -> Import:
    """Leaves the rows that are not done undone, and forgets them; what was done stays.

    Raises NotFound, PreconditionFailed, RuleRefused.
    """
    held = await visible_import(caller, session, import_id, lock=True)
    held.state = moved(held, expected_version, IMPORTS, held.state, "cancel", None)
    await leave_undone(session, held)
    held.settled_at = caller.now
    changed(held, caller)
    await session.flush()
    return held


async def leave_undone(session: AsyncSession, held: Import) -> None:
    """The rows that wait are not done, and what they said is forgotten."""
    done = held.made_count + held.changed_count + held.unchanged_count + held.rejected_count
    held.not_done_count = held.row_count - done
    await session.execute(
        update(ImportRow)
        .where(col(ImportRow.import_id) == held.id, col(ImportRow.state) == RowState.WAITING)
        .values(state=RowState.NOT_DONE, cells=None)
    )


def _insist_may_import(caller: Caller, kind: ImportKind) -> None:
    """Raises Forbidden or WrongKindOfOrganisation where the caller may not make one of these by itself."""
    scope, kinds = NEEDS[kind]
    if scope not in caller.scopes:
        raise Forbidden(needed_scope=scope.value)
    if caller.kind not in kinds:
        raise WrongKindOfOrganisation(needed_kinds=sorted(each.value for each in kinds))


def _row(held: Import, read: Read) -> dict[str, object]:
    faults: Sequence[object] = [fault.as_json() for fault in read.line.faults]
    return {
        "import_id": held.id,
        "line": read.line.number,
        "organisation_id": held.organisation_id,
        "unit": read.unit,
        "state": RowState.REJECTED if faults else RowState.WAITING,
        "cells": None if faults else dict(read.line.cells),
        "faults": faults,
    }
