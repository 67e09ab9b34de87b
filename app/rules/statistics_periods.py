"""The periods that statistics are given for: whole school years, terms as parts of one, and months.

Source: Waymark's own. The days are the same for everybody and lie in holidays, so that no two periods differ by a few
days: the difference of their counts would tell of a few children.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from app.rules.calendars import Term


@dataclass(frozen=True, slots=True)
class StatisticsPeriod:
    """First and last days, both included."""

    first: date
    last: date


def school_year_period(school_year: str) -> StatisticsPeriod | None:
    """The days of a school year written like "2026-27", from 1 August to 31 July; None where it names none."""
    begins, _, ends = school_year.partition("-")
    year = int(begins)
    if int(ends) != (year + 1) % 100:
        return None
    return StatisticsPeriod(date(year, 8, 1), date(year + 1, 7, 31))


def term_periods(year: StatisticsPeriod) -> Iterator[tuple[Term, StatisticsPeriod]]:
    """The three parts of a school year: autumn to 31 December, spring to 11 April, then summer."""
    new_year, easter = date(year.last.year, 1, 1), date(year.last.year, 4, 12)
    yield Term.AUTUMN, StatisticsPeriod(year.first, date(year.first.year, 12, 31))
    yield Term.SPRING, StatisticsPeriod(new_year, date(year.last.year, 4, 11))
    yield Term.SUMMER, StatisticsPeriod(easter, year.last)


def month_period(month: str) -> StatisticsPeriod:
    """The days of a month written like "2026-11". Source: Waymark's own."""
    first = date.fromisoformat(f"{month}-01")
    return StatisticsPeriod(first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))


def month_before(day: date) -> str:
    """The last month that has ended on a day, written like "2026-10". Source: Waymark's own."""
    return f"{day.replace(day=1) - timedelta(days=1):%Y-%m}"
