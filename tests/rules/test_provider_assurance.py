"""Insurance certificates and safeguarding confirmations: their state on a day, and what they stop."""

from datetime import date, timedelta
from typing import Any

import pytest

from app.rules.provider_assurance import (
    INSURANCE_CERTIFICATES,
    AssuranceState,
    Cover,
    InsuranceKind,
    assurance_state,
    is_assured,
    may_confirm_safeguarding,
    may_give_insurance,
    may_report_staff_change,
)
from app.rules.verdict import Refused, Verdict

TODAY = date(2026, 11, 24)
FIRST, LAST = date(2026, 9, 1), date(2027, 8, 31)
YESTERDAY = TODAY - timedelta(days=1)
PUBLIC, EMPLOYERS, OTHER = InsuranceKind.PUBLIC_LIABILITY, InsuranceKind.EMPLOYERS_LIABILITY, InsuranceKind.OTHER
INSURED, CONFIRMED = Cover(PUBLIC, FIRST, LAST), Cover(None, FIRST, LAST)


def code(verdict: Verdict) -> str | None:
    return verdict.code if isinstance(verdict, Refused) else None


@pytest.mark.parametrize(
    ("today", "more", "state"),
    [
        pytest.param(date(2026, 8, 31), {}, "upcoming", id="the day before"),
        pytest.param(FIRST, {}, "current", id="the first day"),
        pytest.param(date(2027, 7, 31), {}, "current", id="31 days before the last"),
        pytest.param(date(2027, 8, 1), {}, "expiring", id="30 days before the last"),
        pytest.param(LAST, {}, "expiring", id="the last day"),
        pytest.param(date(2027, 9, 1), {}, "lapsed", id="the day after"),
        pytest.param(TODAY, {"superseded": True}, "superseded", id="a later one stands"),
        pytest.param(TODAY, {"superseded": True, "withdrawn": True}, "withdrawn", id="withdrawn"),
    ],
)
def test_the_state_on_a_day(today: date, more: dict[str, Any], state: str) -> None:
    assert assurance_state(FIRST, LAST, today, **more) is AssuranceState(state)


@pytest.mark.parametrize(
    ("state", "after"),
    [
        ("upcoming", "withdrawn"),
        ("current", "withdrawn"),
        ("expiring", "withdrawn"),
        ("lapsed", "wrong_state"),
        ("superseded", "wrong_state"),
        ("withdrawn", "wrong_state"),
    ],
)
def test_a_certificate_is_withdrawn_while_it_counts(state: str, after: str) -> None:
    moved = INSURANCE_CERTIFICATES.move(AssuranceState(state), "withdraw", "provider")
    assert (moved.code if isinstance(moved, Refused) else moved.value) == after


@pytest.mark.parametrize(
    ("verdict", "refused"),
    [
        pytest.param(may_give_insurance(TODAY, TODAY), None, id="an insurance that ends today"),
        pytest.param(may_give_insurance(YESTERDAY, TODAY), "insurance_already_over", id="one that ended yesterday"),
        pytest.param(may_confirm_safeguarding(TODAY, TODAY, TODAY), None, id="checks confirmed today, good for today"),
        pytest.param(
            may_confirm_safeguarding(TODAY + timedelta(days=1), LAST, TODAY), "confirmation_in_future", id="tomorrow's"
        ),
        pytest.param(
            may_confirm_safeguarding(FIRST, YESTERDAY, TODAY), "confirmation_already_over", id="good until yesterday"
        ),
        pytest.param(
            may_report_staff_change(AssuranceState.CURRENT, FIRST, TODAY, TODAY), None, id="staff changed today"
        ),
        pytest.param(
            may_report_staff_change(AssuranceState.LAPSED, FIRST, FIRST, TODAY), None, id="once it has lapsed, too"
        ),
        pytest.param(
            may_report_staff_change(AssuranceState.SUPERSEDED, FIRST, TODAY, TODAY),
            "confirmation_superseded",
            id="of an old confirmation",
        ),
        pytest.param(
            may_report_staff_change(AssuranceState.CURRENT, TODAY, YESTERDAY, TODAY),
            "staff_change_outside_confirmation",
            id="before the checks were confirmed",
        ),
        pytest.param(
            may_report_staff_change(AssuranceState.CURRENT, FIRST, TODAY + timedelta(days=1), TODAY),
            "staff_change_outside_confirmation",
            id="tomorrow",
        ),
    ],
)
def test_what_a_provider_says(verdict: Verdict, refused: str | None) -> None:
    assert code(verdict) == refused


@pytest.mark.parametrize(
    ("covers", "days", "required", "refused"),
    [
        pytest.param([], [TODAY], False, None, id="a spot purchase with a provider that gave nothing"),
        pytest.param([INSURED, CONFIRMED], [TODAY, LAST], True, None, id="everything good on every day"),
        pytest.param([CONFIRMED], [TODAY], True, "insurance_missing", id="a framework requires insurance"),
        pytest.param([Cover(OTHER, FIRST, LAST), CONFIRMED], [TODAY], True, "insurance_missing", id="some other kind"),
        pytest.param(
            [Cover(PUBLIC, LAST, LAST), CONFIRMED], [TODAY], True, "insurance_missing", id="one that begins later"
        ),
        pytest.param(
            [INSURED], [TODAY], True, "safeguarding_confirmation_missing", id="a framework requires a confirmation"
        ),
        pytest.param([Cover(PUBLIC, FIRST, YESTERDAY)], [TODAY], False, "insurance_lapsed", id="it ran out yesterday"),
        pytest.param([Cover(PUBLIC, FIRST, TODAY)], [TODAY], False, None, id="it runs out today"),
        pytest.param(
            [Cover(PUBLIC, FIRST, TODAY)],
            [TODAY, LAST],
            False,
            "insurance_lapsed",
            id="it runs out before the first day",
        ),
        pytest.param(
            [Cover(PUBLIC, FIRST, YESTERDAY), Cover(PUBLIC, TODAY, LAST)], [TODAY], False, None, id="renewed in time"
        ),
        pytest.param(
            [INSURED, Cover(EMPLOYERS, FIRST, YESTERDAY)], [TODAY], False, "insurance_lapsed", id="each kind by itself"
        ),
        pytest.param([Cover(OTHER, FIRST, YESTERDAY)], [TODAY], False, None, id="other kinds come and go"),
        pytest.param(
            [Cover(None, FIRST, YESTERDAY)], [TODAY], False, "safeguarding_confirmation_lapsed", id="not renewed"
        ),
        pytest.param([Cover(None, FIRST, TODAY)], [TODAY], False, None, id="to be renewed tomorrow"),
    ],
)
def test_what_stops_a_placement(covers: list[Cover], days: list[date], required: bool, refused: str | None) -> None:
    verdict = is_assured(covers, days, insurance_required=required, confirmation_required=required)
    assert code(verdict) == refused
