"""Shares of toolkit assessments: the one assessed lets another organisation read one, and may take that back."""

from operator import eq, ge
from typing import Annotated

from fastapi import Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.organisations import OrganisationKind
from app.models.toolkit_shares import ToolkitShare
from app.queries.toolkit_shares import visible_share, visible_shares
from app.rules.toolkit_shares import ShareState
from app.schemas.toolkit_shares import ToolkitShareMake, ToolkitShareRead
from app.schemas.wire import Id, Instant
from app.services import toolkit_shares
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("toolkit")

Reader = Annotated[Caller, allow(Scope.TOOLKIT_READ)]
Assessed = Annotated[Caller, allow(Scope.TOOLKIT_WRITE, OrganisationKind.PROVIDER, OrganisationKind.SCHOOL)]


@router.get("/toolkit-shares", operation_id="list_toolkit_shares")
async def list_toolkit_shares(
    caller: Reader,
    session: Session,
    pages: Pages,
    assessment_id: Id | None = None,
    shared_with_id: Id | None = None,
    state: ShareState | None = None,
    changed_since: Instant | None = None,
) -> Page[ToolkitShareRead]:
    """What the calling organisation shares of its own assessments, and what is shared with it."""
    filters = [
        (col(ToolkitShare.assessment_id), eq, assessment_id),
        (col(ToolkitShare.shared_with_id), eq, shared_with_id),
        (col(ToolkitShare.state), eq, state),
        (col(ToolkitShare.changed_at), ge, changed_since),
    ]
    statement = visible_shares(caller).where(
        *[compare(field, value) for field, compare, value in filters if value is not None]
    )
    rows, page = await pages.rows(session, statement, [col(ToolkitShare.created_at), col(ToolkitShare.id)])
    return page.holding([_read(row[0]) for row in rows])


@router.post("/toolkit-shares", operation_id="make_toolkit_share", status_code=201)
async def make_toolkit_share(
    body: ToolkitShareMake, caller: Assessed, session: Session, response: Response
) -> ToolkitShareRead:
    """Lets one more organisation read a complete assessment of the calling one, whoever wrote it."""
    share = await toolkit_shares.make_share(caller, session, body)
    response.headers["Location"] = f"{toolkit_shares.PATH}/{share.id}"
    return _shown(response, share)


@router.get("/toolkit-shares/{share_id}", operation_id="get_toolkit_share")
async def get_toolkit_share(share_id: Id, caller: Reader, session: Session, response: Response) -> ToolkitShareRead:
    """A share: of what, with whom, and whether it stands."""
    return _shown(response, await visible_share(caller, session, share_id))


@router.post("/toolkit-shares/{share_id}/retraction", operation_id="retract_toolkit_share")
async def retract_toolkit_share(
    share_id: Id, expected: ExpectedVersion, caller: Assessed, session: Session, response: Response
) -> ToolkitShareRead:
    """Takes a share back: from now on the other organisation reads the assessment no longer."""
    return _shown(response, await toolkit_shares.retract_share(caller, session, share_id, expected))


def _shown(response: Response, share: ToolkitShare) -> ToolkitShareRead:
    tag(response, share.version)
    return _read(share)


def _read(share: ToolkitShare) -> ToolkitShareRead:
    return ToolkitShareRead.model_validate(share.model_dump(include=set(ToolkitShareRead.model_fields)))
