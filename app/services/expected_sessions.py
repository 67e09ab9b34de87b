"""The ledger of expected sessions follows every change of what it rests on.

Whoever changes a timetable, a calendar, a suspension, a part-time plan or the days of a placement asks for this, once
the change is in the database; what then follows is `rules.ledger`.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.clock import london_day
from app.models.placements import Placement, TimetableSlot
from app.queries.calendars import school_calendar
from app.queries.ledger_sources import commissioned_by_councils, ledger_rows, ledger_sources, open_suspensions
from app.queries.suspensions import first_session_of
from app.rules import timetables
from app.rules.ledger import LedgerChanges, changes_to
from app.rules.suspensions import suspension_takes_effect_at
from app.services.double_timetabling import insist_on_one_place
from app.services.expected_sessions_writing import write_changes

_ONE_DAY = timedelta(days=1)


def as_rules_know(slots: Sequence[TimetableSlot]) -> tuple[timetables.TimetableSlot, ...]:
    return tuple(
        timetables.TimetableSlot(s.weekday, s.session, s.starts_at, s.ends_at, s.online, s.site_id) for s in slots
    )


async def let_ledger_follow(
    caller: Caller, session: AsyncSession, placement: Placement, first: date, last: date
) -> LedgerChanges:
    """The ledger of a placement, locked, says from `first` to `last` what it must by now.

    Raises RuleRefused where the child is timetabled elsewhere at a session that would be expected.
    """
    await session.flush()
    if first > last:
        return LedgerChanges({}, {}, [], [], [], frozenset())
    sources = (await ledger_sources(session, [placement], caller.today))[placement.id]
    stored = (await ledger_rows(session, [placement.id], first, last)).get(placement.id, {})
    changes = changes_to(stored, sources, first, last, caller.now)
    await insist_on_one_place(session, placement.id, changes.owed, caller.today)
    by_council = await commissioned_by_councils(session, [placement])
    await write_changes(session, [(placement, changes)], by_council, caller.now, caller.now)
    await _move_open_suspensions(session, [placement], first, last, caller.now)
    return changes


async def let_ledgers_follow(
    session: AsyncSession, placements: Sequence[Placement], first: date, last: date, since: datetime, now: datetime
) -> Mapping[UUID, LedgerChanges]:
    """As `let_ledger_follow` for many placements, locked, after a change at `since` that the ledger follows `now`.

    No organisation is acting: a session at which the child is expected elsewhere by now is left out. None that the
    ledger does not hold is added before the day after the change.
    """
    known_from = london_day(since) + _ONE_DAY
    sources = await ledger_sources(session, placements, london_day(since))
    stored = await ledger_rows(session, [each.id for each in placements], first, last)
    by_council = await commissioned_by_councils(session, placements)
    changes = {
        each.id: changes_to(stored.get(each.id, {}), sources[each.id].known_only_from(known_from), first, last, since)
        for each in placements
    }
    try:
        async with session.begin_nested():
            await write_changes(session, [(each, changes[each.id]) for each in placements], by_council, since, now)
    except IntegrityError:
        for each in placements:
            changes[each.id] = await _write_what_goes(session, each, changes[each.id], by_council, since, now)
    await _move_open_suspensions(session, placements, first, last, now)
    return changes


async def could_be_expected(
    caller: Caller,
    session: AsyncSession,
    placement: Placement,
    slots: Sequence[TimetableSlot],
    first: date,
    last: date,
) -> None:
    """Raises RuleRefused where the child is timetabled elsewhere at one of the sessions of these weekly slots."""
    calendar = await school_calendar(session, placement.calendar_id)
    wanted = timetables.expected_sessions(as_rules_know(slots), calendar, first, last)
    await insist_on_one_place(session, placement.id, [(each.day, each.session) for each in wanted], caller.today)


async def _write_what_goes(
    session: AsyncSession,
    placement: Placement,
    changes: LedgerChanges,
    by_council: set[UUID],
    since: datetime,
    now: datetime,
) -> LedgerChanges:
    """Where the child is expected elsewhere by now, what would be owed again stays waived."""
    try:
        async with session.begin_nested():
            await write_changes(session, [(placement, changes)], by_council, since, now)
    except IntegrityError:
        changes = changes.without_owed()
        await write_changes(session, [(placement, changes)], by_council, since, now)
    return changes


async def _move_open_suspensions(
    session: AsyncSession, placements: Sequence[Placement], first: date, last: date, at: datetime
) -> None:
    """An open request takes effect when the first session that it is about begins, by the timetable as it is now."""
    for each in await open_suspensions(session, [placement.id for placement in placements], first, last, at):
        found = await first_session_of(session, each.placement_id, each.starts_on, each.ends_on)
        each.takes_effect_at = suspension_takes_effect_at(*(found or (each.starts_on,)))
