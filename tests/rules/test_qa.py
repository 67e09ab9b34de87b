"""Actions of quality assurance."""

from datetime import date

import pytest

from app.rules.qa import ActionState, action_is_overdue

TODAY, TOMORROW = date(2026, 1, 12), date(2026, 1, 13)


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
