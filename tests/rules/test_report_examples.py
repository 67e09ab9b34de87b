"""The examples in a form are tried before it is published."""

from typing import Any

import pytest

from app.rules.report_examples import faults_of_examples
from app.rules.report_forms import faults_of_form
from migrations.default_report_form import FORM as SHIPPED
from tests.rules.test_report_forms import FORM


def with_voice(**more: Any) -> dict[str, Any]:
    voice = FORM["properties"]["voice"] | more
    return FORM | {"properties": FORM["properties"] | {"voice": voice}}


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        pytest.param(FORM, [], id="none"),
        pytest.param(FORM | {"examples": [{"voice": "Good", "marks": [{"of 5/5": 5}]}]}, [], id="a whole report"),
        pytest.param(FORM | {"examples": [{}]}, [("/examples/0/voice", "“Pupil voice” is needed.")], id="not complete"),
        pytest.param(
            FORM | {"examples": [{"voice": "Good"}, {"voice": "Good", "marks": [{"of 5/5": 9}]}]},
            [("/examples/1/marks/0/of 5~15", "This answer must be at most 5.")],
            id="wrong by way of a definition",
        ),
        pytest.param(
            FORM | {"examples": ["Good"]}, [("/examples/0", "This answer must be of type object.")], id="text"
        ),
        pytest.param(with_voice(examples=["Good"]), [], id="a value of a field"),
        pytest.param(
            with_voice(examples=["Good", 5]),
            [("/properties/voice/examples/1", "“Pupil voice” must be of type string.")],
            id="no value of a field",
        ),
        pytest.param(
            FORM | {"properties": {"a": True}},
            [],
            id="a field that takes anything",
        ),
    ],
)
def test_every_example_is_as_its_form_asks(form: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert faults_of_form(form) == []
    told = [
        (fault.pointer, fault.reason.removeprefix("An example is not as the form asks: "))
        for fault in faults_of_examples(form)
    ]
    assert told == expected


def test_a_form_holds_no_more_examples_than_can_be_tried() -> None:
    assert [f.code for f in faults_of_examples(with_voice(examples=["Good"] * 51))] == ["too_many_examples"]


def test_examples_are_tried_in_bounded_time_together() -> None:
    costly = {"items": {"items": {"allOf": [{"minimum": 0}] * 20}}, "examples": [[[1] * 140] * 2] * 50}
    form = {"type": "object", "properties": {"a": costly}}
    assert faults_of_form(form) == []
    faults = faults_of_examples(form)
    assert 0 < len(faults) < 50
    assert {f.reason.rsplit(": ")[-1] for f in faults} == {"These answers are too many for what the form asks of each."}


def test_the_form_that_comes_with_the_service_is_sound_and_shows_itself_filled_in() -> None:
    assert faults_of_form(SHIPPED) == []
    assert SHIPPED["examples"]
    assert faults_of_examples(SHIPPED) == []
