"""Changing a placement's timetable from a day on; the ledger of expected sessions changes with it."""

from datetime import date, time, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.placements import Timetable, TimetableSlot
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.problems import Conflict, Duplicate, FieldError, Invalid
from app.queries.directory import sites_of
from app.queries.placements import timetables_of
from app.rules import timetables
from app.rules.agreements import PartyRole
from app.rules.ledger import may_let_off
from app.rules.placements import PlacementState
from app.schemas.placements import SlotWrite, TimetableWrite
from app.services.changes import changed, insist, made, must_be
from app.services.expected_sessions import let_ledger_follow
from app.services.placements_parties import locked_for_party


async def change_timetable(
    caller: Caller, session: AsyncSession, placement_id: UUID, body: TimetableWrite, expected_version: int
) -> Timetable:
    """Adds a version that applies from a day to come, from today, or from some weeks ago. Any party may; all are told.

    Raises Invalid for a day too long ago or not within the placement, Duplicate for a second version from the same
    day, Conflict for a placement that is not accepted, RuleRefused for one who only watches and for a provider that
    would undo what it owed, PreconditionFailed.
    """
    placement, role = await locked_for_party(caller, session, placement_id)
    must_be(placement.version, expected_version)
    if placement.state is not PlacementState.ACCEPTED:
        raise Conflict("Only an accepted placement's timetable changes; propose the one that you want.")
    if not max(caller.today - timetables.LONGEST_BACK, placement.starts_on) <= body.applies_from <= placement.ends_on:
        days = timetables.LONGEST_BACK.days
        detail = f"must be within the placement and at most {days} days ago"
        raise Invalid([FieldError("/applies_from", "day_not_open", detail)])
    check_slots(body.slots)
    known_sites = {site.id for site in await sites_of(session, placement.provider_id)}
    strange = [i for i, slot in enumerate(body.slots) if slot.site_id and slot.site_id not in known_sites]
    if strange:
        pointer = f"/slots/{strange[0]}/site_id"
        raise Invalid([FieldError(pointer, "site_not_found", "is no site of the provider")])
    later = [t for t in await timetables_of(session, placement.id) if t.applies_from >= body.applies_from]
    if any(t.applies_from == body.applies_from for t in later):
        raise Duplicate("A version that applies from this day exists.")
    timetable = await add_timetable(caller, session, placement.id, body.applies_from, body.slots)
    next_version_on = min((t.applies_from for t in later), default=placement.ends_on + timedelta(days=1))
    until = min(next_version_on - timedelta(days=1), placement.ends_on)
    followed = await let_ledger_follow(caller, session, placement, body.applies_from, until)
    insist(may_let_off(role is PartyRole.PROVIDER, followed.let_off))
    changed(placement, caller)
    await session.flush()
    await record_event(
        session,
        EventType.TIMETABLE_CHANGED,
        f"/v1/placements/{placement.id}/timetables",
        caller.now,
        placements=[placement.id],
    )
    return timetable


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
