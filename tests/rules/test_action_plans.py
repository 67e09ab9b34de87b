"""Action plans and their actions: who does what, when either may close, what is overdue."""

from datetime import date
from uuid import UUID

import pytest

from app.rules.action_plans import (
    ACTIONS,
    PLANS,
    ActionPlanState,
    ActionState,
    action_is_overdue,
    may_close_plan,
    may_keep_plan,
    may_open_plan,
    may_reopen_action,
    parties_of,
    review_day,
    review_is_overdue,
)
from app.rules.oversight import Oversight
from app.rules.verdict import Refused

TODAY, TOMORROW = date(2026, 1, 12), date(2026, 1, 13)
COUNCIL, PROVIDER, SCHOOL = UUID(int=1), UUID(int=2), UUID(int=3)


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


@pytest.mark.parametrize(
    ("state", "review_on", "today", "overdue"),
    [
        pytest.param("open", TODAY, TODAY, False, id="open on the day of its review"),
        pytest.param("open", TODAY, TOMORROW, True, id="open a day later"),
        pytest.param("open", None, TOMORROW, False, id="no review is set"),
        pytest.param("closed", TODAY, TOMORROW, False, id="closed"),
    ],
)
def test_a_review_is_overdue_while_the_plan_is_open(
    state: str, review_on: date | None, today: date, overdue: bool
) -> None:
    assert review_is_overdue(ActionPlanState(state), review_on, today) is overdue


@pytest.mark.parametrize(
    ("state", "verb", "by", "after"),
    [
        pytest.param("open", "complete", "provider", "done", id="the provider says it is done"),
        pytest.param("open", "complete", "keeper", "wrong_party", id="the council does not say so for it"),
        pytest.param("open", "confirm", "keeper", "closed", id="the council says how it knows"),
        pytest.param("open", "confirm", "provider", "wrong_party", id="the provider closes nothing itself"),
        pytest.param("open", "close", "keeper", "wrong_state", id="what is not done is not closed without a word"),
        pytest.param("done", "close", "keeper", "closed", id="the council is satisfied"),
        pytest.param("done", "close", "provider", "wrong_party", id="the provider is not who is satisfied"),
        pytest.param("done", "reopen", "keeper", "open", id="more is needed"),
        pytest.param("closed", "reopen", "keeper", "open", id="more is needed after all"),
        pytest.param("closed", "complete", "provider", "wrong_state", id="closed is closed"),
        pytest.param("open", "reschedule", "keeper", "open", id="another day"),
        pytest.param("open", "reschedule", "provider", "wrong_party", id="the provider moves no day"),
        pytest.param("open", "name_owner", "provider", "open", id="the provider says who sees to it"),
        pytest.param("open", "name_owner", "reader", "wrong_party", id="a school that reads does not"),
    ],
)
def test_an_action_moves_by_the_side_that_may(state: str, verb: str, by: str, after: str) -> None:
    moved = ACTIONS.move(ActionState(state), verb, by)
    assert (moved.code if isinstance(moved, Refused) else moved.value) == after


@pytest.mark.parametrize(
    ("state", "verb", "after"),
    [
        pytest.param("open", "add_action", "open", id="added to"),
        pytest.param("open", "review", "open", id="reviewed"),
        pytest.param("open", "close", "closed", id="closed"),
        pytest.param("closed", "reopen", "open", id="opened again"),
        pytest.param("closed", "add_action", "wrong_state", id="nothing is added to a closed plan"),
        pytest.param("closed", "review", "wrong_state", id="nor is it reviewed"),
    ],
)
def test_a_plan_is_its_keepers(state: str, verb: str, after: str) -> None:
    moved = PLANS.move(ActionPlanState(state), verb, "keeper")
    assert (moved.code if isinstance(moved, Refused) else moved.value) == after
    assert not PLANS.may(ActionPlanState(state), verb, "provider")


def test_a_plan_is_closed_when_each_of_its_actions_is() -> None:
    assert may_close_plan([])
    verdict = may_close_plan([SCHOOL, COUNCIL])
    assert isinstance(verdict, Refused)
    assert (verdict.code, verdict.next_steps["actions_not_closed"]) == (
        "actions_not_closed",
        [str(COUNCIL), str(SCHOOL)],
    )


def test_an_action_of_a_closed_plan_waits_for_the_plan() -> None:
    assert may_reopen_action(ActionPlanState.OPEN)
    verdict = may_reopen_action(ActionPlanState.CLOSED)
    assert isinstance(verdict, Refused)
    assert verdict.code == "plan_closed"


def test_one_plan_is_open_of_a_source() -> None:
    assert may_open_plan(None)
    verdict = may_open_plan(COUNCIL)
    assert isinstance(verdict, Refused)
    assert (verdict.code, verdict.next_steps) == ("plan_already_open", {"open_plan": str(COUNCIL)})


@pytest.mark.parametrize(
    ("oversight", "allowed"),
    [
        pytest.param(None, True, id="with itself"),
        pytest.param(Oversight(registered=False, awarded=True), True, id="a provider on its framework"),
        pytest.param(Oversight(registered=True, awarded=False), True, id="a provider that it registered"),
        pytest.param(Oversight(registered=False, awarded=False), False, id="a provider of others"),
    ],
)
def test_a_plan_is_kept_with_whom_one_oversees_or_with_oneself(oversight: Oversight | None, allowed: bool) -> None:
    assert bool(may_keep_plan(oversight)) is allowed


@pytest.mark.parametrize(
    ("asked", "due", "day"),
    [
        pytest.param(TODAY, [TOMORROW], TODAY, id="the day asked for"),
        pytest.param(None, [TOMORROW, TODAY], TOMORROW, id="when the last action is due"),
        pytest.param(None, [], None, id="none, without actions"),
    ],
)
def test_a_new_plan_has_a_day_of_review(asked: date | None, due: list[date], day: date | None) -> None:
    assert review_day(asked, due) == day


@pytest.mark.parametrize(
    ("kept_by", "who", "parties"),
    [
        pytest.param(COUNCIL, COUNCIL, ("keeper",), id="the council that keeps it"),
        pytest.param(COUNCIL, PROVIDER, ("provider",), id="the provider"),
        pytest.param(PROVIDER, PROVIDER, ("keeper", "provider"), id="a provider in a plan of its own"),
        pytest.param(COUNCIL, SCHOOL, (), id="a school that reads it"),
    ],
)
def test_who_is_what_to_a_plan(kept_by: UUID, who: UUID, parties: tuple[str, ...]) -> None:
    assert parties_of(kept_by, PROVIDER, who) == parties
