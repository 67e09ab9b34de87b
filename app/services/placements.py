"""The life of a placement: proposed by a commissioner, accepted or declined by the provider, or withdrawn."""

from datetime import date, time
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.organisations import OrganisationKind
from app.models.placements import Placement, Timetable, TimetableSlot
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.problems import FieldError, Invalid, RuleRefused
from app.queries.calendars import school_calendar
from app.queries.placements import slots_of, visible_placement
from app.rules import timetables
from app.rules.agreements import NOT_A_PARTY, PartyRole
from app.rules.placements import PLACEMENTS, PlacementState, may_be_placed
from app.rules.verdict import Refused
from app.schemas.placements import PlacementPropose, SlotWrite
from app.services.changes import changed, made, must_be
from app.services.expected_sessions import expect_sessions
from app.services.placements_checks import check_procurement, check_references

PATH = "/v1/placements"


async def propose_placement(caller: Caller, session: AsyncSession, body: PlacementPropose) -> Placement:
    """Proposes a placement for the calling commissioner.

    Raises Invalid for what does not exist or does not fit together, RuleRefused for what the rules do not allow.
    """
    await check_references(caller, session, body)
    check_slots(body.timetable)
    verdict = may_be_placed(
        await school_calendar(session, body.calendar_id),
        commissioner=caller.organisation_id,
        provider=body.provider_id,
        starts_on=body.starts_on,
        planned_end_on=body.planned_end_on,
        objectives=body.objectives,
        next_step=body.intended_next_step,
        planned_end_agreed=body.planned_end_by_agreement,
    )
    if not verdict:
        raise RuleRefused(verdict)
    placement = Placement(
        **made(caller.now),
        **body.model_dump(exclude={"timetable", "planned_end_by_agreement"}),
        commissioner_id=caller.organisation_id,
        state=PlacementState.PROPOSED,
        ends_on=body.planned_end_on,
    )
    await check_procurement(caller, session, placement)
    session.add(placement)
    await session.flush()
    await add_timetable(caller, session, placement.id, body.starts_on, body.timetable)
    await _tell(caller, session, placement, EventType.PLACEMENT_PROPOSED)
    return placement


async def accept_placement(
    caller: Caller, session: AsyncSession, placement_id: UUID, expected_version: int
) -> Placement:
    """The provider accepts: from here on its attendance is expected. Raises RuleRefused, PreconditionFailed."""
    placement = await _moved(caller, session, placement_id, "accept", expected_version)
    await check_procurement(caller, session, placement)
    slots = await slots_of(session, placement.id)
    await expect_sessions(caller, session, placement, slots, placement.starts_on, placement.ends_on)
    await _tell(caller, session, placement, EventType.PLACEMENT_ACCEPTED)
    return placement


async def decline_placement(
    caller: Caller, session: AsyncSession, placement_id: UUID, reason: str, expected_version: int
) -> Placement:
    placement = await _moved(caller, session, placement_id, "decline", expected_version)
    placement.declined_because = reason
    await _tell(caller, session, placement, EventType.PLACEMENT_DECLINED)
    return placement


async def withdraw_placement(
    caller: Caller, session: AsyncSession, placement_id: UUID, expected_version: int
) -> Placement:
    placement = await _moved(caller, session, placement_id, "withdraw", expected_version)
    await _tell(caller, session, placement, EventType.PLACEMENT_WITHDRAWN)
    return placement


def role_of(caller: Caller, placement: Placement) -> PartyRole | None:
    """The caller's role in a placement; as the provider first, so that nobody stands on two sides."""
    roles = {
        PartyRole.PROVIDER: placement.provider_id,
        PartyRole.COMMISSIONER: placement.commissioner_id,
        PartyRole.HOST_SCHOOL: placement.host_school_id,
    }
    return next((role for role, holder in roles.items() if holder == caller.organisation_id), None)


async def locked_for_party(caller: Caller, session: AsyncSession, placement_id: UUID) -> tuple[Placement, PartyRole]:
    """The placement, locked, and the caller's role in it. Raises NotFound, RuleRefused for one who only watches.

    The role is judged before the lock: parties never change, and row security hands locks to parties alone.
    """
    role = role_of(caller, await visible_placement(caller, session, placement_id))
    if role is None:
        raise RuleRefused(NOT_A_PARTY)
    return await visible_placement(caller, session, placement_id, lock=True), role


async def add_timetable(
    caller: Caller, session: AsyncSession, placement_id: UUID, applies_from: date, slots: list[SlotWrite]
) -> Timetable:
    timetable = Timetable(**made(caller.now), placement_id=placement_id, applies_from=applies_from)
    session.add(timetable)
    await session.flush()
    session.add_all(
        TimetableSlot(
            timetable_id=timetable.id,
            placement_id=placement_id,
            weekday=slot.weekday,
            session=slot.session,
            starts_at=time.fromisoformat(slot.starts_at),
            ends_at=time.fromisoformat(slot.ends_at),
            online=slot.online,
            site_id=slot.site_id,
        )
        for slot in slots
    )
    await session.flush()
    return timetable


def check_slots(slots: list[SlotWrite]) -> None:
    """Raises Invalid naming every fault of a timetable."""
    known = [
        timetables.TimetableSlot(
            s.weekday,
            s.session,
            time.fromisoformat(s.starts_at),
            time.fromisoformat(s.ends_at),
            s.online,
            s.site_id,
        )
        for s in slots
    ]
    faults = timetables.validate_timetable(known)
    if faults:
        raise Invalid([FieldError("/timetable", fault.code, fault.reason) for fault in faults])


async def _moved(
    caller: Caller, session: AsyncSession, placement_id: UUID, verb: str, expected_version: int
) -> Placement:
    placement = await visible_placement(caller, session, placement_id, lock=True)
    role = role_of(caller, placement)
    after = PLACEMENTS.move(placement.state, verb, role.value if role else "viewer")
    if isinstance(after, Refused):
        raise RuleRefused(after)
    must_be(placement.version, expected_version)
    placement.state = after
    changed(placement, caller)
    await session.flush()
    return placement


async def _tell(caller: Caller, session: AsyncSession, placement: Placement, event: EventType) -> None:
    caller.sees_placements(placement.id)
    caller.sees_pupils(placement.pupil_id)
    await session.flush()
    await record_event(session, event, f"{PATH}/{placement.id}", caller.now, placements=[placement.id])


COMMISSIONERS = (OrganisationKind.COUNCIL, OrganisationKind.SCHOOL)
