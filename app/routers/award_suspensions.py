"""Suspensions of awards: for some days no placement begins under them."""

from typing import Annotated

from fastapi import Query, Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.frameworks import AwardSuspension
from app.models.organisations import OrganisationKind
from app.queries.award_suspensions import (
    changed_since,
    visible_award_suspension,
    visible_award_suspensions,
    with_state,
)
from app.rules.award_suspensions import AwardSuspensionState
from app.schemas.award_suspensions import AwardSuspend, AwardSuspensionLift, AwardSuspensionRead
from app.schemas.wire import Id, Instant
from app.services import award_suspensions
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("frameworks")

Reader = Annotated[Caller, allow(Scope.FRAMEWORKS_READ)]
Council = Annotated[Caller, allow(Scope.FRAMEWORKS_WRITE, OrganisationKind.COUNCIL)]


@router.get("/lot-award-suspensions", operation_id="list_lot_award_suspensions")
async def list_lot_award_suspensions(
    caller: Reader,
    session: Session,
    pages: Pages,
    lot_award_id: Id | None = None,
    provider_id: Id | None = None,
    state: AwardSuspensionState | None = None,
    since: Annotated[Instant | None, Query(alias="changed_since")] = None,
) -> Page[AwardSuspensionRead]:
    """The suspensions of the awards the caller may see. `changed_since` covers those that began or ended."""
    statement = visible_award_suspensions(caller)
    wanted = ((AwardSuspension.lot_award_id, lot_award_id), (AwardSuspension.provider_id, provider_id))
    for column, value in wanted:
        if value is not None:
            statement = statement.where(col(column) == value)
    if state is not None:
        statement = with_state(statement, state, caller.today)
    if since is not None:
        statement = changed_since(statement, since, caller.today)
    rows, page = await pages.rows(session, statement, [col(AwardSuspension.from_on), col(AwardSuspension.id)])
    return page.holding([_read(caller, row[0]) for row in rows])


@router.post("/lot-award-suspensions", operation_id="suspend_lot_award", status_code=201)
async def suspend_lot_award(
    body: AwardSuspend, caller: Council, session: Session, response: Response
) -> AwardSuspensionRead:
    """Suspends an award of the calling council's from today on or later. Placements made under it go on."""
    suspension = await award_suspensions.suspend_award(caller, session, body)
    response.headers["Location"] = f"{award_suspensions.PATH}/{suspension.id}"
    return _shown(caller, response, suspension)


@router.get("/lot-award-suspensions/{suspension_id}", operation_id="get_lot_award_suspension")
async def get_lot_award_suspension(
    suspension_id: Id, caller: Reader, session: Session, response: Response
) -> AwardSuspensionRead:
    """One suspension of an award; council and provider read its reason too."""
    return _shown(caller, response, await visible_award_suspension(caller, session, suspension_id))


@router.post("/lot-award-suspensions/{suspension_id}/lifting", operation_id="lift_lot_award_suspension")
async def lift_lot_award_suspension(
    suspension_id: Id,
    body: AwardSuspensionLift,
    expected: ExpectedVersion,
    caller: Council,
    session: Session,
    response: Response,
) -> AwardSuspensionRead:
    """Lifts a suspension: from today on placements may begin under the award again."""
    return _shown(
        caller, response, await award_suspensions.lift_suspension(caller, session, suspension_id, body, expected)
    )


def _shown(caller: Caller, response: Response, suspension: AwardSuspension) -> AwardSuspensionRead:
    tag(response, suspension.version)
    return _read(caller, suspension)


def _read(caller: Caller, suspension: AwardSuspension) -> AwardSuspensionRead:
    shown = suspension.model_dump(include=set(AwardSuspensionRead.model_fields))
    shown["state"] = award_suspensions.state_of(suspension, caller)
    if caller.organisation_id not in (suspension.council_id, suspension.provider_id):
        shown |= {"reason": None, "lifted_because": None}
    return AwardSuspensionRead.model_validate(shown)
