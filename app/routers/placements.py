"""Placements: proposed by a commissioner, accepted by a provider, read by whoever the placement concerns."""

from operator import eq, ge
from typing import Annotated

from fastapi import Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.organisations import OrganisationKind
from app.models.placements import Placement
from app.queries.placements import visible_placement, visible_placements, with_status
from app.rules.placements import PlacementStatus, placement_status
from app.schemas.placements import PlacementDecline, PlacementPropose, PlacementRead
from app.schemas.wire import Day, Id, Instant
from app.services import placements
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("placements")

Reader = Annotated[Caller, allow(Scope.PLACEMENTS_READ)]
Provider = Annotated[Caller, allow(Scope.PLACEMENTS_WRITE, OrganisationKind.PROVIDER)]
Commissioner = Annotated[Caller, allow(Scope.PLACEMENTS_WRITE, OrganisationKind.COUNCIL, OrganisationKind.SCHOOL)]


@router.get("/placements", operation_id="list_placements")
async def list_placements(
    caller: Reader,
    session: Session,
    pages: Pages,
    status: PlacementStatus | None = None,
    provider_id: Id | None = None,
    commissioner_id: Id | None = None,
    host_school_id: Id | None = None,
    pupil_id: Id | None = None,
    continues_id: Id | None = None,
    active_on: Day | None = None,
    changed_since: Instant | None = None,
) -> Page[PlacementRead]:
    """The placements that the caller's organisation may see, with today's status.

    `active_on`: those accepted for days that include this one.
    """
    filters = [
        (col(Placement.provider_id), eq, provider_id),
        (col(Placement.commissioner_id), eq, commissioner_id),
        (col(Placement.host_school_id), eq, host_school_id),
        (col(Placement.pupil_id), eq, pupil_id),
        (col(Placement.continues_id), eq, continues_id),
        (col(Placement.changed_at), ge, changed_since),
    ]
    statement = visible_placements(caller).where(
        *[compare(field, value) for field, compare, value in filters if value is not None]
    )
    if status is not None:
        statement = with_status(statement, status, caller.today)
    if active_on is not None:
        statement = with_status(statement, PlacementStatus.ACTIVE, active_on)
    rows, page = await pages.rows(session, statement, [col(Placement.id)])
    found: list[Placement] = [row[0] for row in rows]
    caller.sees_placements(*(p.id for p in found))
    caller.sees_pupils(*(p.pupil_id for p in found))
    return page.holding([_read(caller, placement) for placement in found])


@router.post("/placements", operation_id="propose_placement", status_code=201)
async def propose_placement(
    body: PlacementPropose, caller: Commissioner, session: Session, response: Response
) -> PlacementRead:
    """Proposes a placement to a provider. It must fit the lot it is made under; nothing is expected until accepted."""
    placement = await placements.propose_placement(caller, session, body)
    response.headers["Location"] = f"/v1/placements/{placement.id}"
    return shown(caller, response, placement)


@router.get("/placements/{placement_id}", operation_id="get_placement")
async def get_placement(placement_id: Id, caller: Reader, session: Session, response: Response) -> PlacementRead:
    """One placement, with today's status."""
    return shown(caller, response, await visible_placement(caller, session, placement_id))


@router.post("/placements/{placement_id}/acceptance", operation_id="accept_placement")
async def accept_placement(
    placement_id: Id, expected: ExpectedVersion, caller: Provider, session: Session, response: Response
) -> PlacementRead:
    """The provider accepts. The calendar is fixed, and every session of the timetable is expected from today on."""
    return shown(caller, response, await placements.accept_placement(caller, session, placement_id, expected))


@router.post("/placements/{placement_id}/refusal", operation_id="decline_placement")
async def decline_placement(
    placement_id: Id,
    body: PlacementDecline,
    expected: ExpectedVersion,
    caller: Provider,
    session: Session,
    response: Response,
) -> PlacementRead:
    """The provider declines, with a reason that the other parties see."""
    return shown(
        caller, response, await placements.decline_placement(caller, session, placement_id, body.reason, expected)
    )


@router.post("/placements/{placement_id}/withdrawal", operation_id="withdraw_placement")
async def withdraw_placement(
    placement_id: Id, expected: ExpectedVersion, caller: Commissioner, session: Session, response: Response
) -> PlacementRead:
    """The commissioner withdraws a proposal that nobody has answered yet."""
    return shown(caller, response, await placements.withdraw_placement(caller, session, placement_id, expected))


def shown(caller: Caller, response: Response, placement: Placement) -> PlacementRead:
    tag(response, placement.version)
    return _read(caller, placement)


def _read(caller: Caller, placement: Placement) -> PlacementRead:
    status = placement_status(placement.state, placement.starts_on, placement.ends_on, caller.today)
    shown = placement.model_dump(include=set(PlacementRead.model_fields))
    return PlacementRead.model_validate({**shown, "status": status})
