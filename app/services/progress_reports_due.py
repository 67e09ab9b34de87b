"""Which progress reports are owed, due or overdue, also where nobody has begun one, for all that a caller may see.

`queries.clocks` finds the placements; everything else is worked out from their calendars as of today.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.queries.calendars import school_calendars
from app.queries.clocks import ClockFilters, WithClocks, placements_with_clocks
from app.queries.clocks_follow_up import seen_throughout
from app.queries.progress_reports_due import reports_begun
from app.rules.calendars import Term
from app.rules.placements import PlacementState
from app.rules.progress_reports_due import ReportDueState, ReportOwed, TermOwed, reports_owed, terms_owed

MOST_LOOKED_AT = 1_000
"""A page ends after so many placements, however few of them match."""
_FIRST_BATCH = 250
_RECEIVED = frozenset({ReportDueState.RECEIVED, ReportDueState.RECEIVED_LATE})


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which terms are asked for; None leaves it open."""

    state: ReportDueState | None = None
    school_year: str | None = None
    term: Term | None = None
    due_before: date | None = None
    filters: ClockFilters = field(default_factory=ClockFilters)

    def takes(self, each: ReportOwed) -> bool:
        term = each.owed.term
        return (
            self.state in (None, each.state)
            and self.school_year in (None, term.school_year)
            and self.term in (None, term.term)
            and (self.due_before is None or each.owed.due_on < self.due_before)
        )


@dataclass(frozen=True, slots=True)
class Owing:
    """A placement, as `queries.clocks` found it, with the reports that it owes."""

    placement: WithClocks
    reports: Sequence[ReportOwed]


async def page_of_due(
    caller: Caller, session: AsyncSession, wanted: Wanted, after: UUID | None, most: int
) -> tuple[list[Owing], UUID | None]:
    """The next placements with a report that is wanted, at most so many, and where to go on; None at the end."""
    found: list[Owing] = []
    size, looked_at = _FIRST_BATCH, 0
    while True:
        rows = await placements_with_clocks(caller, session, wanted.filters, after, size)
        owed = await reports_due(caller, session, rows)
        for row in rows:
            after = row.id
            taken = [each for each in owed.get(row.id, ()) if wanted.takes(each)]
            if taken:
                found.append(Owing(row, taken))
            if len(found) == most:
                return found, after
        looked_at += len(rows)
        if len(rows) < size:
            return found, None
        if looked_at >= MOST_LOOKED_AT:
            return found, after
        size = min(2 * size, MOST_LOOKED_AT - looked_at)


async def outstanding_reports(
    caller: Caller, session: AsyncSession, filters: ClockFilters, due_by: date
) -> AsyncIterator[Sequence[Owing]]:
    """What the caller's placements owe by a day and nobody has received, batch by batch of placements in no order."""
    after = None
    while True:
        rows = await placements_with_clocks(caller, session, filters, after, MOST_LOOKED_AT)
        owed = await reports_due(caller, session, [row for row in rows if row.starts_on <= due_by])
        yield [
            Owing(row, [each for each in owed[row.id] if each.owed.due_on <= due_by and each.state not in _RECEIVED])
            for row in rows
            if row.id in owed
        ]
        if len(rows) < MOST_LOOKED_AT:
            return
        after = rows[-1].id


async def reports_due(
    caller: Caller, session: AsyncSession, rows: Sequence[WithClocks]
) -> Mapping[UUID, Sequence[ReportOwed]]:
    """What accepted placements owe, by id; nothing of those that the caller sees for a time only."""
    accepted = {row.id: row for row in rows if row.state is PlacementState.ACCEPTED}
    throughout = await seen_throughout(caller, session, accepted)
    calendars = await school_calendars(session, list({accepted[id_].calendar_id for id_ in throughout}))
    begun = await reports_begun(caller, session, throughout)
    known: dict[tuple[UUID, date, date], tuple[TermOwed, ...]] = {}
    found: dict[UUID, Sequence[ReportOwed]] = {}
    for id_ in throughout:
        row = accepted[id_]
        days = row.calendar_id, row.starts_on, row.ends_on
        if days not in known:
            known[days] = tuple(terms_owed(calendars[row.calendar_id], row.starts_on, row.ends_on))
        found[id_] = reports_owed(known[days], begun.get(id_, {}), caller.today)
    return found
