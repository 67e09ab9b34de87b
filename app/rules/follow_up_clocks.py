"""The clocks of what is done again and again for a child who is away, and of what is asked after a move."""

from collections.abc import Collection, Iterator
from datetime import date, timedelta

from app.rules.clocks import DUE_FROM, Clock, ClockKind, ClockState, on_its_day
from app.rules.host_school_checks import CheckFrequency, CheckStanding
from app.rules.placement_clocks import Placed
from app.rules.reviews import ReviewStanding
from app.rules.sustained_checks import CheckRecord, CheckState, check_state

WITHIN_THE_WEEK = timedelta(days=6)
"""What is done weekly is due in its week only: Waymark's own."""

STILL_ASKED = timedelta(days=14)
"""So long after a placement has ended, what was not done in it is overdue still, to be recorded: Waymark's own."""

_STATES = {
    CheckState.SCHEDULED: ClockState.UPCOMING,
    CheckState.DUE: ClockState.DUE,
    CheckState.OVERDUE: ClockState.OVERDUE,
    CheckState.DONE: ClockState.DONE,
    CheckState.VOID: ClockState.NOT_APPLICABLE,
}


def review_clocks(
    placed: Placed, standings: Collection[ReviewStanding], next_review_by: date | None, today: date
) -> Iterator[Clock]:
    """One for the review of each half-term, and one for the day that the last review agreed.

    Source: Keeping Children Safe in Education (at least half-termly), from memory.
    """
    path = f"{placed.path}/reviews"
    asked = today <= placed.ends_on + STILL_ASKED
    for each in standings:
        if each.held_on is not None or asked:
            due_on = each.deadline.due_on
            yield on_its_day(ClockKind.HALF_TERMLY_REVIEW, path, due_on, today, done_on=each.held_on)
    unheld = {each.deadline.due_on for each in standings if each.held_on is None}
    if next_review_by is not None and asked and next_review_by not in unheld:
        yield on_its_day(ClockKind.HALF_TERMLY_REVIEW, path, next_review_by, today)


def check_clocks(
    placed: Placed, standings: Collection[CheckStanding], today: date, since: date | None = None
) -> Iterator[Clock]:
    """For each kind of check the next one and the last that was missed, with how many were; or that all are done.

    Those missed on or after `since` come each by itself. Source: Salford AP contract slides, read in the primary
    source; weekly ones are due in their week.
    """
    asked = today <= placed.ends_on + STILL_ASKED
    for each in standings:
        path = f"{placed.path}/checks?kind={each.kind.value}"
        if not each.missed and each.next_due_on is None and each.last_done_on is not None:
            yield on_its_day(ClockKind.HOST_SCHOOL_CHECK, path, None, today, done_on=each.last_done_on)
        if not asked:
            continue
        lead = WITHIN_THE_WEEK if each.frequency is CheckFrequency.WEEKLY else DUE_FROM
        days = _missed_since(each.missed, since) + ([each.next_due_on] if each.next_due_on else [])
        for due_on in days:
            missed = len(each.missed) if due_on < today else None
            yield on_its_day(ClockKind.HOST_SCHOOL_CHECK, path, due_on, today, counted=missed, lead=lead)


def sustained_clock(path: str, record: CheckRecord, due_on: date | None, done_on: date | None, today: date) -> Clock:
    """Whether a move was sustained: due on its day, and overdue only when `check_state` says so.

    Source: AP Quality Toolkit, areas 12 and 13 (two terms), read in the primary source.
    """
    state = _STATES[check_state(record, due_on, today)]
    return Clock(ClockKind.SUSTAINED_CHECK, path, state, due_on, done_on, lead=timedelta(0))


def _missed_since(missed: tuple[date, ...], since: date | None) -> list[date]:
    return [day for day in missed if day == missed[-1] or (since is not None and day >= since)]
