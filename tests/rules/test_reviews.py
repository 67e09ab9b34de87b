"""Reviews at least every half-term."""

from datetime import date

import pytest

from app.rules.agreements import PartyRole
from app.rules.reviews import ReviewState, may_record_review, review_deadlines, review_standings
from app.rules.verdict import Refused
from tests.rules.published_calendars import AWKWARD

START, END = date(2025, 10, 15), date(2026, 2, 13)
DUE = [date(2025, 10, 22), date(2025, 12, 18), date(2026, 2, 13)]


def test_one_is_due_on_the_last_open_pupil_day_of_every_half_term_covered() -> None:
    assert [each.due_on for each in review_deadlines(AWKWARD, START, END)] == DUE


@pytest.mark.parametrize(
    ("today", "held", "states"),
    [
        pytest.param("2025-10-22", [], ["due", "due", "due"], id="due on its day"),
        pytest.param("2025-10-23", [], ["overdue", "due", "due"], id="overdue the day after"),
        pytest.param("2025-10-30", ["2025-10-28"], ["held", "due", "due"], id="held in the holidays after"),
        pytest.param("2025-11-03", ["2025-11-03"], ["overdue", "held", "due"], id="held for the next half-term"),
        pytest.param(
            "2025-11-03", ["2025-10-14"], ["overdue", "due", "due"], id="before the placement counts for none"
        ),
    ],
)
def test_where_each_half_term_stands(today: str, held: list[str], states: list[str]) -> None:
    days = [date.fromisoformat(each) for each in held]
    found = review_standings(AWKWARD, starts_on=START, ends_on=END, held=days, today=date.fromisoformat(today))
    assert [each.state for each in found] == [ReviewState(each) for each in states]
    assert {each.held_on for each in found if each.held_on} == {day for day in days if day >= START}


@pytest.mark.parametrize(
    ("by", "amends", "held_on", "next_by", "code"),
    [
        pytest.param("commissioner", True, "2025-12-01", "2026-02-13", "", id="the commissioner may amend"),
        pytest.param("host_school", False, "2025-12-01", None, "", id="the host school may confirm"),
        pytest.param("host_school", True, "2025-12-01", None, "wrong_party", id="and not amend"),
        pytest.param("provider", False, "2025-12-01", None, "wrong_party", id="the provider takes part alone"),
        pytest.param("commissioner", False, "2025-12-02", None, "review_in_future", id="tomorrow"),
        pytest.param("commissioner", False, "2025-10-14", None, "review_outside_placement", id="before the placement"),
        pytest.param(
            "commissioner",
            False,
            "2025-12-01",
            "2025-12-01",
            "next_review_outside_placement",
            id="next on the same day",
        ),
        pytest.param(
            "commissioner", False, "2025-12-01", "2026-02-14", "next_review_outside_placement", id="next after the end"
        ),
    ],
)
def test_what_may_be_recorded(by: str, amends: bool, held_on: str, next_by: str | None, code: str) -> None:
    verdict = may_record_review(
        by=PartyRole(by),
        amends=amends,
        held_on=date.fromisoformat(held_on),
        next_review_by=date.fromisoformat(next_by) if next_by else None,
        today=date(2025, 12, 1),
        starts_on=START,
        ends_on=END,
    )
    assert (verdict.code if isinstance(verdict, Refused) else "") == code
