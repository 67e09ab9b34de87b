"""A provider applies while a window is open, for what the lot has, once; and an application's life."""

from datetime import date

import pytest

from app.rules.lot_applications import APPLICATIONS, ApplicationState, may_apply
from app.rules.lot_awards import Period
from app.rules.procurement import DeliveryOption
from app.rules.verdict import Refused

ALONE, ONLINE = DeliveryOption.IN_PERSON_ONE_TO_ONE, DeliveryOption.ONLINE_GROUP
SEPTEMBER = Period(date(2024, 9, 1), date(2024, 9, 30))
MARCH = Period(date(2025, 3, 1), date(2025, 3, 31))


@pytest.mark.parametrize(
    ("today", "offered", "applied", "refused"),
    [
        pytest.param(date(2024, 9, 1), [ALONE], False, None, id="the day the window opens"),
        pytest.param(date(2024, 9, 30), [], False, None, id="the day it closes, with all that the lot has"),
        pytest.param(date(2024, 8, 31), [], False, "no_window_open", id="the day before"),
        pytest.param(date(2024, 10, 1), [], False, "no_window_open", id="the day after"),
        pytest.param(date(2024, 9, 9), [ONLINE], False, "delivery_not_in_lot", id="a delivery that the lot lacks"),
        pytest.param(date(2024, 9, 9), [ALONE], True, "already_applied", id="a second time"),
    ],
)
def test_an_application(today: date, offered: list[DeliveryOption], applied: bool, refused: str | None) -> None:
    verdict = may_apply([MARCH, SEPTEMBER], today, [ALONE], offered, applied=applied)
    assert (verdict.code if isinstance(verdict, Refused) else None) == refused


@pytest.mark.parametrize(
    ("today", "dates"),
    [(date(2024, 8, 31), ["2024-09-01"]), (date(2024, 10, 1), ["2025-03-01"]), (date(2025, 4, 1), [])],
)
def test_a_refusal_names_the_day_on_which_the_next_window_opens(today: date, dates: list[str]) -> None:
    verdict = may_apply([MARCH, SEPTEMBER], today, [], [], applied=False)
    assert isinstance(verdict, Refused)
    assert verdict.next_steps == {"next_lawful_dates": dates}


def test_a_lot_that_leaves_delivery_open_is_applied_for_with_any() -> None:
    assert may_apply([MARCH], date(2025, 3, 1), [], [ONLINE], applied=False)


@pytest.mark.parametrize(
    ("state", "verb", "by", "after"),
    [
        ("submitted", "evaluate", "council", "under_evaluation"),
        ("under_evaluation", "evaluate", "council", "under_evaluation"),
        ("under_evaluation", "award", "council", "awarded"),
        ("under_evaluation", "reject", "council", "not_awarded"),
        ("submitted", "withdraw", "provider", "withdrawn"),
        ("under_evaluation", "withdraw", "provider", "withdrawn"),
        ("submitted", "award", "council", "wrong_state"),
        ("submitted", "reject", "council", "wrong_state"),
        ("awarded", "withdraw", "provider", "wrong_state"),
        ("not_awarded", "award", "council", "wrong_state"),
        ("withdrawn", "evaluate", "council", "wrong_state"),
        ("submitted", "evaluate", "provider", "wrong_party"),
        ("under_evaluation", "withdraw", "council", "wrong_party"),
    ],
)
def test_the_life_of_an_application(state: str, verb: str, by: str, after: str) -> None:
    moved = APPLICATIONS.move(ApplicationState(state), verb, by)
    assert (moved.code if isinstance(moved, Refused) else moved.value) == after
