"""Nothing of the toolkit or of quality assurance is scored: the contract has no number and no word for a judgement.

Source: AP Quality Toolkit (IntegratED, 2022): its authors rejected performance measures and league tables.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.declared_headers import document

Schema = dict[str, Any]
DOCUMENT: Schema = document()
TAGS = {"toolkit", "quality assurance"}
OF_QUALITY = re.compile(r"/v1/(reference-data/)?(toolkit|qa)-")
METHODS = {"get", "put", "post", "patch", "delete"}
# What is a number and measures nothing, with its reason.
NO_MEASURE = {"edition": "says which edition of a document it is"}
JUDGEMENT = re.compile(
    r"(^|_)(scor(e|es|ed|ing)|rank(s|ing|ed)?|averages?|means?|medians?|percent(age)?s?|percentiles?|ratings?|rated|stars?"
    r"|grad(e|es|ed|ing)|points?|marks?|weight(s|ing)?|bands?|league|benchmarks?|outstanding|inadequate)(_|$)"
)


def of_quality() -> Iterator[tuple[str, Schema]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            if method in METHODS and (TAGS.intersection(operation["tags"]) or OF_QUALITY.match(path)):
                yield f"{method.upper()} {path}", operation


OPERATIONS = dict(of_quality())


@pytest.mark.parametrize("where", OPERATIONS)
def test_what_is_taken_and_answered_holds_no_number_and_no_judgement(where: str) -> None:
    operation = OPERATIONS[where]
    answers = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
    media = [operation.get("requestBody", {}), *answers]
    faults = [fault for each in media for fault in faults_in(_schema(each), "", frozenset())]
    assert not faults, f"{faults}: say it in words, or in NO_MEASURE why it measures nothing"


@pytest.mark.parametrize("where", OPERATIONS)
def test_no_parameter_orders_by_quality_or_picks_one_area(where: str) -> None:
    for parameter in OPERATIONS[where].get("parameters", []):
        if parameter["in"] == "query":
            name = parameter["name"]
            assert not re.search(r"(^|_)(order|sort|top|best|worst|area|areas)(_|$)", name), name
            assert not JUDGEMENT.search(name), name


def test_an_area_is_written_alone_and_read_with_all_others() -> None:
    alone = [where for where in OPERATIONS if "toolkit" in where and re.search(r"/areas\b", where)]
    assert alone == ["PUT /v1/toolkit-assessments/{assessment_id}/areas/{area}"]
    [answer] = [a for s, a in OPERATIONS[alone[0]]["responses"].items() if s == "200"]
    areas = _resolved(_schema(answer))["properties"]["areas"]
    assert (areas["minItems"], areas["maxItems"]) == (13, 13)


@pytest.mark.parametrize(
    ("schema", "faults"),
    [
        pytest.param({"properties": {"note": {"type": "string"}}}, [], id="words"),
        pytest.param({"properties": {"passed": {"type": "integer"}}}, [".passed"], id="a number"),
        pytest.param({"properties": {"x": {"anyOf": [{"type": "number"}]}}}, [".x"], id="a number or something else"),
        pytest.param(
            {"items": {"properties": {"overall_grade": {"type": "string"}}}}, ["[].overall_grade"], id="a grade"
        ),
        pytest.param({"enum": ["good", "outstanding"]}, ["outstanding"], id="a verdict among the values"),
        pytest.param({"properties": {"edition": {"type": "integer"}}}, [], id="an edition"),
        pytest.param({"properties": {"remarks": {"type": "string"}}}, [], id="a word that only contains one"),
    ],
)
def test_the_guard_finds_what_it_is_for(schema: Schema, faults: list[str]) -> None:
    assert list(faults_in(schema, "", frozenset())) == faults


def faults_in(schema: Schema, place: str, entered: frozenset[str]) -> Iterator[str]:
    """Where a schema, however deep, has a number or a name or value for a judgement."""
    if "$ref" in schema:
        if schema["$ref"] not in entered:
            yield from faults_in(_resolved(schema), place, entered | {schema["$ref"]})
        return
    kinds = schema.get("type", [])
    if {"integer", "number"}.intersection([kinds] if isinstance(kinds, str) else kinds):
        yield place
    yield from (str(value) for value in schema.get("enum", []) if JUDGEMENT.search(str(value)))
    for name, member in schema.get("properties", {}).items():
        if JUDGEMENT.search(name):
            yield f"{place}.{name}"
        elif name not in NO_MEASURE:
            yield from faults_in(member, f"{place}.{name}", entered)
    for key in ("anyOf", "oneOf", "allOf"):
        for each in schema.get(key, []):
            yield from faults_in(each, place, entered)
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            yield from faults_in(schema[key], f"{place}[]", entered)


def _schema(holder: Schema) -> Schema:
    media = _resolved(holder).get("content", {}).get("application/json", {})
    return dict(media.get("schema", {}))


def _resolved(schema: Schema) -> Schema:
    while "$ref" in schema:
        found: Any = DOCUMENT
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        schema = found
    return schema
