"""The spans of school time that a placement covers, each with the last day on which something is done in it in time.

A span is a week, a half-term or a term of the placement's calendar, cut to the placement; one without an open pupil day
in it is none.
"""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import TypeVar

from app.rules.calendars import SchoolCalendar, school_year_of

_ONE_DAY = timedelta(days=1)

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Span:
    """From the first day on which it may be done to the last; `due_on` is the last open pupil day in it."""

    first: date
    last: date
    due_on: date


def weeks_covered(calendar: SchoolCalendar, starts_on: date, ends_on: date) -> Iterator[Span]:
    """Every week, Monday to Sunday, with an open pupil day between the two days, both included."""
    for monday, days in _grouped(calendar, starts_on, ends_on, _monday_of):
        last = monday + 6 * _ONE_DAY
        yield Span(max(monday, starts_on), min(last, ends_on), days[-1])


def half_terms_covered(calendar: SchoolCalendar, starts_on: date, ends_on: date) -> Iterator[Span]:
    """Every half-term with an open pupil day between the two days, both included.

    It lasts until the next one begins, so that what is done in the holidays still counts for the half-term before.
    """
    return _until_the_next(calendar, starts_on, ends_on, calendar.half_term_of)


def terms_covered(calendar: SchoolCalendar, starts_on: date, ends_on: date) -> Iterator[Span]:
    """Every term, of both its halves, with an open pupil day between the two days; it lasts until the next begins."""

    def term_of(day: date) -> Hashable:
        half_term = calendar.half_term_of(day)
        return half_term and (school_year_of(half_term.first), half_term.term)

    return _until_the_next(calendar, starts_on, ends_on, term_of)


def _until_the_next(
    calendar: SchoolCalendar, starts_on: date, ends_on: date, span_of: Callable[[date], Hashable]
) -> Iterator[Span]:
    spans = [days for _, days in _grouped(calendar, starts_on, ends_on, span_of)]
    for index, days in enumerate(spans):
        first = starts_on if index == 0 else days[0]
        last = ends_on if index == len(spans) - 1 else spans[index + 1][0] - _ONE_DAY
        yield Span(first, last, days[-1])


def _grouped(
    calendar: SchoolCalendar, starts_on: date, ends_on: date, span_of: Callable[[date], Key]
) -> Iterator[tuple[Key, list[date]]]:
    for span, days in groupby(calendar.open_pupil_days(starts_on, ends_on), span_of):
        yield span, list(days)


def _monday_of(day: date) -> date:
    return day - day.weekday() * _ONE_DAY
