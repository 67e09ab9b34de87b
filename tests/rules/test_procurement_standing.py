"""What a provider held yesterday counts for nothing today."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app.rules.lot_awards import Period
from app.rules.procurement_standing import Holding, first_day_that_counts, may_place_under
from app.rules.verdict import Refused

TODAY = date(2026, 11, 24)
HOLDING = Holding(Period(date(2026, 9, 1), date(2028, 8, 31)), Period(date(2026, 9, 1), date(2027, 8, 31)))


@pytest.mark.parametrize(
    ("changes", "day", "refused"),
    [
        pytest.param({}, TODAY, None, id="an award that holds"),
        pytest.param({}, date(2027, 8, 31), None, id="its last day"),
        pytest.param({}, date(2027, 9, 1), "award_expired", id="the day after"),
        pytest.param(
            {"award": Period(date(2026, 9, 1), date(2026, 11, 23))}, TODAY, "award_expired", id="lost yesterday"
        ),
        pytest.param({}, date(2026, 8, 31), "award_expired", id="before it begins"),
        pytest.param({}, date(2028, 9, 1), "framework_expired", id="the framework has ended"),
        pytest.param({"suspended": (Period(TODAY, TODAY),)}, TODAY, "award_suspended", id="suspended that day"),
        pytest.param({"suspended": (Period(TODAY, TODAY),)}, date(2026, 11, 25), None, id="the day after"),
        pytest.param({"capacity": 3, "taken": 2}, TODAY, None, id="the last place"),
        pytest.param({"capacity": 3, "taken": 3}, TODAY, "capacity_full", id="no place left"),
        pytest.param({"capacity": 3, "taken": 4}, TODAY, "capacity_full", id="more placed than there are places"),
        pytest.param({"capacity": 0}, TODAY, "capacity_full", id="no places at all"),
        pytest.param({"taken": 99}, TODAY, None, id="places that nobody counts"),
    ],
)
def test_a_new_placement(changes: dict[str, Any], day: date, refused: str | None) -> None:
    verdict = may_place_under(replace(HOLDING, **changes), day)
    assert (verdict.code if isinstance(verdict, Refused) else None) == refused


@pytest.mark.parametrize(
    ("starts_on", "day"), [(date(2026, 11, 2), TODAY), (TODAY, TODAY), (date(2027, 1, 4), date(2027, 1, 4))]
)
def test_a_day_that_has_passed_does_not_count(starts_on: date, day: date) -> None:
    assert first_day_that_counts(starts_on, TODAY) == day
