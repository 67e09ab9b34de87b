"""An award is suspended for days of it that are still to come, and what it is on each day."""

from datetime import date

import pytest

from app.rules.award_suspensions import AwardSuspensionState, Stop, award_suspension_state, may_suspend_award
from app.rules.lot_awards import AwardState, Period, award_state
from app.rules.verdict import Refused

YEAR = Period(date(2026, 9, 1), date(2027, 8, 31))
TODAY = date(2026, 11, 24)
DECEMBER = Stop(date(2026, 12, 1), date(2026, 12, 18))


@pytest.mark.parametrize(
    ("wanted", "others", "refused"),
    [
        pytest.param(Stop(TODAY), [], None, id="from today until it is lifted"),
        pytest.param(DECEMBER, [Stop(TODAY, date(2026, 11, 30))], None, id="the day after another"),
        pytest.param(DECEMBER, [Stop(TODAY, None, lifted_on=date(2026, 12, 1))], None, id="once another is lifted"),
        pytest.param(
            DECEMBER, [Stop(date(2026, 12, 9), None, date(2026, 12, 9))], None, id="one lifted before it began"
        ),
        pytest.param(Stop(date(2026, 11, 23)), [], "award_suspension_in_past", id="from yesterday"),
        pytest.param(Stop(date(2027, 9, 1)), [], "award_suspension_outside_award", id="after the award"),
        pytest.param(
            Stop(date(2026, 12, 18), date(2027, 1, 8)), [DECEMBER], "award_suspension_overlaps", id="a day twice"
        ),
        pytest.param(DECEMBER, [Stop(TODAY)], "award_suspension_overlaps", id="while one has no end"),
    ],
)
def test_a_suspension_of_an_award(wanted: Stop, others: list[Stop], refused: str | None) -> None:
    verdict = may_suspend_award(YEAR, wanted, others, TODAY)
    assert (verdict.code if isinstance(verdict, Refused) else None) == refused


def test_an_award_is_not_suspended_before_its_own_first_day() -> None:
    verdict = may_suspend_award(YEAR, Stop(date(2026, 8, 1)), [], date(2026, 8, 1))
    assert isinstance(verdict, Refused)
    assert verdict.code == "award_suspension_outside_award"


@pytest.mark.parametrize(
    ("stop", "today", "state"),
    [
        (DECEMBER, date(2026, 11, 30), AwardSuspensionState.UPCOMING),
        (DECEMBER, date(2026, 12, 1), AwardSuspensionState.IN_FORCE),
        (DECEMBER, date(2026, 12, 18), AwardSuspensionState.IN_FORCE),
        (DECEMBER, date(2026, 12, 19), AwardSuspensionState.OVER),
        (Stop(TODAY), date(2027, 8, 31), AwardSuspensionState.IN_FORCE),
        (Stop(TODAY, None, date(2026, 11, 30)), date(2026, 11, 30), AwardSuspensionState.LIFTED),
    ],
)
def test_the_state_of_a_suspension(stop: Stop, today: date, state: AwardSuspensionState) -> None:
    assert award_suspension_state(stop, today) is state


@pytest.mark.parametrize(
    ("today", "stops", "state"),
    [
        pytest.param(date(2026, 8, 31), [], AwardState.UPCOMING, id="the day before"),
        pytest.param(date(2026, 9, 1), [], AwardState.CURRENT, id="the first day"),
        pytest.param(date(2027, 8, 31), [], AwardState.CURRENT, id="the last day"),
        pytest.param(date(2027, 9, 1), [], AwardState.EXPIRED, id="the day after"),
        pytest.param(date(2026, 12, 1), [DECEMBER], AwardState.SUSPENDED, id="suspended"),
        pytest.param(date(2026, 12, 19), [DECEMBER], AwardState.CURRENT, id="after a suspension"),
        pytest.param(date(2027, 9, 1), [Stop(TODAY)], AwardState.EXPIRED, id="over, though suspended"),
        pytest.param(
            date(2026, 12, 1), [Stop(TODAY, None, date(2026, 12, 1))], AwardState.CURRENT, id="the day it was lifted"
        ),
        pytest.param(
            date(2026, 11, 30), [Stop(TODAY, None, date(2026, 12, 1))], AwardState.SUSPENDED, id="the day before that"
        ),
    ],
)
def test_the_state_of_an_award(today: date, stops: list[Stop], state: AwardState) -> None:
    days = [each for each in (stop.days(YEAR.last_day) for stop in stops) if each is not None]
    assert award_state(YEAR, days, today) is state
