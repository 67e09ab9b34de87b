"""A child's home council moves on a day, and every day has one."""

from datetime import date
from uuid import UUID

import pytest

from app.rules.verdict import Refused
from app.rules.viewers import may_move_home

HERE, THERE = UUID(int=1), UUID(int=2)


@pytest.mark.parametrize(
    ("now_with", "to", "from_on", "since", "code"),
    [
        pytest.param(HERE, THERE, 24, None, "", id="to another, today"),
        pytest.param(HERE, None, 20, None, "", id="to nobody known, told later"),
        pytest.param(None, THERE, 21, 20, "", id="the day after the move before"),
        pytest.param(HERE, HERE, 24, None, "home_council_unchanged", id="to where it is"),
        pytest.param(None, None, 24, None, "home_council_unchanged", id="from nobody to nobody"),
        pytest.param(HERE, THERE, 25, None, "home_move_in_future", id="tomorrow"),
        pytest.param(HERE, THERE, 20, 20, "home_move_out_of_order", id="on the day of the move before"),
        pytest.param(HERE, THERE, 19, 20, "home_move_out_of_order", id="before the move before"),
    ],
)
def test_moving_home(now_with: UUID | None, to: UUID | None, from_on: int, since: int | None, code: str) -> None:
    verdict = may_move_home(
        now_with=now_with,
        to=to,
        from_on=date(2026, 11, from_on),
        today=date(2026, 11, 24),
        since=date(2026, 11, since) if since else None,
    )
    assert (verdict.code if isinstance(verdict, Refused) else "") == code
