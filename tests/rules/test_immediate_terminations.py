"""Ending a placement at once: exceptional circumstances, both sides, a day that has not been."""

from datetime import date
from uuid import UUID

import pytest

from app.rules.agreements import AgreementKind, AskedState, Parties, parties_to_agree
from app.rules.immediate_terminations import IMMEDIATE_TERMINATIONS, may_ask_to_end_at_once, never_begins
from app.rules.sources import OUR_OWN, SALFORD
from app.rules.verdict import Refused

TODAY, ENDS = date(2025, 11, 11), date(2026, 2, 13)
ALL = parties_to_agree(
    AgreementKind.IMMEDIATE_TERMINATION, commissioner=UUID(int=1), host_school=UUID(int=2), provider=UUID(int=3)
)
ALONE = parties_to_agree(
    AgreementKind.IMMEDIATE_TERMINATION, commissioner=UUID(int=3), host_school=None, provider=UUID(int=3)
)


@pytest.mark.parametrize(
    ("effective_on", "today", "parties", "open_", "code", "source"),
    [
        pytest.param(TODAY, TODAY, ALL, False, "", "", id="today"),
        pytest.param(date(2025, 11, 15), TODAY, ALL, False, "", "", id="a Saturday"),
        pytest.param(date(2026, 2, 12), TODAY, ALL, False, "", "", id="the day before the end that stands"),
        pytest.param(TODAY, TODAY, ALONE, False, "nobody_to_agree", SALFORD, id="with one side alone"),
        pytest.param(ENDS, date(2026, 2, 14), ALL, False, "placement_already_ended", OUR_OWN, id="what has ended"),
        pytest.param(
            date(2025, 11, 10), TODAY, ALL, False, "immediate_termination_reaches_back", OUR_OWN, id="yesterday"
        ),
        pytest.param(ENDS, TODAY, ALL, False, "immediate_termination_not_earlier", OUR_OWN, id="the end that stands"),
        pytest.param(
            date(2026, 3, 2), TODAY, ALL, False, "immediate_termination_not_earlier", OUR_OWN, id="a day after the end"
        ),
        pytest.param(TODAY, TODAY, ALL, True, "immediate_termination_asked", OUR_OWN, id="while it is asked already"),
    ],
)
def test_what_a_party_may_ask_for(
    effective_on: date, today: date, parties: Parties, open_: bool, code: str, source: str
) -> None:
    verdict = may_ask_to_end_at_once(
        parties, effective_on=effective_on, today=today, ends_on=ENDS, another_is_open=open_
    )
    assert (verdict.code if isinstance(verdict, Refused) else "") == code
    assert (verdict.source if isinstance(verdict, Refused) else "") == source


def test_a_placement_that_ends_before_its_first_day_never_begins() -> None:
    assert never_begins(TODAY, date(2025, 11, 10))
    assert not never_begins(TODAY, TODAY)


@pytest.mark.parametrize("state", list(AskedState))
def test_the_life_of_a_request(state: AskedState) -> None:
    verbs = ("agree", "refuse", "withdraw", "lapse", "end_with_placement") if state is AskedState.REQUESTED else ()
    assert IMMEDIATE_TERMINATIONS.verbs_from(state) == verbs
