"""What may be said of a qualification, clause by clause."""

from datetime import date
from typing import Any

import pytest

from app.rules.placements import PlacementState
from app.rules.qualifications import (
    QUALIFICATIONS,
    QualificationKind,
    QualificationState,
    fits_qualification,
    may_record_qualification,
)
from app.rules.verdict import Refused

ENTERED, ACHIEVED, NOT_ACHIEVED, WITHDRAWN = QualificationState
START, TODAY = date(2026, 9, 7), date(2026, 11, 24)


@pytest.mark.parametrize("state", PlacementState)
def test_only_an_accepted_placement_has_qualifications(state: PlacementState) -> None:
    assert bool(may_record_qualification(state)) is (state is PlacementState.ACCEPTED)


@pytest.mark.parametrize(
    ("state", "changes", "code"),
    [
        pytest.param(ENTERED, {}, None, id="an entry without a day"),
        pytest.param(ENTERED, {"entered_on": TODAY}, None, id="an entry of today"),
        pytest.param(ENTERED, {"entered_on": date(2026, 6, 1)}, None, id="entered by the school before it came"),
        pytest.param(ACHIEVED, {"achieved_on": TODAY, "grade": "4"}, None, id="achieved today"),
        pytest.param(ACHIEVED, {"achieved_on": START, "entered_on": START}, None, id="all on the first day"),
        pytest.param(NOT_ACHIEVED, {"grade": "U"}, None, id="not achieved, with what the body gave"),
        pytest.param(ENTERED, {"unit": "Using tools"}, "unit_does_not_fit", id="a whole one with a unit"),
        pytest.param(ENTERED, {"kind": QualificationKind.UNIT}, "unit_does_not_fit", id="a unit without its name"),
        pytest.param(ENTERED, {"kind": QualificationKind.UNIT, "unit": "Using tools"}, None, id="a unit"),
        pytest.param(ACHIEVED, {}, "achieved_on_does_not_fit", id="achieved on no day"),
        pytest.param(NOT_ACHIEVED, {"achieved_on": TODAY}, "achieved_on_does_not_fit", id="not achieved on a day"),
        pytest.param(ENTERED, {"grade": "9"}, "grade_before_result", id="a grade before the result"),
        pytest.param(ENTERED, {"entered_on": date(2026, 11, 25)}, "day_has_not_come", id="entered tomorrow"),
        pytest.param(ACHIEVED, {"achieved_on": date(2026, 11, 25)}, "day_has_not_come", id="achieved tomorrow"),
        pytest.param(ACHIEVED, {"achieved_on": date(2026, 9, 6)}, "achieved_too_early", id="before the placement"),
        pytest.param(
            ACHIEVED,
            {"achieved_on": date(2026, 10, 1), "entered_on": date(2026, 10, 2)},
            "achieved_too_early",
            id="before the entry",
        ),
    ],
)
def test_what_is_said_agrees_with_itself(state: QualificationState, changes: dict[str, Any], code: str | None) -> None:
    said: dict[str, Any] = {"unit": None, "entered_on": None, "achieved_on": None, "grade": None} | changes
    kind = said.pop("kind", QualificationKind.QUALIFICATION)
    verdict = fits_qualification(state, kind, **said, starts_on=START, today=TODAY)
    assert (verdict.code if isinstance(verdict, Refused) else None) == code


@pytest.mark.parametrize(
    ("state", "verbs"),
    [
        (ENTERED, ("achieve", "miss", "correct", "withdraw")),
        (NOT_ACHIEVED, ("achieve", "correct", "withdraw")),
        (ACHIEVED, ("correct", "withdraw")),
        (WITHDRAWN, ()),
    ],
)
def test_what_may_follow(state: QualificationState, verbs: tuple[str, ...]) -> None:
    assert QUALIFICATIONS.verbs_from(state) == verbs
