"""What a school returns to its council: the placements that it commissioned and that ended, or that there were none.

Source: Cheshire West guidance (schools return placements when commissioned and when ended, or a nil return), read in
the primary source; the periods, and what makes a return hold together, are Waymark's own.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from app.rules.calendars import Term
from app.rules.sources import CHESHIRE_WEST, OUR_OWN
from app.rules.statistics_periods import StatisticsPeriod, month_period, school_year_period, term_periods
from app.rules.verdict import Allowed, Refused, Verdict

_MONTH = re.compile(r"\d{4}-\d{2}")
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Movement:
    """What a return says of one placement: that it began in the period, that it ended in it, or both."""

    placement_id: UUID
    commissioned: bool
    ended: bool


def return_period(label: str) -> StatisticsPeriod | None:
    """The days of a period written like "2026-11" or "2026-27-autumn"; None where it names no school year.

    Source: Waymark's own.
    """
    if _MONTH.fullmatch(label):
        return month_period(label)
    school_year, _, term = label.rpartition("-")
    year = school_year_period(school_year)
    return None if year is None else dict(term_periods(year))[Term(term)]


def movement_in(
    placement_id: UUID, starts_on: date, ends_on: date, period: StatisticsPeriod, today: date
) -> Movement | None:
    """What happened to an accepted placement in a period, until today; None where it neither began nor ended.

    It has ended when its last day is over. Source: Cheshire West guidance, read in the primary source.
    """
    commissioned = period.first <= starts_on <= period.last
    ended = period.first <= ends_on <= period.last and ends_on < today
    return Movement(placement_id, commissioned, ended) if commissioned or ended else None


def may_file_return(
    period: StatisticsPeriod,
    today: date,
    movements: frozenset[Movement],
    before: frozenset[Movement] | None,
    *,
    nil_return: bool,
) -> Verdict:
    """Whether a school may file; `before` is what its standing return of the period says, None where there is none.

    A nil return is said to be one, so that it is filed by nobody unawares. Source: Cheshire West guidance (a nil
    return), read in the primary source.
    """
    if today <= period.last:
        return Refused(
            "return_before_end",
            f"The period ends on {period.last}; until then more may begin or end.",
            OUR_OWN,
            {"next_lawful_dates": [(period.last + _ONE_DAY).isoformat()]},
        )
    if nil_return and movements:
        return Refused("not_a_nil_return", "Placements began or ended in the period.", CHESHIRE_WEST)
    if not nil_return and not movements:
        return Refused("nothing_to_return", "Nothing began or ended in the period: file a nil return.", CHESHIRE_WEST)
    if before == movements:
        return Refused("return_unchanged", "The return that was filed says the same; it stands.", OUR_OWN)
    return Allowed()
