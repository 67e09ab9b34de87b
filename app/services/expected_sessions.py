"""The ledger of expected sessions: timetable times calendar, kept true whenever either side of it changes."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import zip_longest
from uuid import UUID

from sqlalchemy import delete, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.clock import london_day
from app.models.attendance import ExpectedSession
from app.models.placements import Placement, TimetableSlot
from app.queries.calendars import school_calendar
from app.queries.directory import is_council
from app.queries.expected_sessions import begins_after, sessions_waived_by
from app.queries.placements import slots_of, timetables_of
from app.queries.suspensions import first_session_of, standing_suspensions
from app.rules import timetables
from app.rules.attendance_due import due_at
from app.rules.attendance_waivers import Waiver
from app.rules.suspensions import SuspensionState, suspension_takes_effect_at
from app.services.double_timetabling import insist_on_one_place
from app.services.expected_sessions_plans import hold_plans

# One statement however many rows: a term of sessions goes in at once, and so does what its triggers make of it.
_EXPECT = text(
    "insert into expected_sessions (placement_id, provider_id, council_commissioned, changed_at, on_date, session,"
    " starts_at, ends_at, online, due_at) select :placement_id, :provider_id, :by_council, :at,"
    " unnest(cast(:days as date[])), unnest(cast(:parts as text[])), unnest(cast(:starts as time[])),"
    " unnest(cast(:ends as time[])), unnest(cast(:online as boolean[])), unnest(cast(:due as timestamptz[]))"
    " on conflict do nothing"
)


def as_rules_know(slots: Sequence[TimetableSlot]) -> tuple[timetables.TimetableSlot, ...]:
    return tuple(
        timetables.TimetableSlot(s.weekday, s.session, s.starts_at, s.ends_at, s.online, s.site_id) for s in slots
    )


async def expect_sessions(
    caller: Caller,
    session: AsyncSession,
    placement: Placement,
    slots: Sequence[TimetableSlot],
    first: date,
    last: date,
) -> None:
    """Adds every session of these weekly slots from `first` to `last`, both included, to the ledger.

    What is in it already stays as it is; suspensions and part-time plans of these days hold for the sessions added. The
    placement is locked by whoever changes its days. Raises RuleRefused where the child is timetabled elsewhere at one
    of them.
    """
    wanted = await could_be_expected(caller, session, placement, slots, first, last)
    by_council = await is_council(session, placement.commissioner_id)
    await add_sessions(session, placement, wanted, by_council, caller.now)
    await hold_waivers(session, placement.id, first, last, caller.now)


async def add_sessions(
    session: AsyncSession,
    placement: Placement,
    wanted: Sequence[timetables.ExpectedSession],
    by_council: bool,
    at: datetime,
) -> None:
    """Adds these sessions to the ledger; what is in it already stays as it is.

    Where no organisation is acting (the duties), a session at which the child is expected elsewhere is left out.
    """
    if not wanted:
        return
    columns = {
        "placement_id": placement.id,
        "provider_id": placement.provider_id,
        "by_council": by_council,
        "at": at,
        "days": [each.day for each in wanted],
        "parts": [each.session.value for each in wanted],
        "starts": [each.scheduled_start for each in wanted],
        "ends": [each.scheduled_end for each in wanted],
        "online": [each.online for each in wanted],
        "due": [due_at(each.day, each.session, each.scheduled_start) for each in wanted],
    }
    await session.execute(_EXPECT, columns)


async def expect_by_versions(
    caller: Caller, session: AsyncSession, placement: Placement, first: date, last: date
) -> None:
    """Adds the sessions from `first` to `last`, each day by the version of the timetable that rules it."""
    versions = await timetables_of(session, placement.id)
    for version, following in zip_longest(versions, versions[1:]):
        begins = max(first, version.applies_from)
        ends = last if following is None else min(last, following.applies_from - timedelta(days=1))
        if begins <= ends:
            slots = await slots_of(session, placement.id, version.id)
            await expect_sessions(caller, session, placement, slots, begins, ends)


async def stop_expecting(session: AsyncSession, placement: Placement, first: date, last: date) -> None:
    """Takes the sessions from `first` to `last` out of the ledger, save those for which something was received."""
    await session.execute(
        delete(ExpectedSession).where(
            col(ExpectedSession.placement_id) == placement.id,
            col(ExpectedSession.on_date).between(first, last),
            col(ExpectedSession.first_received_at).is_(None),
        )
    )


async def waive_sessions(session: AsyncSession, placement_id: UUID, first: date, last: date, at: datetime) -> None:
    """Nothing is expected of a suspended pupil from `first` to `last`, save what was received already."""
    await session.execute(
        update(ExpectedSession)
        .where(
            col(ExpectedSession.placement_id) == placement_id,
            col(ExpectedSession.on_date).between(first, last),
            col(ExpectedSession.first_received_at).is_(None),
            col(ExpectedSession.waived_by).is_(None),
        )
        .values(waived_by=Waiver.SUSPENSION, changed_at=at)
    )


async def expect_again(session: AsyncSession, placement_id: UUID, first: date, last: date, at: datetime) -> None:
    """The sessions of a suspension that begin after `at` are expected after all; those begun stay waived.

    Raises RuleRefused where the child is timetabled elsewhere at one of them by now.
    """
    waived = await sessions_waived_by(session, Waiver.SUSPENSION, placement_id, first, last, at)
    await insist_on_one_place(session, placement_id, waived, london_day(at))
    await session.execute(
        update(ExpectedSession)
        .where(
            col(ExpectedSession.placement_id) == placement_id,
            col(ExpectedSession.on_date).between(first, last),
            col(ExpectedSession.waived_by) == Waiver.SUSPENSION,
            begins_after(at),
        )
        .values(waived_by=None, changed_at=at)
        .execution_options(synchronize_session=False)
    )


async def could_be_expected(
    caller: Caller,
    session: AsyncSession,
    placement: Placement,
    slots: Sequence[TimetableSlot],
    first: date,
    last: date,
) -> Sequence[timetables.ExpectedSession]:
    """Every session of these weekly slots from `first` to `last`: nothing is added to the ledger.

    Raises RuleRefused where the child is timetabled elsewhere at one of them.
    """
    calendar = await school_calendar(session, placement.calendar_id)
    wanted = list(timetables.expected_sessions(as_rules_know(slots), calendar, first, last))
    await insist_on_one_place(session, placement.id, [(each.day, each.session) for each in wanted], caller.today)
    return wanted


async def hold_waivers(session: AsyncSession, placement_id: UUID, first: date, last: date, at: datetime) -> None:
    """Suspensions and part-time plans hold for sessions of these days that have just been added."""
    await _hold_suspensions(session, placement_id, first, last, at)
    await hold_plans(session, placement_id, first, last, at)


async def _hold_suspensions(session: AsyncSession, placement_id: UUID, first: date, last: date, at: datetime) -> None:
    """Agreed suspensions waive the sessions of these days; open requests take effect when their first one starts."""
    for each in await standing_suspensions(session, placement_id, first, last):
        if each.state is SuspensionState.AGREED:
            await waive_sessions(session, placement_id, each.starts_on, each.ends_on, at)
        elif each.takes_effect_at > at:
            found = await first_session_of(session, placement_id, each.starts_on, each.ends_on)
            each.takes_effect_at = suspension_takes_effect_at(*(found or (each.starts_on,)))
