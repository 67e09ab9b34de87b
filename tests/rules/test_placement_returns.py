"""What a school returns of placements commissioned and ended, and when it may file it."""

from datetime import date
from uuid import UUID

import pytest

from app.rules.placement_returns import Movement, may_file_return, movement_in, return_period
from app.rules.statistics_periods import StatisticsPeriod
from app.rules.verdict import Refused

ONE, TWO = UUID(int=1), UUID(int=2)
OCTOBER = StatisticsPeriod(date(2026, 10, 1), date(2026, 10, 31))
BEGAN = frozenset({Movement(ONE, commissioned=True, ended=False)})
NOTHING: frozenset[Movement] = frozenset()


@pytest.mark.parametrize(
    ("label", "first", "last"),
    [
        ("2026-10", date(2026, 10, 1), date(2026, 10, 31)),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29)),
        ("2026-27-autumn", date(2026, 8, 1), date(2026, 12, 31)),
        ("2026-27-summer", date(2027, 4, 12), date(2027, 7, 31)),
    ],
)
def test_a_period_is_a_month_or_a_term(label: str, first: date, last: date) -> None:
    assert return_period(label) == StatisticsPeriod(first, last)


def test_two_years_that_do_not_follow_are_no_school_year() -> None:
    assert return_period("2026-28-autumn") is None


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "today", "says"),
    [
        ("2026-10-01", "2026-12-18", "2026-11-02", (True, False)),
        ("2026-10-31", "2026-12-18", "2026-11-02", (True, False)),
        ("2026-09-30", "2026-12-18", "2026-11-02", None),
        ("2026-11-01", "2026-12-18", "2026-11-02", None),
        ("2026-09-07", "2026-10-01", "2026-11-02", (False, True)),
        ("2026-09-07", "2026-10-31", "2026-11-02", (False, True)),
        ("2026-09-07", "2026-11-01", "2026-11-02", None),
        ("2026-10-05", "2026-10-23", "2026-11-02", (True, True)),
        ("2026-10-05", "2026-10-23", "2026-10-23", (True, False)),
        ("2026-09-07", "2026-10-23", "2026-10-23", None),
        ("2026-09-07", "2026-10-23", "2026-10-24", (False, True)),
    ],
)
def test_a_placement_is_in_the_return_of_the_period_in_which_it_began_or_ended(
    starts_on: str, ends_on: str, today: str, says: tuple[bool, bool] | None
) -> None:
    days = [date.fromisoformat(day) for day in (starts_on, ends_on)]
    moved = movement_in(ONE, days[0], days[1], OCTOBER, date.fromisoformat(today))
    assert (None if moved is None else (moved.commissioned, moved.ended)) == says


@pytest.mark.parametrize(
    ("today", "movements", "before", "nil_return", "code"),
    [
        ("2026-11-01", BEGAN, None, False, None),
        ("2026-11-01", NOTHING, None, True, None),
        ("2026-10-31", NOTHING, None, True, "return_before_end"),
        ("2026-11-01", BEGAN, None, True, "not_a_nil_return"),
        ("2026-11-01", NOTHING, None, False, "nothing_to_return"),
        ("2026-11-01", BEGAN, BEGAN, False, "return_unchanged"),
        ("2026-11-01", NOTHING, NOTHING, True, "return_unchanged"),
        ("2026-11-01", BEGAN, NOTHING, False, None),
        ("2026-11-01", frozenset({Movement(ONE, True, True)}), BEGAN, False, None),
    ],
)
def test_a_return_is_filed_when_its_period_is_over_and_says_what_is_so(
    today: str, movements: frozenset[Movement], before: frozenset[Movement] | None, nil_return: bool, code: str | None
) -> None:
    verdict = may_file_return(OCTOBER, date.fromisoformat(today), movements, before, nil_return=nil_return)
    assert (verdict.code if isinstance(verdict, Refused) else None) == code
    if code == "return_before_end":
        assert isinstance(verdict, Refused)
        assert verdict.next_steps == {"next_lawful_dates": ["2026-11-01"]}
