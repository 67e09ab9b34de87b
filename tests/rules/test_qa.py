"""Visits and actions of quality assurance."""

from datetime import date

import pytest

from app.rules.qa import ActionState, action_is_overdue, may_be_carried_out
from app.rules.verdict import Refused

TODAY, TOMORROW = date(2026, 1, 12), date(2026, 1, 13)


def test_a_visit_is_carried_out_on_a_day_that_has_come() -> None:
    assert may_be_carried_out(TODAY, TODAY)
    verdict = may_be_carried_out(TOMORROW, TODAY)
    assert isinstance(verdict, Refused)
    assert verdict.code == "visit_in_future"


@pytest.mark.parametrize(
    ("state", "today", "overdue"),
    [
        pytest.param("open", TODAY, False, id="open on its day"),
        pytest.param("open", TOMORROW, True, id="open a day later"),
        pytest.param("done", TOMORROW, False, id="done, and waiting to be closed"),
        pytest.param("closed", TOMORROW, False, id="closed"),
    ],
)
def test_an_action_is_overdue_while_open_after_its_day(state: str, today: date, overdue: bool) -> None:
    assert action_is_overdue(ActionState(state), TODAY, today) is overdue
