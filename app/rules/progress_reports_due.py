"""What is owed of progress reports, term by term: due, due soon, overdue, received, received late.

Source: Salford AP contract slides (termly, to school and commissioner), read in the primary source; the days are
Waymark's own.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from app.rules.calendars import SchoolCalendar, school_year_of
from app.rules.clocks import DUE_FROM, Clock, ClockKind, on_its_day
from app.rules.placement_clocks import Placed
from app.rules.progress_reports import EDITABLE, ReportState, ReportTerm, due_on, terms_of_placement

DUE_SOON = DUE_FROM
"""How long before its day a report is due soon: as any clock."""


class ReportDueState(StrEnum):
    """Where the report of one term stands.

    `due` from the first day of the term, `due_soon` in the last fourteen days, `overdue` once its day has passed and
    those it is for do not have it: not handed in, or returned for changes.
    """

    UPCOMING = "upcoming"
    DUE = "due"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    RECEIVED = "received"
    RECEIVED_LATE = "received_late"


@dataclass(frozen=True, slots=True)
class TermOwed:
    """A term for which a placement owes a report: its first day in the placement, and the day on which it is due."""

    term: ReportTerm
    from_on: date
    due_on: date


@dataclass(frozen=True, slots=True)
class Begun:
    """A report that was begun for a term."""

    report_id: UUID
    state: ReportState
    submitted_on: date | None
    late: bool


@dataclass(frozen=True, slots=True)
class ReportOwed:
    """Where the report of one term stands today; `begun` is None where nobody has begun it."""

    owed: TermOwed
    begun: Begun | None
    state: ReportDueState


def terms_owed(calendar: SchoolCalendar, starts_on: date, ends_on: date) -> Iterator[TermOwed]:
    """The terms for which a placement owes a report, in order.

    Source: Salford AP contract slides (termly), read in the primary source.
    """
    for term in terms_of_placement(calendar, starts_on, ends_on):
        day = due_on(calendar, starts_on, ends_on, term)
        first = min(
            each.first for each in calendar.half_terms if ReportTerm(school_year_of(each.first), each.term) == term
        )
        assert day is not None  # a term that is owed has an open pupil day
        yield TermOwed(term, max(first, starts_on), day)


def reports_owed(terms: Iterable[TermOwed], begun: Mapping[ReportTerm, Begun], today: date) -> tuple[ReportOwed, ...]:
    """Where the report of each term stands today. Source: Waymark's own for the states."""
    return tuple(
        ReportOwed(each, begun.get(each.term), report_due_state(each, begun.get(each.term), today)) for each in terms
    )


def report_due_state(owed: TermOwed, begun: Begun | None, today: date) -> ReportDueState:
    """Where the report of a term stands today. Source: Waymark's own."""
    if begun is not None and begun.state not in EDITABLE:
        return ReportDueState.RECEIVED_LATE if begun.late else ReportDueState.RECEIVED
    if today > owed.due_on:
        return ReportDueState.OVERDUE
    if today >= owed.due_on - DUE_SOON:
        return ReportDueState.DUE_SOON
    return ReportDueState.DUE if today >= owed.from_on else ReportDueState.UPCOMING


def report_clocks(placed: Placed, owed: Iterable[ReportOwed], today: date) -> Iterator[Clock]:
    """A clock for each term's report: due from fourteen days before its day, done on the day it was handed in.

    Source: Salford AP contract slides (termly), read in the primary source.
    """
    path = f"{placed.path}/progress-reports-due"
    for each in owed:
        received = each.state in (ReportDueState.RECEIVED, ReportDueState.RECEIVED_LATE)
        done_on = each.begun.submitted_on if each.begun and received else None
        yield on_its_day(ClockKind.PROGRESS_REPORT, path, each.owed.due_on, today, done_on=done_on, lead=DUE_SOON)
