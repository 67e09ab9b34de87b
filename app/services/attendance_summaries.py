"""Attendance summed for pupils, placements and organisations over a period."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.problems import Invalid, ParameterError
from app.queries.attendance_summaries import NOBODY, SummaryFilters, summed
from app.rules.attendance_summaries import (
    Share,
    SummaryGroup,
    Tally,
    absence,
    attendance,
    change_in_absence,
    check_period,
    is_persistently_absent,
    is_severely_absent,
)
from app.rules.calendars import Term, school_year_of
from app.rules.statistics_periods import StatisticsPeriod, month_period, school_year_period, term_periods
from app.rules.verdict import Refused

Shown = dict[str, Any]


def period_of(
    caller: Caller,
    first: date | None,
    last: date | None,
    month: str | None,
    school_year: str | None,
    term: Term | None,
) -> StatisticsPeriod:
    """The days asked for, in one way; none asked for: the present school year until today. Raises Invalid."""
    ways = {"from": first or last, "month": month, "school_year": school_year or term}
    given = [name for name, value in ways.items() if value is not None]
    if len(given) > 1:
        raise Invalid([ParameterError(given[1], "days_given_twice", "give from and to, or month, or school_year")])
    if month is not None:
        return month_period(month)
    if school_year is not None or term is not None:
        return _year_or_term(school_year or school_year_of(caller.today), term)
    year = school_year_period(school_year_of(last or caller.today))
    assert year is not None
    period = StatisticsPeriod(first or year.first, last or caller.today)
    verdict = check_period(period.first, period.last)
    if isinstance(verdict, Refused):
        raise Invalid([ParameterError("to", verdict.code, verdict.reason)])
    return period


def _year_or_term(school_year: str, term: Term | None) -> StatisticsPeriod:
    year = school_year_period(school_year)
    if year is None:
        raise Invalid([ParameterError("school_year", "not_as_written", "Must be a school year written like 2026-27.")])
    return year if term is None else dict(term_periods(year))[term]


async def summaries(
    caller: Caller,
    session: AsyncSession,
    by: SummaryGroup,
    period: StatisticsPeriod,
    filters: SummaryFilters,
    keys: Sequence[UUID],
) -> list[Shown]:
    """The members of an `AttendanceSummaryRead` for each of the keys; the children shown are noted for the audit."""
    rows = await summed(caller, session, by, period.first, period.last, filters, keys) if keys else []
    if by in (SummaryGroup.PLACEMENT, SummaryGroup.PUPIL):
        caller.sees_pupils(*(row.pupil_id for row in rows))
    if by is SummaryGroup.PLACEMENT:
        caller.sees_placements(*(row.key for row in rows))
    return [_shown(by, row) for row in rows]


def tally_of(row: Row[Any]) -> Tally:
    return Tally(**{each.name: getattr(row, each.name) for each in fields(Tally)})


def counts_shown(tally: Tally) -> Shown:
    """The members of `SessionCounts`."""
    return {**asdict(tally), "possible": tally.possible}


def rate_shown(share: Share) -> Shown:
    return {"numerator": share.numerator, "denominator": share.denominator, "percent": share.percent}


def _shown(by: SummaryGroup, row: Row[Any]) -> Shown:
    tally = tally_of(row)
    of_a_child = by in (SummaryGroup.PLACEMENT, SummaryGroup.PUPIL)
    began = Share(row.began_absent, row.began_possible)
    return {
        "placement_id": row.key if by is SummaryGroup.PLACEMENT else None,
        "pupil_id": row.pupil_id if of_a_child else None,
        "organisation_id": None if of_a_child or row.key == NOBODY else row.key,
        "placements": row.placements,
        "pupils": {
            "total": row.pupils,
            "with_possible_sessions": row.pupils_possible,
            "persistently_absent": rate_shown(Share(row.pupils_persistent, row.pupils_possible)),
            "severely_absent": rate_shown(Share(row.pupils_severe, row.pupils_possible)),
        },
        "sessions": counts_shown(tally),
        "absence": rate_shown(absence(tally)),
        "attendance": rate_shown(attendance(tally)),
        "persistently_absent": is_persistently_absent(tally) if of_a_child else None,
        "severely_absent": is_severely_absent(tally) if of_a_child else None,
        "since_the_beginning": {
            "absence_at_first": rate_shown(began),
            "change": change_in_absence(began, absence(tally)),
        },
    }
