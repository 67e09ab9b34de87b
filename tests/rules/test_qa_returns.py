"""The life of an annual return, how it stands to its day, and the types that are shipped."""

from datetime import date
from uuid import uuid4

import pytest

from app.rules.qa_return_types import SHIPPED, ShippedReturnType, is_current
from app.rules.qa_returns import (
    OUTSTANDING,
    RETURNS,
    ReturnState,
    ReturnTimeliness,
    is_late,
    lies_ahead,
    may_file_with,
    may_withdraw_return,
    timeliness,
)
from app.rules.report_answers import faults_of_answers
from app.rules.report_forms import faults_of_form
from app.rules.verdict import Refused

REQUESTED, DRAFT, SUBMITTED, RETURNED, ACCEPTED, WITHDRAWN = ReturnState
TODAY, YESTERDAY, TOMORROW = date(2026, 11, 24), date(2026, 11, 23), date(2026, 11, 25)


@pytest.mark.parametrize(
    ("state", "verbs"),
    [
        (REQUESTED, ("write", "reschedule", "withdraw")),
        (DRAFT, ("write", "submit", "reschedule", "withdraw")),
        (SUBMITTED, ("return", "accept")),
        (RETURNED, ("write", "submit", "reschedule")),
        (ACCEPTED, ()),
        (WITHDRAWN, ()),
    ],
)
def test_what_may_follow(state: ReturnState, verbs: tuple[str, ...]) -> None:
    assert RETURNS.verbs_from(state) == verbs
    assert (state in OUTSTANDING) is ("write" in verbs)


@pytest.mark.parametrize(
    ("state", "due_on", "late", "stands"),
    [
        pytest.param(DRAFT, None, None, None, id="unasked"),
        pytest.param(WITHDRAWN, YESTERDAY, None, None, id="not wanted any more"),
        pytest.param(REQUESTED, YESTERDAY, None, ReturnTimeliness.OVERDUE, id="its day was yesterday"),
        pytest.param(DRAFT, TODAY, None, ReturnTimeliness.DUE_SOON, id="its day is today"),
        pytest.param(DRAFT, date(2026, 12, 8), None, ReturnTimeliness.DUE_SOON, id="in two weeks"),
        pytest.param(REQUESTED, date(2026, 12, 9), None, ReturnTimeliness.DUE, id="a day later"),
        pytest.param(SUBMITTED, YESTERDAY, False, ReturnTimeliness.ON_TIME, id="submitted on time"),
        pytest.param(ACCEPTED, YESTERDAY, True, ReturnTimeliness.LATE, id="accepted, and late for ever"),
        pytest.param(SUBMITTED, TODAY, None, ReturnTimeliness.ON_TIME, id="its day was named afterwards"),
        pytest.param(RETURNED, YESTERDAY, False, ReturnTimeliness.OVERDUE, id="returned, and wanted again"),
    ],
)
def test_how_a_return_stands_to_its_day(
    state: ReturnState, due_on: date | None, late: bool | None, stands: ReturnTimeliness | None
) -> None:
    assert timeliness(state, due_on, late, TODAY) is stands


@pytest.mark.parametrize(
    ("due_on", "late"),
    [
        pytest.param(None, None, id="no day"),
        pytest.param(YESTERDAY, True, id="a day late"),
        pytest.param(TODAY, False, id="on its day"),
    ],
)
def test_the_first_submission_is_late_or_not(due_on: date | None, late: bool | None) -> None:
    assert is_late(due_on, TODAY) is late


@pytest.mark.parametrize(("day", "ahead"), [(YESTERDAY, False), (TODAY, True), (TOMORROW, True)])
def test_a_day_lies_ahead_or_is_today(day: date, ahead: bool) -> None:
    assert lies_ahead(day, TODAY) is ahead


@pytest.mark.parametrize(
    ("by_council", "requested", "code"),
    [
        pytest.param(True, True, None, id="a council what it asked for"),
        pytest.param(False, False, None, id="a provider what it began"),
        pytest.param(True, False, "wrong_party", id="a council what it did not ask for"),
        pytest.param(False, True, "wrong_party", id="a provider what it was asked for"),
    ],
)
def test_whoever_brought_it_about_withdraws_it(by_council: bool, requested: bool, code: str | None) -> None:
    verdict = may_withdraw_return(by_council, requested)
    assert (verdict.code if isinstance(verdict, Refused) else None) == code


def test_a_return_goes_to_a_council_that_watches_over_the_provider() -> None:
    council = uuid4()
    assert may_file_with(council, [council])
    refused = may_file_with(council, [uuid4()])
    assert isinstance(refused, Refused)
    assert refused.code == "council_does_not_oversee"


def test_a_return_is_begun_on_the_latest_edition() -> None:
    assert is_current(2, 2)
    refused = is_current(1, 2)
    assert isinstance(refused, Refused)
    assert refused.code == "edition_superseded"


@pytest.mark.parametrize("shipped", SHIPPED, ids=lambda each: str(each.slug))
def test_a_shipped_type_has_a_sound_form_that_can_be_filled_in(shipped: ShippedReturnType) -> None:
    assert faults_of_form(shipped.form) == []
    values = {"boolean": True, "string": "2026-11-24"}
    properties = shipped.form["properties"]
    assert faults_of_answers(shipped.form, {name: values[properties[name]["type"]] for name in properties}) == []
    assert {each.code for each in faults_of_answers(shipped.form, {})} == {"required"}
