"""A later planned end needs both sides, and a lawful day unless they want another."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from app.rules.agreements import AgreementKind, AskedState, parties_to_agree
from app.rules.extensions import EXTENSIONS, may_ask_to_extend
from app.rules.sources import SALFORD
from app.rules.verdict import Refused, Verdict
from tests.rules.published_calendars import AWKWARD

ALL = parties_to_agree(AgreementKind.EXTENSION, commissioner=UUID(int=1), host_school=UUID(int=2), provider=UUID(int=3))
ALONE = parties_to_agree(AgreementKind.EXTENSION, commissioner=UUID(int=3), host_school=None, provider=UUID(int=3))
CHRISTMAS, FEBRUARY = date(2025, 12, 18), date(2026, 2, 13)


def _ask(new_end_on: date = FEBRUARY, **changes: Any) -> Verdict:
    asked: dict[str, Any] = {
        "parties": ALL,
        "new_end_on": new_end_on,
        "today": date(2025, 11, 11),
        "starts_on": date(2025, 9, 8),
        "planned_end_on": CHRISTMAS,
        "ends_on": CHRISTMAS,
        "ends_at_once": False,
        "another_is_open": False,
    }
    return may_ask_to_extend(AWKWARD, **(asked | changes))


@pytest.mark.parametrize(
    ("new_end_on", "changes", "code"),
    [
        pytest.param(FEBRUARY, {}, "", id="the last open pupil day of a later half-term"),
        pytest.param(FEBRUARY, {"today": CHRISTMAS}, "", id="asked on the last day"),
        pytest.param(FEBRUARY, {"ends_on": date(2025, 10, 22), "today": date(2025, 10, 1)}, "", id="under notice"),
        pytest.param(date(2026, 2, 3), {"end_by_agreement": True}, "", id="an ordinary Tuesday that all want"),
        pytest.param(date(2027, 2, 3), {"end_by_agreement": True}, "", id="a day that no calendar reaches, if all do"),
        pytest.param(FEBRUARY, {"parties": ALONE}, "nobody_to_agree", id="with one side alone"),
        pytest.param(FEBRUARY, {"today": date(2025, 12, 19)}, "placement_already_ended", id="after the end"),
        pytest.param(
            FEBRUARY,
            {"ends_on": date(2025, 10, 22), "today": date(2025, 10, 23)},
            "placement_already_ended",
            id="after an end by notice",
        ),
        pytest.param(FEBRUARY, {"ends_at_once": True}, "placement_ends_at_once", id="of one that all end at once"),
        pytest.param(CHRISTMAS, {}, "extension_not_later", id="the planned end"),
        pytest.param(date(2025, 10, 22), {}, "extension_not_later", id="an earlier half-term end"),
        pytest.param(
            date(2028, 9, 11), {"end_by_agreement": True}, "placement_too_long", id="more than three years in all"
        ),
        pytest.param(FEBRUARY, {"another_is_open": True}, "extension_asked", id="while it is asked already"),
        pytest.param(date(2026, 2, 3), {}, "planned_end_not_half_term_end", id="an ordinary Tuesday"),
        pytest.param(date(2026, 4, 3), {}, "planned_end_not_half_term_end", id="the bank holiday that ends a term"),
    ],
)
def test_what_a_party_may_ask_for(new_end_on: date, changes: dict[str, Any], code: str) -> None:
    verdict = _ask(new_end_on, **changes)
    assert (verdict.code if isinstance(verdict, Refused) else "") == code


@pytest.mark.parametrize(
    ("new_end_on", "dates", "note"),
    [
        pytest.param(date(2026, 2, 3), ["2026-02-13", "2026-04-02", "2026-07-21"], None, id="the next ones"),
        pytest.param(
            date(2026, 9, 1),
            [],
            "No half-term after 2026-07-21 has been published in the placement's calendar.",
            id="none where none is published",
        ),
    ],
)
def test_a_refusal_names_the_lawful_days(new_end_on: date, dates: list[str], note: str | None) -> None:
    verdict = _ask(new_end_on)
    assert isinstance(verdict, Refused)
    assert verdict.source == SALFORD
    assert verdict.next_steps["next_lawful_dates"] == dates
    assert verdict.next_steps.get("note") == note


@pytest.mark.parametrize("state", list(AskedState))
def test_the_life_of_a_request(state: AskedState) -> None:
    verbs = ("agree", "refuse", "withdraw", "lapse", "end_with_placement") if state is AskedState.REQUESTED else ()
    assert EXTENSIONS.verbs_from(state) == verbs
