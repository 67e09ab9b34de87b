"""Which areas a document of questions may name, and which set a new assessment is written with."""

import pytest

from app.rules.toolkit_question_sets import QuestionSetState, may_be_written_with, unknown_or_repeated


@pytest.mark.parametrize(
    ("areas", "faults"),
    [
        pytest.param(["pupil-induction", "needs-literacy"], {}, id="an area and a sub-area"),
        pytest.param(["happiness"], {0: "unknown_area"}, id="no area of the toolkit"),
        pytest.param(["qualifications", "qualifications"], {1: "area_repeated"}, id="an area twice"),
    ],
)
def test_a_document_names_each_area_once(areas: list[str], faults: dict[int, str]) -> None:
    assert unknown_or_repeated(areas) == faults


@pytest.mark.parametrize("state", QuestionSetState)
def test_a_new_assessment_is_written_with_the_current_set(state: QuestionSetState) -> None:
    assert bool(may_be_written_with(state)) is (state is QuestionSetState.CURRENT)
