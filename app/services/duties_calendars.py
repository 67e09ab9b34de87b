"""The ledger follows the calendars: what is expected when a day is closed, opened, or published later."""

from datetime import date, datetime, timedelta
from itertools import zip_longest
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.clock import london_day
from app.models.placements import Placement
from app.queries.calendars import school_calendar
from app.queries.calendars_following import calendars_to_follow, placements_governed
from app.queries.directory import is_council
from app.queries.placements import slots_of, timetables_of
from app.rules import timetables
from app.rules.calendars import SchoolCalendar
from app.services.duties_batch import Batch
from app.services.expected_sessions import add_sessions, as_rules_know, hold_waivers

_ONE_DAY = timedelta(days=1)
# What was received stays: a day that is closed after all does not undo it.
_CLOSE = text(
    "delete from expected_sessions where placement_id = :placement and on_date >= :first"
    " and not on_date = any(cast(:open as date[])) and first_received_at is null"
)


async def follow_calendars(session: AsyncSession, sandbox_id: UUID | None, until: datetime, most: int | None) -> Batch:
    """Expects nothing on days that were closed, and on those opened after the day of the change what timetables say.

    A calendar one of whose placements is being changed waits for the next time, whole.
    """
    followed = 0
    for calendar in await calendars_to_follow(session, sandbox_id, most):
        first = calendar.follow_from
        if first is None:
            continue
        governed = await placements_governed(session, calendar.id, first)
        if governed is None:
            continue
        known = await school_calendar(session, calendar.id)
        for placement in governed:
            await _follow(session, placement, known, first, london_day(calendar.changed_at) + _ONE_DAY, until)
        calendar.follow_from = None
        followed += 1
    await session.flush()
    return Batch(followed, [])


async def _follow(
    session: AsyncSession, placement: Placement, calendar: SchoolCalendar, first: date, open_from: date, at: datetime
) -> None:
    """A placement that is locked: sessions from `first` on go where the day is closed, and come from `open_from` on."""
    first, last = max(first, placement.starts_on), placement.ends_on
    days = list(calendar.open_pupil_days(first, last))
    await session.execute(_CLOSE, {"placement": placement.id, "first": first, "open": days})
    by_council = await is_council(session, placement.commissioner_id)
    versions = await timetables_of(session, placement.id)
    for version, following in zip_longest(versions, versions[1:]):
        begins = max(first, open_from, version.applies_from)
        ends = last if following is None else min(last, following.applies_from - _ONE_DAY)
        slots = as_rules_know(await slots_of(session, placement.id, version.id))
        wanted = list(timetables.expected_sessions(slots, calendar, begins, ends))
        await add_sessions(session, placement, wanted, by_council, at)
    await hold_waivers(session, placement.id, first, last, at)
