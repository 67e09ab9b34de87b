"""Attachments: files beside reports, visits, assessments, applications and what providers assure."""

from base64 import b64encode
from typing import Annotated, cast

from fastapi import Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.attachments.store import AttachmentStore
from app.models.attachments import Attachment
from app.problems import NotFound
from app.queries.attachments import changed_since
from app.rules.attachments import EXTENSIONS, LARGEST_FILE, AttachmentAbout, AttachmentState, FileType
from app.schemas.attachments import AttachmentDeclare, AttachmentRead
from app.schemas.wire import Id, Instant
from app.services import attachments
from app.services.attachments_content import proved_content
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.raw_body import Raw, raw_body
from app.web.router import edge_router

router = edge_router("attachments")

Reader = Annotated[Caller, allow(Scope.ATTACHMENTS_READ)]
Writer = Annotated[Caller, allow(Scope.ATTACHMENTS_WRITE)]


async def _store(request: Request) -> AttachmentStore:
    return cast(AttachmentStore, request.app.state.attachments)


Store = Annotated[AttachmentStore, Depends(_store)]

_TEXTS = frozenset({FileType.TEXT, FileType.CSV})
_FILES = {
    "description": "The file as it was stored.",
    "content": {
        each.value: {
            "schema": {"type": "string", "format": "binary", "minLength": 1, "maxLength": LARGEST_FILE},
            "example": "…",
        }
        for each in FileType
    },
    "headers": {
        "Content-Disposition": {"$ref": "#/components/headers/Content-Disposition"},
        "Repr-Digest": {"$ref": "#/components/headers/Repr-Digest"},
    },
}


class FileResponse(StreamingResponse):
    """Of whichever type the attachment is; the contract begins with one of them."""

    media_type = FileType.PDF.value


@router.get("/attachments", operation_id="list_attachments")
async def list_attachments(
    caller: Reader,
    session: Session,
    pages: Pages,
    about: AttachmentAbout | None = None,
    subject_id: Id | None = None,
    state: AttachmentState | None = None,
    since: Annotated[Instant | None, Query(alias="changed_since")] = None,
) -> Page[AttachmentRead]:
    """The attachments of one thing, named by `about` and `subject_id`, for whoever may read the thing.

    Without the two: those that the caller's own organisation added. The client needs the scope to read the thing as
    well. What has not come yet is shown to the organisation that declared it alone. `changed_since` covers those whose
    subject has changed, by which others may have come to see them.
    """
    statement = await attachments.listed(caller, session, about, subject_id)
    if state is not None:
        statement = statement.where(col(Attachment.state) == state)
    if since is not None:
        statement = changed_since(caller, statement, about, since)
    rows, page = await pages.rows(session, statement, [col(Attachment.created_at), col(Attachment.id)])
    caller.sees_placements(*(row[0].placement_id for row in rows if row[0].placement_id is not None))
    return page.holding([_read(row[0]) for row in rows])


@router.post("/attachments", operation_id="declare_attachment", status_code=201)
async def declare_attachment(
    body: AttachmentDeclare, caller: Writer, session: Session, response: Response
) -> AttachmentRead:
    """Says what file is about to come; then send it to `/v1/attachments/{attachment_id}/content` within 7 days.

    By whoever writes the thing that it is about: the provider of a report, certificate, confirmation or application;
    the council that leads a visit, and its provider; the assessor; who keeps the provider's directory entry; the
    provider of an annual return; the observer; each party to a qualification's placement; the keeper of an action
    plan, and for its actions the provider too; whoever reads a concern. The client needs the scope for that as well.
    Nothing is attached to what has been submitted, shared, completed, closed or decided.
    """
    attachment = await attachments.declare_attachment(caller, session, body)
    response.headers["Location"] = f"{attachments.PATH}/{attachment.id}"
    return _shown(response, attachment)


@router.get("/attachments/{attachment_id}", operation_id="get_attachment")
async def get_attachment(attachment_id: Id, caller: Reader, session: Session, response: Response) -> AttachmentRead:
    """One attachment, without its content."""
    return _shown(response, await attachments.readable_attachment(caller, session, attachment_id))


@router.delete(
    "/attachments/{attachment_id}", operation_id="withdraw_attachment", status_code=204, response_class=Response
)
async def withdraw_attachment(attachment_id: Id, expected: ExpectedVersion, caller: Writer, session: Session) -> None:
    """Takes an attachment back, by the organisation that added it, at any time: it may have been the wrong file.

    Content, title and file name are gone from here at once, and the content from the store within minutes. The rest
    stays, so that readers see that it was withdrawn.
    """
    await attachments.withdraw_attachment(caller, session, attachment_id, expected)


@router.put(
    "/attachments/{attachment_id}/content",
    operation_id="store_attachment_content",
    openapi_extra=raw_body(*FileType, prefix="/v1/attachments"),
)
async def store_attachment_content(
    attachment_id: Id,
    file: Raw,
    expected: ExpectedVersion,
    caller: Writer,
    session: Session,
    store: Store,
    response: Response,
) -> AttachmentRead:
    """The content of a declared attachment, as a raw body of the declared type, size and checksum; up to 20 MiB.

    The content is looked into. Refused are files of another type than was declared, damaged ones, archives that
    expand out of proportion, files that are of two types at once, and those with macros, scripts or other programs in
    them as far as that can be seen from outside. Files are not scanned for viruses.
    """
    attachment = await attachments.store_content(
        caller, session, store, attachment_id, file.content, file.media_type, expected
    )
    return _shown(response, attachment)


@router.get(
    "/attachments/{attachment_id}/content",
    operation_id="get_attachment_content",
    response_class=FileResponse,
    response_model=None,
    responses={200: _FILES},
)
async def get_attachment_content(attachment_id: Id, caller: Reader, session: Session, store: Store) -> Response:
    """The file itself, to be saved and never shown in the page: named by its id, since its own name may say too much.

    `Repr-Digest` holds its SHA-256, which was proved before the first byte went out.
    """
    attachment = await attachments.readable_attachment(caller, session, attachment_id)
    if attachment.state is not AttachmentState.STORED:
        raise NotFound
    file_type = FileType(attachment.media_type)
    return FileResponse(
        await proved_content(store, attachment),
        media_type=f"{file_type.value}; charset=utf-8" if file_type in _TEXTS else file_type.value,
        headers={
            "Content-Disposition": f'attachment; filename="{attachment.id}{EXTENSIONS[file_type][0]}"',
            "Content-Length": str(attachment.size),
            "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
            "Repr-Digest": f"sha-256=:{b64encode(bytes.fromhex(attachment.sha256)).decode()}:",
        },
    )


def _shown(response: Response, attachment: Attachment) -> AttachmentRead:
    tag(response, attachment.version)
    return _read(attachment)


def _read(attachment: Attachment) -> AttachmentRead:
    return AttachmentRead.model_validate(attachment.model_dump(include=set(AttachmentRead.model_fields)))
