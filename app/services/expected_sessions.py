"""The ledger of expected sessions: timetable times calendar, kept true whenever either side of it changes."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import zip_longest
from uuid import UUID

from sqlalchemy import delete, func, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.attendance import ExpectedSession
from app.models.placements import Placement, TimetableSlot
from app.queries.calendars import school_calendar
from app.queries.directory import is_council
from app.queries.placements import slots_of, timetables_of
from app.queries.suspensions import first_session_of, standing_suspensions
from app.rules import timetables
from app.rules.attendance_due import due_at
from app.rules.suspensions import SuspensionState, suspension_takes_effect_at

WAIVED_BY_SUSPENSION = "suspension"


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

    What is in it already stays as it is; suspensions of these days hold for the sessions added. The placement is
    locked by whoever changes its days.
    """
    calendar = await school_calendar(session, placement.calendar_id)
    by_council = await is_council(session, placement.commissioner_id)
    rows = [
        as_row(placement, each, by_council, caller.now)
        for each in timetables.expected_sessions(as_rules_know(slots), calendar, first, last)
    ]
    if rows:
        await session.execute(insert(ExpectedSession).on_conflict_do_nothing(), rows)
    await hold_suspensions(session, placement.id, first, last, caller.now)


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
        .values(waived_by=WAIVED_BY_SUSPENSION, changed_at=at)
    )


async def expect_again(session: AsyncSession, placement_id: UUID, first: date, last: date, at: datetime) -> None:
    """The sessions of a suspension that begin after `at` are expected after all; those begun stay waived."""
    begins = func.timezone("Europe/London", col(ExpectedSession.on_date) + col(ExpectedSession.starts_at))
    await session.execute(
        update(ExpectedSession)
        .where(
            col(ExpectedSession.placement_id) == placement_id,
            col(ExpectedSession.on_date).between(first, last),
            col(ExpectedSession.waived_by) == WAIVED_BY_SUSPENSION,
            begins > at,
        )
        .values(waived_by=None, changed_at=at)
        .execution_options(synchronize_session=False)
    )


async def hold_suspensions(session: AsyncSession, placement_id: UUID, first: date, last: date, at: datetime) -> None:
    """Agreed suspensions waive the sessions of these days; open requests take effect when their first one starts."""
    for each in await standing_suspensions(session, placement_id, first, last):
        if each.state is SuspensionState.AGREED:
            await waive_sessions(session, placement_id, each.starts_on, each.ends_on, at)
        elif each.takes_effect_at > at:
            found = await first_session_of(session, placement_id, each.starts_on, each.ends_on)
            each.takes_effect_at = suspension_takes_effect_at(*(found or (each.starts_on,)))


def as_row(
    placement: Placement, expected: timetables.ExpectedSession, by_council: bool, at: datetime
) -> dict[str, object]:
    """A session as the ledger holds it."""
    return {
        "placement_id": placement.id,
        "on_date": expected.day,
        "session": expected.session,
        "provider_id": placement.provider_id,
        "starts_at": expected.scheduled_start,
        "ends_at": expected.scheduled_end,
        "online": expected.online,
        "council_commissioned": by_council,
        "due_at": due_at(expected.day, expected.session, expected.scheduled_start),
        "changed_at": at,
    }
