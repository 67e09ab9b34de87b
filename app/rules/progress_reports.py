"""The life of a progress report: one for each placement and term, on the council's own form.

Source: Salford AP contract slides, read in the primary source: individual, termly, to school and
commissioner.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.rules.calendars import SchoolCalendar, Term, school_year_of
from app.rules.sources import OUR_OWN, SALFORD
from app.rules.state_tables import StateTable, Transition
from app.rules.verdict import Allowed, Refused, Verdict


class ReportState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"


PROGRESS_REPORTS = StateTable(
    "progress report",
    SALFORD,
    (
        Transition(ReportState.DRAFT, "submit", ReportState.SUBMITTED, ("provider",)),
        Transition(ReportState.SUBMITTED, "return", ReportState.RETURNED, ("commissioner", "host_school")),
        Transition(ReportState.SUBMITTED, "accept", ReportState.ACCEPTED, ("commissioner", "host_school")),
        Transition(ReportState.RETURNED, "submit", ReportState.SUBMITTED, ("provider",)),
    ),
)
EDITABLE = frozenset({ReportState.DRAFT, ReportState.RETURNED})


@dataclass(frozen=True, slots=True)
class ReportTerm:
    """A term of a school year, such as autumn of "2025-26"."""

    school_year: str
    term: Term

    @property
    def position(self) -> tuple[str, int]:
        """Terms in the order in which they come."""
        return self.school_year, list(Term).index(self.term)


def terms_of_placement(calendar: SchoolCalendar, starts_on: date, ends_on: date) -> tuple[ReportTerm, ...]:
    """The terms in which a placement has an open pupil day: one report is owed for each.

    Source: Salford AP contract slides, read in the primary source.
    """
    terms: dict[ReportTerm, None] = {}
    for half_term in calendar.half_terms:
        if calendar.last_open_pupil_day(half_term, starts_on, ends_on) is not None:
            terms[ReportTerm(school_year_of(half_term.first), half_term.term)] = None
    return tuple(terms)


def due_on(calendar: SchoolCalendar, starts_on: date, ends_on: date, term: ReportTerm) -> date | None:
    """The day by which a term's report is to be submitted: the term's last open pupil day in the placement.

    None where it has none. Source: Salford AP contract slides (termly), read in the primary source; the day is
    Waymark's own.
    """
    days = [
        calendar.last_open_pupil_day(half_term, starts_on, ends_on)
        for half_term in calendar.half_terms
        if ReportTerm(school_year_of(half_term.first), half_term.term) == term
    ]
    return max((day for day in days if day is not None), default=None)


def may_begin_report(term: ReportTerm, owed: Collection[ReportTerm], already_begun: Collection[ReportTerm]) -> Verdict:
    """Whether a report for a term may be begun in a placement that owes `owed`: one for each term, and once.

    Source: Waymark's own, of reports that Salford's contract owes termly.
    """
    if term not in owed:
        return Refused("term_not_in_placement", "The placement has no pupil day in that term.", OUR_OWN)
    if term in already_begun:
        return Refused("report_exists", "The placement has its report for that term.", OUR_OWN)
    return Allowed()


def may_submit(*, owed: bool) -> Verdict:
    """Whether a report may be handed in: the placement still has a pupil day in its term.

    Source: Waymark's own, of placements that end early.
    """
    if owed:
        return Allowed()
    return Refused("term_not_in_placement", "The placement has no pupil day left in that term.", OUR_OWN)


def is_late(due_on: date, handed_in_on: date) -> bool:
    """Whether a report that is handed in for the first time comes after its day; it stays late ever after.

    Source: Salford AP contract slides (termly), read in the primary source; that it stays late is Waymark's own.
    """
    return handed_in_on > due_on


def may_edit(state: ReportState) -> Verdict:
    """Whether the provider may change what a report says: before it is submitted, or when it was returned.

    Source: Waymark's own.
    """
    if state in EDITABLE:
        return Allowed()
    return Refused("report_not_editable", f"A report that is {state} is no longer changed.", OUR_OWN)
