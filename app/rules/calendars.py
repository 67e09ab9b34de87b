"""School calendars: half-terms, closures, and the days on which pupils attend.

A day that is in a half-term, is not a weekend and is not a closure is an open pupil day. Sources: the
Salford AP contract slides (last open pupil day, read in the primary source); published term dates of real
schools.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from itertools import islice, pairwise

from app.rules.london import LONDON
from app.rules.sources import OUR_OWN
from app.rules.verdict import Allowed, Refused, Verdict

LONGEST_HALF_TERM_DAYS = 100
MOST_HALF_TERMS = 60
MOST_CLOSURES = 400
LONGEST_BACK = timedelta(days=28)
"""How long ago a day may be that is declared closed, or open after all. Waymark's own."""


class Term(StrEnum):
    AUTUMN = "autumn"
    SPRING = "spring"
    SUMMER = "summer"


class SchoolSession(StrEnum):
    """The two sessions of a school day."""

    AM = "am"
    PM = "pm"


@dataclass(frozen=True, slots=True)
class HalfTerm:
    """First and last days for pupils, both included; `half` is 1 or 2."""

    term: Term
    half: int
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Closure:
    """A day inside a half-term on which pupils do not attend: INSET, bank holiday, snow.

    `declared_at` is since when it is known; None for one that is not published yet.
    """

    day: date
    reason: str
    declared_at: datetime | None = None

    @property
    def in_emergency(self) -> bool:
        """Whether it was declared on its day or after it."""
        return self.declared_at is not None and self.declared_at.astimezone(LONDON).date() >= self.day


@dataclass(frozen=True)
class SchoolCalendar:
    """What one council, school or provider publishes; ask `validate_calendar` before relying on it."""

    half_terms: tuple[HalfTerm, ...]
    closures: tuple[Closure, ...] = ()

    @cached_property
    def closed_days(self) -> frozenset[date]:
        return frozenset(closure.day for closure in self.closures)

    def half_term_of(self, day: date) -> HalfTerm | None:
        """The half-term that a day falls in, closures and weekends included; None in the holidays."""
        return next((each for each in self.half_terms if each.first <= day <= each.last), None)

    def is_pupil_day(self, day: date) -> bool:
        """Whether pupils attend on this day."""
        return self._is_open(day) and self.half_term_of(day) is not None

    def open_pupil_days(self, first: date, last: date) -> Iterator[date]:
        """The open pupil days from `first` to `last`, both included, in order."""
        for half_term in sorted(self.half_terms, key=_first_day):
            days = _days(max(first, half_term.first), min(last, half_term.last))
            yield from filter(self._is_open, map(date.fromordinal, days))

    def last_open_pupil_day(self, half_term: HalfTerm, first: date = date.min, last: date = date.max) -> date | None:
        """The last day of a half-term, from `first` to `last`, that is neither a closure nor a weekend; None when all
        of it is closed.

        Source: Salford AP contract slides, read in the primary source.
        """
        backwards = reversed(_days(max(first, half_term.first), min(last, half_term.last)))
        return next(filter(self._is_open, map(date.fromordinal, backwards)), None)

    def _is_open(self, day: date) -> bool:
        return not _is_weekend(day) and day not in self.closed_days


def lawful_end_dates(calendar: SchoolCalendar) -> Iterator[date]:
    """Every last open pupil day of a half-term, in order.

    Source: Salford AP contract slides, read in the primary source.
    """
    for half_term in sorted(calendar.half_terms, key=_first_day):
        day = calendar.last_open_pupil_day(half_term)
        if day is not None:
            yield day


def next_lawful_end_dates(calendar: SchoolCalendar, on_or_after: date, limit: int = 3) -> tuple[date, ...]:
    """The next days on which a placement may end, at most `limit`; fewer when no more has been published.

    Source: Salford AP contract slides, read in the primary source.
    """
    return tuple(islice((day for day in lawful_end_dates(calendar) if day >= on_or_after), limit))


def nothing_published_later(calendar: SchoolCalendar) -> str:
    """The note of a refusal that can name no later day: how far the calendar reaches."""
    last = max(lawful_end_dates(calendar), default=None)
    after = f" after {last}" if last else ""
    return f"No half-term{after} has been published in the placement's calendar."


def may_change_what_governs(before: SchoolCalendar, after: SchoolCalendar, today: date) -> Verdict:
    """Whether a calendar that placements go by may become `after`.

    A day may be closed on the day itself or some weeks after it (snow, an emergency), and such a closure taken back for
    as long. A closure that was planned is opened from tomorrow on (an INSET day that moved): nobody knew that pupils
    were expected. The half-terms published stay; later ones may be added. A notice or a planned end keeps the day that
    it names, which was lawful when it was named. Source: Waymark's own.
    """
    last = max((half_term.last for half_term in before.half_terms), default=date.min)
    if tuple(h for h in after.half_terms if h.first <= last) != before.half_terms:
        return Refused(
            "published_half_terms_stay",
            "Placements are governed by this calendar: its half-terms stay as published, and later ones may be added.",
            OUR_OWN,
        )
    closed = {day for day in after.closed_days - before.closed_days if day <= last}
    opened = [each for each in before.closures if each.day not in after.closed_days]
    earliest = today - LONGEST_BACK
    if any(day < earliest for day in closed) or any(
        each.day < earliest or (each.day <= today and not each.in_emergency) for each in opened
    ):
        return Refused(
            "day_has_been",
            f"Placements are governed by this calendar: no day before {earliest} is closed, and none up to {today}"
            " opened, save one that was closed on the day or after it.",
            OUR_OWN,
        )
    return Allowed()


def days_changed(before: SchoolCalendar, after: SchoolCalendar) -> tuple[date, date] | None:
    """The first and last day on which pupils attend by one of two calendars and not by the other; None without one."""
    changed = _pupil_days(before) ^ _pupil_days(after)
    return (min(changed), max(changed)) if changed else None


def school_year_of(day: date) -> str:
    """The school year as "2025-26": it begins with the first term that begins after July.

    Source: Education Act 1996 s579, from memory; it only names a year and refuses nothing.
    """
    first = day.year if day.month >= 8 else day.year - 1
    return f"{first}-{(first + 1) % 100:02d}"


def validate_calendar(calendar: SchoolCalendar) -> tuple[Refused, ...]:
    """Everything that keeps a calendar from being relied on; empty when it is sound.

    Source: Waymark's own, so that every day has one answer.
    """
    return (*_faults_of_size(calendar), *_faults_of_half_terms(calendar), *_faults_of_closures(calendar))


def _faults_of_size(calendar: SchoolCalendar) -> Iterator[Refused]:
    if not calendar.half_terms:
        yield _fault("calendar_empty", "A calendar needs at least one half-term.")
    if len(calendar.half_terms) > MOST_HALF_TERMS:
        yield _fault("too_many_half_terms", f"A calendar holds at most {MOST_HALF_TERMS} half-terms.")
    if len(calendar.closures) > MOST_CLOSURES:
        yield _fault("too_many_closures", f"A calendar holds at most {MOST_CLOSURES} closures.")


def _faults_of_half_terms(calendar: SchoolCalendar) -> Iterator[Refused]:
    for each in calendar.half_terms:
        if each.half not in {1, 2}:
            yield _fault("half_unknown", f"The {_named(each)} is neither half 1 nor half 2.")
        if each.first > each.last:
            yield _fault("half_term_backwards", f"The {_named(each)} ends before it begins.")
        elif (each.last - each.first).days >= LONGEST_HALF_TERM_DAYS:
            yield _fault("half_term_too_long", f"The {_named(each)} lasts over {LONGEST_HALF_TERM_DAYS} days.")
    for earlier, later in pairwise(calendar.half_terms):
        if later.first < earlier.first:
            yield _fault("half_terms_out_of_order", f"The {_named(later)} is listed after a later one.")
    for earlier, later in pairwise(sorted(calendar.half_terms, key=_first_day)):
        if later.first <= earlier.last:
            yield _fault("half_terms_overlap", f"The {_named(later)} begins before the one before has ended.")
    named = set()
    for each in calendar.half_terms:
        name = (school_year_of(each.first), each.term, each.half)
        if name in named:
            yield _fault("half_term_repeated", f"The {_named(each)} is named twice in its school year.")
        named.add(name)


def _faults_of_closures(calendar: SchoolCalendar) -> Iterator[Refused]:
    seen = set()
    for closure in calendar.closures:
        if calendar.half_term_of(closure.day) is None:
            yield _fault("closure_outside_half_terms", f"The closure on {closure.day} is in no half-term.")
        if closure.day in seen:
            yield _fault("closure_repeated", f"The closure on {closure.day} is listed twice.")
        seen.add(closure.day)


def _fault(code: str, reason: str) -> Refused:
    return Refused(code, reason, OUR_OWN)


def _named(half_term: HalfTerm) -> str:
    return f"{half_term.term} half-term from {half_term.first}"


def _pupil_days(calendar: SchoolCalendar) -> set[date]:
    return {day for each in calendar.half_terms for day in calendar.open_pupil_days(each.first, each.last)}


def _days(first: date, last: date) -> range:
    return range(first.toordinal(), last.toordinal() + 1)


def _first_day(half_term: HalfTerm) -> date:
    return half_term.first


def _is_weekend(day: date) -> bool:
    return day.isoweekday() >= 6
