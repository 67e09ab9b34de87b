"""Sound forms, and answers that fill them in: every fault is named, and nothing can hang whoever validates."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from app.rules.report_answers import faults_of_answers
from app.rules.report_forms import faults_of_form

DEFAULT = json.loads((Path(__file__).parent / "progress_report_form.json").read_text())
FORM: dict[str, Any] = {
    "type": "object",
    "required": ["voice"],
    "additionalProperties": False,
    "properties": {
        "voice": {"title": "Pupil voice", "type": "string", "minLength": 1, "maxLength": 20},
        "marks": {"title": "Marks", "type": "array", "maxItems": 3, "items": {"$ref": "#/$defs/mark"}},
    },
    "$defs": {"mark": {"type": "object", "properties": {"of 5/5": {"type": "integer", "maximum": 5}}}},
}


def doubled(times: int) -> dict[str, Any]:
    """Definitions that each refer twice to the next."""
    chain: dict[str, Any] = {f"a{i}": {"allOf": [{"$ref": f"#/$defs/a{i + 1}"}] * 2} for i in range(times)}
    return {"type": "object", "$defs": chain | {f"a{times}": {}}, "properties": {"x": {"$ref": "#/$defs/a0"}}}


def chained(length: int) -> dict[str, Any]:
    chain: dict[str, Any] = {f"a{i}": {"$ref": f"#/$defs/a{i + 1}"} for i in range(length)}
    return {"type": "object", "$defs": chain | {f"a{length}": {}}, "$ref": "#/$defs/a0"}


def nested(depth: int) -> dict[str, Any]:
    inner: dict[str, Any] = {"type": "string"}
    for _ in range(depth):
        inner = {"type": "object", "properties": {"x": inner}}
    return inner


UNSOUND = [
    pytest.param({"type": "array"}, "/form/type", "form_not_object", id="no object"),
    pytest.param(FORM | {"type": ["object"]}, "/form/type", "form_not_object", id="perhaps an object"),
    pytest.param(
        {"type": "object", "properties": {"a": {"type": "strin"}}},
        "/form/properties/a/type",
        "form_not_json_schema",
        id="a type that does not exist",
    ),
    pytest.param(
        {"type": "object", "properties": {"a": 5}}, "/form/properties/a", "form_not_json_schema", id="a number"
    ),
    pytest.param(
        {"type": "object", "properties": {"a": {"pattern": "(a+)+$"}}},
        "/form/properties/a/pattern",
        "keyword_not_supported",
        id="a pattern",
    ),
    pytest.param(
        {"type": "object", "patternProperties": {"(a+)+$": {}}},
        "/form/patternProperties",
        "keyword_not_supported",
        id="patterns of names",
    ),
    pytest.param({"type": "object", "$ref": "#"}, "/form/$ref", "reference_not_local", id="itself"),
    pytest.param(
        {"type": "object", "$ref": "http://169.254.169.254/x"},
        "/form/$ref",
        "reference_not_local",
        id="another document",
    ),
    pytest.param({"type": "object", "$ref": "#/$defs/none"}, "/form/$ref", "reference_not_local", id="nowhere"),
    pytest.param(
        {"type": "object", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"items": {"$ref": "#/$defs/a"}}}},
        "/form/$defs/a/$ref",
        "reference_circular",
        id="a circle",
    ),
    pytest.param({"type": "object", "$id": "http://x/"}, "/form/$id", "keyword_not_supported", id="a base"),
    pytest.param(
        {"type": "object", "$schema": "http://json-schema.org/draft-07/schema#"},
        "/form/$schema",
        "form_dialect",
        id="another dialect",
    ),
    pytest.param(
        {"type": "object", "properties": {"a": {"$schema": "http://json-schema.org/draft-07/schema#"}}},
        "/form/properties/a/$schema",
        "keyword_not_supported",
        id="another dialect inside",
    ),
    pytest.param(doubled(14), "/form", "form_too_large", id="references that multiply"),
    pytest.param(
        {"type": "object", "$defs": {"a%25b": True, "a%b": {"$ref": "#/$defs/a%25b"}}, "$ref": "#/$defs/a%25b"},
        "/form/$ref",
        "reference_not_local",
        id="a circle hidden in an escape",
    ),
    pytest.param(
        {
            "type": "object",
            "$defs": {"x": {"properties": {"y": {"$ref": "#/$defs/x/properties/y"}}}, "x/properties/y": {}},
        },
        "/form/$defs/x/properties/y/$ref",
        "reference_not_local",
        id="a circle hidden in a path",
    ),
    pytest.param(
        {"type": "object", "required": ["a", 5]}, "/form/required", "form_not_json_schema", id="a field without a name"
    ),
    pytest.param(
        {"type": "object", "dependentRequired": {"a": ["b", None]}},
        "/form/dependentRequired/a",
        "form_not_json_schema",
        id="a field needed without a name",
    ),
    pytest.param({"type": "object", "title": "x" * 70_000}, "/form", "form_too_large", id="too many bytes"),
]


@pytest.mark.parametrize(("form", "pointer", "code"), UNSOUND)
def test_a_form_that_is_not_sound(form: dict[str, Any], pointer: str, code: str) -> None:
    assert (pointer, code) in [(f"/form{fault.pointer}", fault.code) for fault in faults_of_form(form)]


@pytest.mark.parametrize(
    "form",
    [
        pytest.param(doubled(40), id="references that multiply"),
        pytest.param(chained(1500), id="a long chain"),
        pytest.param(nested(40), id="deep nesting"),
        pytest.param({"type": "object", "$defs": {"a": {"$ref": "#/$defs/a"}}}, id="a circle of one"),
        pytest.param(
            {"type": "object", "required": [None, *range(11_000)]}, id="names that are compared each with each"
        ),
    ],
)
def test_a_form_that_could_hang_is_refused_at_once(form: dict[str, Any]) -> None:
    began = time.monotonic()
    assert faults_of_form(form)
    assert time.monotonic() - began < 10


def of_each(schema: dict[str, Any]) -> dict[str, Any]:
    """Asks this of each entry of every list."""
    return {"type": "object", "additionalProperties": {"items": schema}}


def alternatives(depth: int) -> dict[str, Any]:
    inner: dict[str, Any] = {"type": "string"}
    for _ in range(depth):
        inner = {"oneOf": [inner, inner, {"type": "null"}]}
    return {"type": "object", "additionalProperties": inner}


@pytest.mark.parametrize(
    ("form", "answers"),
    [
        pytest.param(alternatives(6), {str(i): "x" for i in range(2500)}, id="nested alternatives"),
        pytest.param(
            {"type": "object", "additionalProperties": {"uniqueItems": True}},
            {str(i): [{"a": j} for j in range(190)] for i in range(7)},
            id="many comparisons",
        ),
        pytest.param(
            of_each({"enum": [1] * 20_000}), {str(i): [0] * 190 for i in range(15)}, id="a long choice, asked often"
        ),
        pytest.param(
            of_each({"anyOf": [{"required": [str(i) for i in range(5000)]}, True]}),
            {str(i): [{}] * 200 for i in range(5)},
            id="many fields needed of many",
        ),
        pytest.param(
            {"type": "object", "additionalProperties": {"allOf": [{"uniqueItems": True}] * 500}},
            {"a": [{str(k): i for k in range(12)} for i in range(200)]},
            id="objects compared each with each, again and again",
        ),
        pytest.param(
            {"type": "object", "not": {"anyOf": [{"type": "string"}] * 900}}, {"a": ["é" * 18_000] * 6}, id="long texts"
        ),
    ],
)
def test_answers_are_validated_in_bounded_time(form: dict[str, Any], answers: dict[str, Any]) -> None:
    assert faults_of_form(form) == []
    began = time.monotonic()
    faults_of_answers(form, answers)
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    ("multiple_of", "answer"),
    [
        pytest.param(0.01, 10**400, id="an answer past all floats"),
        pytest.param(10**400, 1.5, id="a form past all floats"),
    ],
)
def test_numbers_past_reckoning_are_no_multiples(multiple_of: float, answer: float) -> None:
    form = {"type": "object", "properties": {"a": {"title": "A", "multipleOf": multiple_of}}}
    assert [f.code for f in faults_of_answers(form, {"a": answer})] == ["not_as_form_asks"]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        pytest.param({"voice": "I like it"}, [], id="a form that is filled in"),
        pytest.param({}, [("/voice", "required", "“Pupil voice” is needed.")], id="a field left out"),
        pytest.param(
            {"voice": ""}, [("/voice", "too_short", "“Pupil voice” is shorter than 1 characters.")], id="empty"
        ),
        pytest.param({"voice": 5}, [("/voice", "wrong_type", "“Pupil voice” must be of type string.")], id="a number"),
        pytest.param(
            {"voice": "x", "secret": "Ada"}, [("/secret", "not_in_form", "The form has no such field.")], id="more"
        ),
        pytest.param(
            {"voice": "x", "marks": [{"of 5/5": 6}]},
            [("/marks/0/of 5~15", "too_large", "This answer must be at most 5.")],
            id="deep inside, by way of a definition",
        ),
        pytest.param(
            {"voice": "x", "marks": [{}] * 300}, [("/marks", "too_many", "A list has at most 200 items.")], id="long"
        ),
    ],
)
def test_every_fault_is_named_in_the_forms_own_wording(answers: dict[str, Any], expected: list[Any]) -> None:
    assert [(f.pointer, f.code, f.reason) for f in faults_of_answers(FORM, answers)] == expected


MANY = {"type": "object", "additionalProperties": {"allOf": [{"type": ["string", "null"]}] * 80}}


@pytest.mark.parametrize(
    ("form", "answers", "expected"),
    [
        pytest.param(MANY, {str(i): "x" for i in range(2900)}, ("", "too_much_work"), id="more than a form may cost"),
        pytest.param(MANY, {str(i): "x" for i in range(3100)}, ("", "too_many"), id="too many answers"),
        pytest.param(FORM, {"voice": "x" * 20_001}, ("/voice", "too_long"), id="an answer like a book"),
        pytest.param(MANY, {"a": 5}, ("/a", "wrong_type"), id="none of several types"),
    ],
)
def test_answers_are_bounded(form: dict[str, Any], answers: dict[str, Any], expected: tuple[str, str]) -> None:
    fault = faults_of_answers(form, answers)[0]
    assert (fault.pointer, fault.code) == expected


def test_the_default_form_is_sound() -> None:
    assert faults_of_form(DEFAULT) == []
    assert {f.pointer for f in faults_of_answers(DEFAULT, {"attendance_comment": "Came every day."})} == {
        "/targets",
        "/pupil_voice",
        "/readiness_to_return",
    }
