"""The clocks of insurances and safeguarding confirmations, a row for each clause."""

from dataclasses import replace
from datetime import date

import pytest

from app.rules.assurance_clocks import Given, assurance_clocks
from app.rules.clocks import ClockKind
from app.rules.provider_assurance import InsuranceKind

LAST = date(2026, 12, 31)
CONFIRMED = Given("/a", None, date(2026, 1, 1), LAST, date(2026, 1, 2))
INSURED = replace(CONFIRMED, kind=InsuranceKind.PUBLIC_LIABILITY)
AGAIN = Given("/b", None, date(2026, 12, 1), date(2027, 11, 30), date(2026, 12, 2))
NO_GAP = Given("/b", InsuranceKind.PUBLIC_LIABILITY, date(2027, 1, 1), date(2027, 12, 31), date(2026, 12, 2))
GAP = replace(NO_GAP, first_day=date(2027, 1, 2))
BEFORE = date(2026, 12, 10)


@pytest.mark.parametrize(
    ("given", "today", "expected"),
    [
        pytest.param([CONFIRMED], date(2026, 11, 30), ["upcoming"], id="thirty-one days before"),
        pytest.param([CONFIRMED], date(2026, 12, 1), ["due"], id="thirty days before"),
        pytest.param([CONFIRMED], LAST, ["due"], id="on its last day"),
        pytest.param([CONFIRMED], date(2027, 1, 1), ["overdue"], id="the day after"),
        pytest.param([replace(CONFIRMED, staff_changed_on=date(2026, 6, 1))], date(2026, 5, 31), ["upcoming"], id="before staff changed"),
        pytest.param([replace(CONFIRMED, staff_changed_on=date(2026, 6, 1))], date(2026, 6, 1), ["due"], id="staff changed"),
        pytest.param([replace(CONFIRMED, staff_changed_on=date(2026, 12, 20))], date(2026, 12, 1), ["due"], id="staff changed late"),
        pytest.param([CONFIRMED, AGAIN], BEFORE, ["done", "upcoming"], id="confirmed again"),
        pytest.param([CONFIRMED, replace(AGAIN, last_day=date(2026, 12, 20))], BEFORE, ["done", "due"], id="again, for less"),
        pytest.param([CONFIRMED, AGAIN], date(2028, 1, 1), ["done", "overdue"], id="a year later"),
        pytest.param([CONFIRMED, AGAIN], date(2028, 1, 2), ["overdue"], id="over a year later"),
        pytest.param([INSURED], date(2027, 1, 1), ["overdue"], id="uninsured"),
        pytest.param([INSURED, NO_GAP], BEFORE, ["done", "upcoming"], id="insured from the next day on"),
        pytest.param([INSURED, GAP], BEFORE, ["due", "upcoming"], id="insured from a day later"),
        pytest.param([INSURED, GAP], date(2027, 1, 1), ["overdue", "upcoming"], id="in the gap"),
        pytest.param([INSURED, GAP], date(2027, 1, 2), ["done", "upcoming"], id="past the gap"),
        pytest.param([INSURED, replace(NO_GAP, kind=InsuranceKind.EMPLOYERS_LIABILITY)], BEFORE, ["due", "upcoming"], id="another kind"),
        pytest.param([replace(INSURED, kind=InsuranceKind.OTHER)], LAST, ["due"], id="an other kind"),
        pytest.param([replace(INSURED, kind=InsuranceKind.OTHER)], date(2027, 1, 1), [], id="an other kind, gone"),
    ],
)  # fmt: skip
def test_what_a_provider_renews(given: list[Given], today: date, expected: list[str]) -> None:
    clocks = list(assurance_clocks(ClockKind.INSURANCE, given, today))
    assert [each.state for each in clocks] == expected
    for each in clocks:
        assert each.done_on == (date(2026, 12, 2) if each.state == "done" else None)
