"""The spans of school time that a placement covers, each with the last day on which something is done in it in time.

A span is a week, a half-term or a term of the placement's calendar, cut to the placement; one without an open pupil day
in it is none.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from app.rules.calendars import HalfTerm, SchoolCalendar, Term, school_year_of

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """From the first day on which it may be done to the last; `due_on` is the last open pupil day in it."""

    first: date
    last: date
    due_on: date


def weeks_covered(calendar: SchoolCalendar, starts_on: date, ends_on: date) -> Iterator[Span]:
    """Every week, Monday to Sunday, with an open pupil day between the two days, both included."""
    for monday, days in groupby(calendar.open_pupil_days(starts_on, ends_on), _monday_of):
        last = monday + 6 * _ONE_DAY
        yield Span(max(monday, starts_on), min(last, ends_on), list(days)[-1])


def half_terms_covered(calendar: SchoolCalendar, starts_on: date, ends_on: date) -> Iterator[Span]:
    """Every half-term with an open pupil day between the two days, both included.

    It lasts until the next one begins, so that what is done in the holidays still counts for the half-term before.
    """
    return _until_the_next([days for _, days in _half_terms(calendar, starts_on, ends_on)], starts_on, ends_on)


def terms_covered(calendar: SchoolCalendar, starts_on: date, ends_on: date) -> Iterator[Span]:
    """Every term, of both its halves, with an open pupil day between the two days; it lasts until the next begins."""
    terms: list[list[date]] = []
    before: tuple[str, Term] | None = None
    for half_term, days in _half_terms(calendar, starts_on, ends_on):
        term = school_year_of(half_term.first), half_term.term
        if term == before:
            terms[-1] += days
        else:
            terms.append(days)
        before = term
    return _until_the_next(terms, starts_on, ends_on)


def _half_terms(calendar: SchoolCalendar, starts_on: date, ends_on: date) -> Iterator[tuple[HalfTerm, list[date]]]:
    """The half-terms that have open pupil days between the two days, with those days, in order."""
    for each in sorted(calendar.half_terms, key=lambda each: each.first):
        days = list(calendar.open_pupil_days(max(starts_on, each.first), min(ends_on, each.last)))
        if days:
            yield each, days


def _until_the_next(spans: Sequence[list[date]], starts_on: date, ends_on: date) -> Iterator[Span]:
    for index, days in enumerate(spans):
        first = starts_on if index == 0 else days[0]
        last = ends_on if index == len(spans) - 1 else spans[index + 1][0] - _ONE_DAY
        yield Span(first, last, days[-1])


def _monday_of(day: date) -> date:
    return day - day.weekday() * _ONE_DAY
