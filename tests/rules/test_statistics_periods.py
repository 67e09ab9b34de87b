"""Whole school years and their three parts."""

import itertools
from datetime import date, timedelta

import pytest

from app.rules.calendars import Term
from app.rules.statistics_periods import month_before, month_period, school_year_period, term_periods


@pytest.mark.parametrize(
    ("named", "first", "last"),
    [("2026-27", date(2026, 8, 1), date(2027, 7, 31)), ("2099-00", date(2099, 8, 1), date(2100, 7, 31))],
)
def test_a_school_year_runs_from_august_to_july(named: str, first: date, last: date) -> None:
    year = school_year_period(named)
    assert year is not None
    assert (year.first, year.last) == (first, last)


def test_years_that_do_not_follow_one_another_are_no_school_year() -> None:
    assert school_year_period("2026-28") is None


def test_the_terms_are_the_whole_year_and_share_no_day() -> None:
    year = school_year_period("2026-27")
    assert year is not None
    terms = list(term_periods(year))
    assert [term for term, _ in terms] == list(Term)
    assert (terms[0][1].first, terms[-1][1].last) == (year.first, year.last)
    for (_, earlier), (_, later) in itertools.pairwise(terms):
        assert later.first == earlier.last + timedelta(days=1)


@pytest.mark.parametrize(
    ("month", "first", "last"),
    [
        ("2026-11", date(2026, 11, 1), date(2026, 11, 30)),
        ("2026-12", date(2026, 12, 1), date(2026, 12, 31)),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29)),
        ("2027-02", date(2027, 2, 1), date(2027, 2, 28)),
    ],
)
def test_a_month_has_its_days_in_leap_years_too(month: str, first: date, last: date) -> None:
    period = month_period(month)
    assert (period.first, period.last) == (first, last)


@pytest.mark.parametrize(
    ("day", "month"),
    [(date(2026, 11, 1), "2026-10"), (date(2026, 11, 30), "2026-10"), (date(2027, 1, 31), "2026-12")],
)
def test_the_last_month_that_has_ended(day: date, month: str) -> None:
    assert month_before(day) == month
