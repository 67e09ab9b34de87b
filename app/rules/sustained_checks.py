"""Whether a move was sustained: asked after two full terms in the calendar that governed the placement.

Source: AP Quality Toolkit, areas 12 and 13 (transitions and post-16 destinations sustained after two terms), read in
the primary source. That the second full term must have been taught to its last open pupil day is Waymark's own reading.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import groupby, pairwise

from app.rules.calendars import HalfTerm, SchoolCalendar, Term, school_year_of
from app.rules.sources import OUR_OWN
from app.rules.state_tables import StateTable, Transition
from app.rules.verdict import Allowed, Refused, Verdict

OVERDUE_AFTER_DAYS = 28
_TERMS = tuple(Term)


class SustainedCheckKind(StrEnum):
    """What is asked about: where the child went after the placement, or after year 11."""

    TRANSITION = "transition"
    POST_16 = "post_16"


class Finding(StrEnum):
    SUSTAINED = "sustained"
    NOT_SUSTAINED = "not_sustained"
    NOT_KNOWN = "not_known"


class CheckRecord(StrEnum):
    """What has been done about a check; whether it is due follows from the date."""

    OPEN = "open"
    DONE = "done"
    VOID = "void"


class CheckState(StrEnum):
    SCHEDULED = "scheduled"
    DUE = "due"
    OVERDUE = "overdue"
    DONE = "done"
    VOID = "void"


SUSTAINED_CHECKS = StateTable(
    "sustained check",
    OUR_OWN,
    (
        Transition(CheckRecord.OPEN, "record", CheckRecord.DONE, ("commissioner", "host_school")),
        Transition(CheckRecord.DONE, "record", CheckRecord.DONE, ("commissioner", "host_school")),
        Transition(CheckRecord.OPEN, "correct", CheckRecord.VOID, ("commissioner", "host_school")),
        Transition(CheckRecord.DONE, "correct", CheckRecord.VOID, ("commissioner", "host_school")),
    ),
)
"""`correct`: a correction says that the child went elsewhere, so that another check takes this one's place."""


@dataclass(frozen=True, slots=True)
class CheckWindow:
    """Moves from `first` to `last`, both included, are checked on `due_on`."""

    first: date
    last: date
    due_on: date


@dataclass(frozen=True, slots=True)
class _FullTerm:
    number: int
    first: date
    last: date


def check_windows(calendar: SchoolCalendar) -> tuple[CheckWindow, ...]:
    """For every day of a move of which the calendar tells, when the check is due; a day in no window has to wait.

    A term is full for a move that comes on or before its first open pupil day. A window needs two terms in a row that
    are published whole. It stays as a calendar grows; a closure at the edge of a term may move it by days.
    """
    terms = list(_whole_terms(calendar))
    windows = []
    earlier: _FullTerm | None = None
    for first, second in pairwise(terms):
        opens = earlier.first + timedelta(days=1) if earlier else date.min
        if second.number == first.number + 1:
            windows.append(CheckWindow(opens, first.first, second.last))
        earlier = first
    return tuple(windows)


def check_due_on(calendar: SchoolCalendar, moved_on: date) -> date | None:
    """The last open pupil day of the second full term after a move; None until that term is published whole."""
    return next((each.due_on for each in check_windows(calendar) if each.first <= moved_on <= each.last), None)


def check_state(record: CheckRecord, due_on: date | None, today: date) -> CheckState:
    """What a check is today: due on its day, overdue when nobody has answered for four weeks.

    Source: Waymark's own; `OVERDUE_AFTER_DAYS` is a setting.
    """
    if record is not CheckRecord.OPEN:
        return CheckState(record.value)
    if due_on is None or today < due_on:
        return CheckState.SCHEDULED
    return CheckState.DUE if today <= due_on + timedelta(days=OVERDUE_AFTER_DAYS) else CheckState.OVERDUE


def may_record_finding(
    finding: Finding, due_on: date | None, today: date, *, corrects: bool, reasoned: bool
) -> Verdict:
    """Whether a finding may be recorded today: that a move was not sustained is known at once, the rest in two terms.

    A finding that takes another's place says why. Source: AP Quality Toolkit (two terms), read in the primary source,
    and Waymark's own.
    """
    if corrects and not reasoned:
        return Refused("correction_without_reason", "Say why this finding takes the place of the one before.", OUR_OWN)
    if finding is Finding.NOT_SUSTAINED:
        return Allowed()
    if due_on is None:
        return Refused(
            "check_not_due",
            "Two full terms after the move are not published yet, so nobody can say that it was sustained.",
            OUR_OWN,
            {"note": "The check is due on the last open pupil day of the second full term."},
        )
    if today < due_on:
        return Refused(
            "check_not_due",
            f"Two full terms are over on {due_on}; until then only a move that was not sustained is recorded.",
            OUR_OWN,
            {"next_lawful_dates": [due_on.isoformat()]},
        )
    return Allowed()


def _whole_terms(calendar: SchoolCalendar) -> Iterator[_FullTerm]:
    """The terms published whole, in order: both halves, or a first half that a later term follows."""
    in_order = sorted(calendar.half_terms, key=lambda each: each.first)
    terms = [list(halves) for _, halves in groupby(in_order, key=_number)]
    for position, halves in enumerate(terms):
        begun, followed = halves[0].half == 1, position + 1 < len(terms)
        days = list(calendar.open_pupil_days(halves[0].first, halves[-1].last))
        if begun and days and (len(halves) == 2 or followed):
            yield _FullTerm(_number(halves[0]), days[0], days[-1])


def _number(half_term: HalfTerm) -> int:
    """Terms counted through the years, so that a missing one shows."""
    return int(school_year_of(half_term.first)[:4]) * len(_TERMS) + _TERMS.index(half_term.term)
