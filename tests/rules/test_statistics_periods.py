"""Whole school years and their three parts."""

import itertools
from datetime import date, timedelta

import pytest

from app.rules.calendars import Term
from app.rules.statistics_periods import school_year_period, term_periods


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
