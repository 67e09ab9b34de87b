"""Placements: proposed by a commissioner, accepted by a provider, read by whoever the placement concerns."""

from collections.abc import Mapping
from datetime import date
from operator import eq
from typing import Annotated
from uuid import UUID

from fastapi import Response
from sqlalchemy import or_
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.organisations import OrganisationKind
from app.models.placements import Placement
from app.queries.placements import status_moved_since, visible_placement, visible_placements, with_status
from app.queries.suspensions import suspended_until, suspension_moved_since
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
Commissioner = Annotated[Caller, allow(Scope.PLACEMENTS_WRITE)]


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

    `active_on`: those accepted for days that include this one. `changed_since` covers
    placements, and suspensions, that began or ended.
    """
    filters = [
        (col(Placement.provider_id), provider_id),
        (col(Placement.commissioner_id), commissioner_id),
        (col(Placement.host_school_id), host_school_id),
        (col(Placement.pupil_id), pupil_id),
        (col(Placement.continues_id), continues_id),
    ]
    statement = visible_placements(caller).where(*[eq(field, value) for field, value in filters if value is not None])
    if status is not None:
        statement = with_status(statement, status, caller.today)
    if active_on is not None:
        statement = with_status(statement, PlacementStatus.ACTIVE, active_on)
    if changed_since is not None:
        moved = suspension_moved_since(changed_since, caller.today)
        began_or_ended = status_moved_since(changed_since, caller.today)
        statement = statement.where(or_(col(Placement.changed_at) >= changed_since, moved, began_or_ended))
    rows, page = await pages.rows(session, statement, [col(Placement.id)])
    found: list[Placement] = [row[0] for row in rows]
    caller.sees_placements(*(p.id for p in found))
    caller.sees_pupils(*(p.pupil_id for p in found))
    suspended = await suspended_until(caller, session, [p.id for p in found])
    return page.holding([_read(caller, placement, suspended) for placement in found])


@router.post("/placements", operation_id="propose_placement", status_code=201)
async def propose_placement(
    body: PlacementPropose, caller: Commissioner, session: Session, response: Response
) -> PlacementRead:
    """Proposes a placement to a provider. It must fit the lot it is made under; nothing is expected until accepted.

    A council, a school, or a provider for a child that is placed with it (sub-commissioning).
    """
    placement = await placements.propose_placement(caller, session, body)
    response.headers["Location"] = f"/v1/placements/{placement.id}"
    return await shown(caller, session, response, placement)


@router.get("/placements/{placement_id}", operation_id="get_placement")
async def get_placement(placement_id: Id, caller: Reader, session: Session, response: Response) -> PlacementRead:
    """One placement, with today's status."""
    return await shown(caller, session, response, await visible_placement(caller, session, placement_id))


@router.post("/placements/{placement_id}/acceptance", operation_id="accept_placement")
async def accept_placement(
    placement_id: Id, expected: ExpectedVersion, caller: Provider, session: Session, response: Response
) -> PlacementRead:
    """The provider accepts. The calendar is fixed, and every session of the timetable is expected from today on."""
    return await shown(
        caller, session, response, await placements.accept_placement(caller, session, placement_id, expected)
    )


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
    return await shown(
        caller,
        session,
        response,
        await placements.decline_placement(caller, session, placement_id, body.reason, expected),
    )


@router.post("/placements/{placement_id}/withdrawal", operation_id="withdraw_placement")
async def withdraw_placement(
    placement_id: Id, expected: ExpectedVersion, caller: Commissioner, session: Session, response: Response
) -> PlacementRead:
    """The commissioner withdraws a proposal that nobody has answered yet."""
    return await shown(
        caller, session, response, await placements.withdraw_placement(caller, session, placement_id, expected)
    )


async def shown(caller: Caller, session: Session, response: Response, placement: Placement) -> PlacementRead:
    tag(response, placement.version)
    return _read(caller, placement, await suspended_until(caller, session, [placement.id]))


def _read(caller: Caller, placement: Placement, suspended: Mapping[UUID, date]) -> PlacementRead:
    status = placement_status(placement.state, placement.starts_on, placement.ends_on, caller.today)
    shown = placement.model_dump(include=set(PlacementRead.model_fields))
    return PlacementRead.model_validate({**shown, "status": status, "suspended_until": suspended.get(placement.id)})
