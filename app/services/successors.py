"""Successors of a placement: the same child with the same provider, for another commissioner or host school."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.placements import Placement, TimetableSlot
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.problems import FieldError, Invalid, NotFound
from app.queries.calendars import visible_calendar
from app.queries.placements import slots_of, timetables_of, visible_placement
from app.queries.viewers import sees_today
from app.rules.placements import PLACEMENTS, PlacementState
from app.rules.successors import may_release
from app.schemas.placements import PlacementRelease, SlotWrite, SuccessorPropose
from app.services.changes import changed, insist, made, moved
from app.services.placements_checks import check_host_school, check_procurement, governing_basis
from app.services.placements_handover import insist_on_succession, on_the_same_terms
from app.services.placements_parties import locked_for_party
from app.services.timetables import add_timetable

PATH = "/v1/placements"
_TAKEN_OVER = {
    "pupil_id",
    "provider_id",
    "tier",
    "primary_reason",
    "pattern",
    "online",
    "delivery",
    "key_stage",
    "objectives",
    "intended_next_step",
}


async def release_placement(
    caller: Caller, session: AsyncSession, placement_id: UUID, body: PlacementRelease, expected_version: int
) -> Placement:
    """The commissioner lets another organisation take the placement over as its commissioner.

    Raises NotFound, PreconditionFailed, RuleRefused.
    """
    placement, role = await locked_for_party(caller, session, placement_id)
    moved(placement, expected_version, PLACEMENTS, placement.state, "release", role.value)
    insist(
        may_release(
            present=placement.commissioner_id,
            to=body.commissioner_id,
            provider=placement.provider_id,
            to_sees_it=await sees_today(caller, session, placement.id, body.commissioner_id),
        )
    )
    placement.released_to_id = body.commissioner_id
    changed(placement, caller)
    await _tell(caller, session, placement, EventType.PLACEMENT_RELEASED)
    return placement


async def propose_successor(
    caller: Caller, session: AsyncSession, placement_id: UUID, body: SuccessorPropose
) -> Placement:
    """Proposes to the provider that a new placement takes over from this one, with the caller as its commissioner.

    Raises NotFound, Invalid, RuleRefused; Duplicate where another is proposed already.
    """
    before = await visible_placement(caller, session, placement_id)
    await check_host_school(caller, session, body.host_school_id)
    calendar_id = body.calendar_id or before.calendar_id
    await _check_calendar(caller, session, calendar_id)
    named = body.lot_id is not None or body.spot_purchase is not None
    placement = Placement(
        **made(caller.now),
        **before.model_dump(include=_TAKEN_OVER),
        commissioner_id=caller.organisation_id,
        host_school_id=body.host_school_id,
        calendar_id=calendar_id,
        lot_id=body.lot_id if named else before.lot_id,
        spot_purchase=bool(body.spot_purchase) if named else before.spot_purchase,
        continues_id=before.id,
        takes_over=True,
        state=PlacementState.PROPOSED,
        starts_on=body.starts_on,
        planned_end_on=before.ends_on,
        ends_on=before.ends_on,
    )
    insist_on_succession(before, placement, caller.today)
    placement.calendar_basis = await governing_basis(caller, session, placement)
    if not on_the_same_terms(before, placement):
        await check_procurement(caller, session, placement)
    session.add(placement)
    await session.flush()
    await _take_timetables(caller, session, before, placement)
    caller.sees_placements(placement.id)
    await _tell(caller, session, placement, EventType.PLACEMENT_PROPOSED)
    return placement


async def _check_calendar(caller: Caller, session: AsyncSession, calendar_id: UUID) -> None:
    try:
        await visible_calendar(caller, session, calendar_id)
    except NotFound:
        fault = FieldError("/calendar_id", "calendar_not_found", "names nothing that you may see")
        raise Invalid([fault]) from None


async def _take_timetables(caller: Caller, session: AsyncSession, before: Placement, placement: Placement) -> None:
    """The versions that rule the successor's days, the first of them from its own first day."""
    versions = await timetables_of(session, before.id)
    ruling = [each for each in versions if each.applies_from <= placement.starts_on][-1:]
    later = [each for each in versions if placement.starts_on < each.applies_from <= placement.ends_on]
    for version in [*ruling, *later]:
        slots = [_as_written(slot) for slot in await slots_of(session, before.id, version.id)]
        applies_from = max(version.applies_from, placement.starts_on)
        await add_timetable(caller, session, placement.id, applies_from, slots)


def _as_written(slot: TimetableSlot) -> SlotWrite:
    return SlotWrite(
        weekday=slot.weekday,
        session=slot.session,
        starts_at=f"{slot.starts_at:%H:%M}",
        ends_at=f"{slot.ends_at:%H:%M}",
        online=slot.online,
        site_id=slot.site_id,
    )


async def _tell(caller: Caller, session: AsyncSession, placement: Placement, event: EventType) -> None:
    await session.flush()
    await record_event(session, event, f"{PATH}/{placement.id}", caller.now, placements=[placement.id])
