"""Absences whose reason nobody knows yet (`N`): to be resolved within five school days."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import islice

from app.rules.calendars import SchoolCalendar
from app.rules.clocks import Clock, ClockKind, on_its_day

UNEXPLAINED = "N"
SCHOOL_DAYS = 5


def resolve_by(calendar: SchoolCalendar, on_date: date) -> date | None:
    """The fifth school day after the day of the absence; None where the calendar has not been published so far.

    Weekends, holidays and closures are no school days. Source: SI 2024/208 (classes of the codes), read in a secondary
    source.
    """
    following = calendar.open_pupil_days(on_date + timedelta(days=1), date.max)
    return next(islice(following, SCHOOL_DAYS - 1, None), None)


def unexplained_clocks(path: str, calendar: SchoolCalendar, days: Iterable[date], today: date) -> Iterator[Clock]:
    """A clock for each day by which sessions are to be resolved, with how many; `days` holds one for each session.

    It is due on its day and overdue after it. Source: SI 2024/208 (classes of the codes), read in a secondary source.
    """
    counted = Counter(resolve_by(calendar, day) for day in days)
    for due_on in sorted(day for day in counted if day is not None):
        yield on_its_day(ClockKind.UNEXPLAINED_ABSENCE, path, due_on, today, counted=counted[due_on], lead=timedelta(0))
