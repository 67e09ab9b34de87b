"""What every report says besides its form's answers, whatever the form."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from app.rules.report_statements import (
    ReadinessToReturn,
    ReportMember,
    Statements,
    faults_of_statements,
    faults_of_voice,
)
from app.rules.report_targets import Target, TargetProgress

EVERYTHING = frozenset(ReportMember)
SAID = Statements("I like it", None, ReadinessToReturn.NOT_YET)
READ = Target(UUID(int=1), "Read", "A page aloud", date(2026, 12, 1), TargetProgress.ON_TRACK)


def target(**changes: Any) -> Target:
    values: dict[str, Any] = {
        "text": "Read",
        "success_criterion": "A page",
        "review_on": date(2026, 12, 1),
        "progress": TargetProgress.ON_TRACK,
    }
    return Target(UUID(int=1), **(values | changes))


@pytest.mark.parametrize(
    ("said", "why_not", "faults"),
    [
        pytest.param("Fine", None, 0, id="the pupil's words"),
        pytest.param(None, "Ill", 0, id="why there are none"),
        pytest.param(None, None, 0, id="nothing yet"),
        pytest.param("Fine", "Ill", 1, id="not both"),
    ],
)
def test_the_pupils_voice_is_one_of_two(said: str | None, why_not: str | None, faults: int) -> None:
    assert len(faults_of_voice(said, why_not)) == faults


@pytest.mark.parametrize(
    ("statements", "targets", "pointers"),
    [
        pytest.param(SAID, (READ,), [], id="complete"),
        pytest.param(Statements(None, "Ill", ReadinessToReturn.NOT_YET), (READ,), [], id="not heard, and why"),
        pytest.param(Statements(), (), ["/pupil_voice", "/readiness_to_return", "/targets"], id="nothing"),
        pytest.param(SAID, (target(success_criterion=None),), ["/targets/0/success_criterion"], id="no criterion"),
        pytest.param(SAID, (READ, target(progress=None)), ["/targets/1/progress"], id="no progress"),
        pytest.param(SAID, (target(review_on=None),), ["/targets/0/review_on"], id="open, and no day of review"),
        pytest.param(SAID, (target(progress=TargetProgress.ACHIEVED, review_on=None),), [], id="achieved"),
        pytest.param(
            SAID, (target(progress=TargetProgress.NO_LONGER_SET),), ["/targets/0/comment"], id="dropped in silence"
        ),
        pytest.param(
            SAID,
            (target(progress=TargetProgress.NO_LONGER_SET, comment="Moved on", review_on=None),),
            [],
            id="dropped, and why",
        ),
    ],
)
def test_what_a_report_lacks(statements: Statements, targets: tuple[Target, ...], pointers: list[str]) -> None:
    assert [fault.pointer for fault in faults_of_statements(EVERYTHING, statements, targets)] == pointers


def test_a_form_that_asks_for_nothing_more_gets_nothing_more() -> None:
    assert faults_of_statements((), Statements(), ()) == []
