"""No pupil is in two places for one session, and the refusal says nothing of the other place."""

from datetime import date

import pytest

from app.rules.calendars import SchoolSession
from app.rules.double_timetabling import SESSIONS_NAMED, SessionOfDay, not_timetabled_elsewhere
from app.rules.verdict import Refused

AM, PM = SchoolSession.AM, SchoolSession.PM
WEEK: list[SessionOfDay] = [(date(2026, 11, day), part) for day in range(23, 28) for part in (AM, PM)]


def test_no_clash_is_allowed() -> None:
    assert not_timetabled_elsewhere([])


@pytest.mark.parametrize(
    ("clashing", "named", "many"),
    [
        pytest.param(WEEK[:1], ["2026-11-23 am"], "one of these sessions", id="one"),
        pytest.param(WEEK[:2], ["2026-11-23 am", "2026-11-23 pm"], "2 of these sessions", id="a few are all named"),
        pytest.param(WEEK, [f"{d} {p}" for d, p in WEEK[:SESSIONS_NAMED]], "10 of these", id="of many the first few"),
        pytest.param([None, WEEK[3]], ["2026-11-24 pm"], "2 of these", id="what the caller does not see is counted"),
    ],
)
def test_a_clash_names_the_callers_own_sessions(
    clashing: list[SessionOfDay | None], named: list[str], many: str
) -> None:
    verdict = not_timetabled_elsewhere(clashing)
    assert isinstance(verdict, Refused)
    assert (verdict.code, verdict.next_steps) == ("timetabled_elsewhere", {"clashing_sessions": named})
    assert many in verdict.reason
