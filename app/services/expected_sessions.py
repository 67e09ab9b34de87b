"""The ledger of expected sessions: timetable times calendar, kept true whenever either side of it changes."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.attendance import ExpectedSession
from app.models.placements import Placement, TimetableSlot
from app.queries.calendars import school_calendar
from app.queries.directory import is_council
from app.rules import timetables
from app.rules.attendance_due import due_at


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
    """Adds every session of these weekly slots from `first` to `last`, both included, to the ledger."""
    calendar = await school_calendar(session, placement.calendar_id)
    by_council = await is_council(session, placement.commissioner_id)
    rows = [
        {
            "placement_id": placement.id,
            "on_date": each.day,
            "session": each.session,
            "provider_id": placement.provider_id,
            "starts_at": each.scheduled_start,
            "ends_at": each.scheduled_end,
            "online": each.online,
            "council_commissioned": by_council,
            "due_at": due_at(each.day, each.session, each.scheduled_start),
            "changed_at": caller.now,
        }
        for each in timetables.expected_sessions(as_rules_know(slots), calendar, first, last)
    ]
    if rows:
        await session.execute(insert(ExpectedSession), rows)


async def stop_expecting(session: AsyncSession, placement: Placement, first: date, last: date) -> None:
    """Takes the sessions from `first` to `last` out of the ledger, save those for which something was received."""
    await session.execute(
        delete(ExpectedSession).where(
            col(ExpectedSession.placement_id) == placement.id,
            col(ExpectedSession.on_date).between(first, last),
            col(ExpectedSession.first_received_at).is_(None),
        )
    )
