"""Concerns: who does what in which state, who hears one, when it waits too long, when it may be closed."""

from datetime import date
from uuid import UUID

import pytest

from app.rules.action_plans import ActionPlanState
from app.rules.concerns import (
    CONCERNS,
    ConcernState,
    concern_is_overdue,
    day_for_council,
    hearing_council,
    may_close_concern,
)
from app.rules.verdict import Refused

TODAY, TOMORROW = date(2026, 1, 12), date(2026, 1, 13)
COUNCIL, SCHOOL = UUID(int=1), UUID(int=2)


@pytest.mark.parametrize(
    ("state", "verb", "by", "after"),
    [
        pytest.param("raised", "share", "council", "shared", id="the council shares it"),
        pytest.param("raised", "share", "raiser", "wrong_party", id="the school does not share it over its council"),
        pytest.param("raised", "answer", "provider", "wrong_state", id="nothing is answered before it is shared"),
        pytest.param("raised", "withdraw", "raiser", "withdrawn", id="whoever raised it takes it back"),
        pytest.param("raised", "withdraw", "council", "wrong_party", id="the council does not for the school"),
        pytest.param("shared", "withdraw", "raiser", "wrong_state", id="what was shared stays"),
        pytest.param("shared", "answer", "provider", "answered", id="the provider answers"),
        pytest.param("shared", "answer", "council", "wrong_party", id="nobody answers for it"),
        pytest.param("answered", "answer", "provider", "wrong_state", id="it answers once"),
        pytest.param("raised", "act_on", "council", "acted_on", id="acted on at once"),
        pytest.param("shared", "act_on", "council", "acted_on", id="acted on without an answer"),
        pytest.param("answered", "act_on", "council", "acted_on", id="acted on after the answer"),
        pytest.param("acted_on", "act_on", "council", "wrong_state", id="one plan comes of it"),
        pytest.param("acted_on", "close", "council", "closed", id="closed after its plan"),
        pytest.param("raised", "close", "raiser", "wrong_party", id="the school does not close it"),
        pytest.param("closed", "close", "council", "wrong_state", id="closed is closed"),
    ],
)
def test_a_concern_moves_by_the_party_that_may(state: str, verb: str, by: str, after: str) -> None:
    moved = CONCERNS.move(ConcernState(state), verb, by)
    assert (moved.code if isinstance(moved, Refused) else moved.value) == after


@pytest.mark.parametrize(
    ("state", "today", "overdue"),
    [
        pytest.param("raised", TODAY, False, id="on its day"),
        pytest.param("raised", TOMORROW, True, id="nobody said what becomes of it"),
        pytest.param("shared", TOMORROW, True, id="the provider has not answered"),
        pytest.param("answered", TOMORROW, True, id="nobody read the answer"),
        pytest.param("acted_on", TOMORROW, False, id="its actions have days of their own"),
        pytest.param("closed", TOMORROW, False, id="closed"),
        pytest.param("withdrawn", TOMORROW, False, id="withdrawn"),
    ],
)
def test_a_concern_is_overdue_while_it_waits_after_its_day(state: str, today: date, overdue: bool) -> None:
    assert concern_is_overdue(ConcernState(state), TODAY, today) is overdue


def test_a_council_has_two_weeks() -> None:
    assert day_for_council(TODAY) == date(2026, 1, 26)


@pytest.mark.parametrize(
    ("raiser", "of_school", "is_council", "heard_by"),
    [
        pytest.param(COUNCIL, None, True, COUNCIL, id="a council hears itself"),
        pytest.param(SCHOOL, COUNCIL, False, COUNCIL, id="a school's council hears it"),
        pytest.param(SCHOOL, None, False, None, id="a school of no known council"),
    ],
)
def test_a_concern_is_heard_by_one_council(
    raiser: UUID, of_school: UUID | None, is_council: bool, heard_by: UUID | None
) -> None:
    heard = hearing_council(raiser, of_school, is_council=is_council)
    assert (heard.code if isinstance(heard, Refused) else heard) == (heard_by or "school_of_no_council")


@pytest.mark.parametrize(
    ("plan", "allowed"),
    [
        pytest.param(None, True, id="it led to no plan"),
        pytest.param(ActionPlanState.CLOSED, True, id="its plan is closed"),
        pytest.param(ActionPlanState.OPEN, False, id="its plan is open"),
    ],
)
def test_a_concern_is_closed_after_its_plan(plan: ActionPlanState | None, allowed: bool) -> None:
    assert bool(may_close_concern(plan)) is allowed
