"""Which differences between two contracts break a client."""

from copy import deepcopy
from typing import Any

import pytest

from app.web.contract_difference import breaking, difference

THING: dict[str, Any] = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 50},
        "count": {"type": "integer", "minimum": 0, "maximum": 9},
        "colour": {"type": "string", "enum": ["red", "blue"]},
        "note": {"anyOf": [{"type": "string", "maxLength": 20}, {"type": "null"}]},
        "tags": {"type": "array", "maxItems": 5, "items": {"type": "string", "maxLength": 10}},
        "inner": {"$ref": "#/components/schemas/In"},
    },
}
FLAT = {name: schema for name, schema in THING["properties"].items() if name != "inner"}


def content(name: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}


BEFORE: dict[str, Any] = {
    "paths": {
        "/things": {
            "post": {
                "operationId": "make_thing",
                "security": [{"oauth": ["things:write"]}],
                "parameters": [
                    {"in": "query", "name": "dry", "required": False, "schema": {"type": "boolean"}},
                ],
                "requestBody": {"required": True, "content": content("In")},
                "responses": {"201": {"content": content("Out")}, "409": {"$ref": "#/components/responses/conflict"}},
            },
            "get": {"operationId": "list_things", "responses": {"200": {"content": content("Out")}}},
        }
    },
    "components": {
        "schemas": {"In": THING, "Out": {**THING, "properties": deepcopy(FLAT)}},
        "responses": {"conflict": {"description": "No.", "content": content("Out")}},
    },
}

POST = ("paths", "/things", "post")
IN = ("components", "schemas", "In")
OUT = ("components", "schemas", "Out")
GONE = object()


def changed(place: tuple[str | int, ...], value: object) -> dict[str, Any]:
    after = deepcopy(BEFORE)
    at: Any = after
    for step in place[:-1]:
        at = at[step]
    if value is GONE:
        del at[place[-1]]
    else:
        at[place[-1]] = value
    return after


@pytest.mark.parametrize(
    ("place", "value", "told"),
    [
        pytest.param(
            ("paths", "/things", "get"), GONE, "GET /things: the operation is gone", id="an operation removed"
        ),
        pytest.param(("paths", "/things"), GONE, "POST /things: the operation is gone", id="a path removed"),
        pytest.param((*POST, "operationId"), "create_thing", "the operation id changed", id="an operation renamed"),
        pytest.param((*POST, "security"), [{"oauth": ["other:write"]}], "now needs other:write", id="another scope"),
        pytest.param((*POST, "parameters"), [], "query parameter dry is gone", id="a parameter removed"),
        pytest.param(
            (*POST, "parameters", 0, "required"), True, "dry: newly required", id="a parameter newly required"
        ),
        pytest.param((*POST, "requestBody"), GONE, "body: gone", id="a body no longer taken"),
        pytest.param(
            ("paths", "/things", "get", "requestBody"),
            {"required": True, "content": content("In")},
            "GET /things body: newly required",
            id="a body newly required",
        ),
        pytest.param((*POST, "responses", "409"), GONE, "the answer 409 is gone", id="a response removed"),
        pytest.param(
            (*POST, "responses", "201"), {"description": "Made."}, "application/json is gone", id="a response emptied"
        ),
        pytest.param((*IN, "properties", "name"), GONE, "property name is gone", id="an input property removed"),
        pytest.param((*OUT, "properties", "name"), GONE, "property name is gone", id="an output property removed"),
        pytest.param((*IN, "required"), ["name", "count"], "count is newly required", id="an input newly required"),
        pytest.param((*OUT, "required"), [], "name may now be absent", id="an output no longer always there"),
        pytest.param((*IN, "properties", "colour", "enum"), ["red"], "value blue is gone", id="an input value removed"),
        pytest.param(
            (*OUT, "properties", "colour", "enum"), ["red"], "value blue is gone", id="an output value removed"
        ),
        pytest.param((*IN, "properties", "name", "maxLength"), 40, "maxLength is now 40", id="an upper bound narrowed"),
        pytest.param((*IN, "properties", "count", "minimum"), 1, "minimum is now 1", id="a lower bound narrowed"),
        pytest.param((*IN, "properties", "name", "pattern"), "^a", "pattern is now ^a", id="a pattern demanded"),
        pytest.param((*IN, "properties", "tags", "minItems"), 1, "minItems is now 1", id="an empty list refused"),
        pytest.param(
            (*IN, "properties", "tags", "items", "maxLength"), 5, "maxLength", id="the items of a list narrowed"
        ),
        pytest.param((*IN, "properties", "name", "type"), "integer", "no longer takes string", id="an input's type"),
        pytest.param(
            (*OUT, "properties", "name", "type"), ["string", "null"], "may now be null", id="an output may be null"
        ),
        pytest.param((*IN, "properties", "note"), {"type": "string"}, "no longer takes null", id="null refused"),
        pytest.param(
            (*IN, "properties", "note", "anyOf", 0, "maxLength"), 10, "maxLength is now 10", id="narrowed beside a null"
        ),
    ],
)
def test_a_breaking_change_is_named(place: tuple[str | int, ...], value: object, told: str) -> None:
    assert told in "\n".join(breaking(BEFORE, changed(place, value)))


@pytest.mark.parametrize(
    ("place", "value"),
    [
        pytest.param(("paths", "/others"), {"get": {"responses": {}}}, id="a path added"),
        pytest.param((*POST, "responses", "422"), {"description": "No."}, id="a response added"),
        pytest.param((*IN, "properties", "size"), {"type": "integer"}, id="an optional input added"),
        pytest.param((*OUT, "properties", "size"), {"type": "integer"}, id="an output added"),
        pytest.param((*OUT, "required"), ["name", "count"], id="an output now always there"),
        pytest.param((*IN, "required"), [], id="an input no longer required"),
        pytest.param((*IN, "properties", "colour", "enum"), ["red", "blue", "green"], id="a value added"),
        pytest.param((*IN, "properties", "name", "maxLength"), 60, id="an upper bound widened"),
        pytest.param((*OUT, "properties", "name", "maxLength"), 40, id="an output narrowed"),
        pytest.param((*IN, "properties", "name", "type"), ["string", "null"], id="null taken"),
        pytest.param((*IN, "properties", "name", "description"), "A name.", id="a description"),
        pytest.param((*POST, "security"), [], id="a scope no longer needed"),
    ],
)
def test_an_addition_breaks_nothing(place: tuple[str | int, ...], value: object) -> None:
    assert breaking(BEFORE, changed(place, value)) == []


def test_equal_contracts_do_not_differ() -> None:
    assert breaking(BEFORE, deepcopy(BEFORE)) == []
    assert difference("{\n}\n", "{\n}\n") == ""


def test_a_long_difference_is_cut_short() -> None:
    told = difference("", "\n".join(str(n) for n in range(500)), most=10)
    assert told.count("\n") == 10
    assert told.endswith("more lines")
