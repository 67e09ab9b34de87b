"""The contract says everything about every operation, and is the one that is committed.

Most of it is derived in `app/web/contract.py`; what a router or schema forgot is named here with its place.
"""

import ast
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from app.cli import CONTRACT
from app.web.contract import as_text
from tests.declared_headers import document
from tests.guards.of_each import of_each

Schema = dict[str, Any]

# Operations that a caller without a credential may use. Everything else names its security.
OPEN = {"create_token", "live", "ready"}
# Revoking is final and must not wait for a fresh tag; a clock has moved since it was read.
WITHOUT_IF_MATCH = {"revoke_api_key", "set_sandbox_clock"}
BOUNDED_FORMATS = {"uuid", "date", "date-time"}
METHODS = {"get", "put", "post", "patch", "delete"}

DOCUMENT: Schema = document()
OPERATIONS = [
    pytest.param(method, operation, id=f"{method.upper()} {path}")
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
    if method in METHODS
]


def test_no_schema_is_told_from_another_by_the_name_of_its_module() -> None:
    """Two classes of one name are told apart by where they stand, and so would the types that integrators generate."""
    assert [name for name in DOCUMENT["components"]["schemas"] if "__" in name] == [], (
        "give one of the two its own name"
    )


def test_the_committed_contract_is_the_generated_one() -> None:
    assert CONTRACT.read_text() == as_text(DOCUMENT), "run `waymark contract --check` to see, `--write` to renew it"


def test_operation_ids_are_unique() -> None:
    ids = [operation.values[1]["operationId"] for operation in OPERATIONS]  # type: ignore[index]
    assert len(ids) == len(set(ids))


@of_each(OPERATIONS)
def test_an_operation_is_named_and_described(method: str, operation: Schema) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", operation["operationId"])
    assert operation.get("summary")
    assert operation.get("description"), "give the router's function a docstring"
    assert operation.get("tags")


@of_each(OPERATIONS)
def test_an_operation_needs_a_credential_unless_it_is_open(method: str, operation: Schema) -> None:
    if operation["operationId"] in OPEN:
        assert "security" not in operation
        return
    assert {name for each in operation["security"] for name in each} == {"api_key", "client_credentials"}
    assert {"401", "403"} <= operation["responses"].keys()
    assert ("429" in operation["responses"]) != bool(operation.get("x-never-blocked"))


@of_each(OPERATIONS)
def test_an_operation_lists_its_problems(method: str, operation: Schema) -> None:
    answers = operation["responses"]
    assert {"400", "500", "503"} <= answers.keys()
    assert any(status.startswith("2") for status in answers)
    if "requestBody" in operation:
        assert {"413", "422"} <= answers.keys()
        assert ("415" in answers) != bool(operation.get("x-never-blocked"))
    for status, answer in answers.items():
        if not status.startswith(("2", "3")):
            assert "application/problem+json" in _resolved(answer)["content"]


@of_each(OPERATIONS)
def test_if_match_is_required_where_it_is_asked_for(method: str, operation: Schema) -> None:
    for parameter in operation["parameters"]:
        if parameter["name"].lower() == "if-match":
            assert parameter["required"]
            assert parameter["schema"]["type"] == "string"
            assert "428" in operation["responses"]


@of_each(OPERATIONS)
def test_bodies_are_closed_and_answers_open_to_new_members(method: str, operation: Schema) -> None:
    for place, media in _media(operation):
        for name, schema in _components(media["schema"], {}).items():
            if schema.get("type") == "object" and place == "body":
                assert schema["additionalProperties"] is False, f"{name} takes what it does not know"
            elif place != "body":
                assert "additionalProperties" not in schema or schema["additionalProperties"], f"{name} is closed"


def test_the_problem_lists_what_rules_say_would_be_lawful() -> None:
    """The members of `Refused.next_steps`, found in the source; two of them never leave in a problem."""
    said = set()
    for path in (CONTRACT.parents[1] / "app" / "rules").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refused" and len(node.args) == 4:
                said |= {key.value for key in getattr(node.args[3], "keys", []) if isinstance(key, ast.Constant)}
    in_rows_only, of_no_problem = {"use_instead"}, {"areas"}
    listed = DOCUMENT["components"]["schemas"]["Problem"]["properties"].keys()
    assert said - in_rows_only - of_no_problem <= listed
    assert {"note", "next_lawful_dates", "needed_scope", "needed_kinds", "rule", "source", "error"} <= listed


@of_each(OPERATIONS)
def test_what_was_made_has_an_address(method: str, operation: Schema) -> None:
    for status, answer in operation["responses"].items():
        if status == "201":
            assert "Location" in answer["headers"], "201 is for what has an address of its own; otherwise answer 200"


@of_each(OPERATIONS)
def test_what_is_changed_was_read_before(method: str, operation: Schema) -> None:
    if method in ("put", "patch", "delete") and operation["operationId"] not in WITHOUT_IF_MATCH:
        taken = {p["name"].lower(): p for p in operation["parameters"]}
        assert "if-match" in taken, "take `expected: ExpectedVersion`"
        assert {"412", "428"} <= operation["responses"].keys()


@of_each(OPERATIONS)
def test_the_headers_of_a_refusal_are_declared(method: str, operation: Schema) -> None:
    declared = {status: _resolved(answer).get("headers", {}) for status, answer in operation["responses"].items()}
    assert all("X-Request-Id" in headers for status, headers in declared.items() if status != "304")
    assert "Retry-After" in declared["503"]
    assert "Retry-After" in declared.get("429", {"Retry-After": None})
    assert "WWW-Authenticate" in declared.get("401", {"WWW-Authenticate": None})


@of_each(OPERATIONS)
def test_bodies_and_answers_have_examples_that_are_valid(method: str, operation: Schema) -> None:
    for place, media in _media(operation):
        assert "example" in media or "examples" in media, f"{place} has no example"
        examples = [e["value"] for e in media["examples"].values()] if "examples" in media else [media["example"]]
        for example in examples:
            _check(place, media["schema"], example)


@of_each(OPERATIONS)
def test_every_parameter_is_bounded(method: str, operation: Schema) -> None:
    for parameter in operation.get("parameters", []):
        faults = list(_unbounded(parameter["schema"], f"{parameter['in']} {parameter['name']}"))
        assert not faults, faults


@of_each(sorted(DOCUMENT["components"]["schemas"]))
def test_every_schema_is_bounded(name: str) -> None:
    faults = list(_unbounded(DOCUMENT["components"]["schemas"][name], name))
    assert not faults, faults


def _media(operation: Schema) -> Iterator[tuple[str, Schema]]:
    for media in operation.get("requestBody", {}).get("content", {}).values():
        yield "body", media
    for status, answer in operation["responses"].items():
        for media in _resolved(answer).get("content", {}).values():
            yield status, media


def _components(schema: Any, found: dict[str, Schema]) -> dict[str, Schema]:
    """The named schemas that a schema leads to."""
    if isinstance(schema, dict) and "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if name not in found:
            found[name] = _resolved(schema)
            _components(found[name], found)
    for each in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else []:
        _components(each, found)
    return found


def _resolved(schema: Schema) -> Schema:
    while "$ref" in schema:
        found: Any = DOCUMENT
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        schema = found
    return schema


def _check(place: str, schema: Schema, example: object) -> None:
    # The whole document travels with the schema, so that its references resolve.
    checked = Draft202012Validator({**schema, "components": DOCUMENT["components"]})
    faults = [f"{place}{fault.json_path}: {fault.message}" for fault in checked.iter_errors(example)]
    assert not faults, faults
    json.dumps(example, allow_nan=False)


def _unbounded(schema: Schema, place: str) -> Iterator[str]:
    """The places in a schema where a string, number or array has no bound."""
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    fixed = "enum" in schema or "const" in schema
    if "string" in kinds and not fixed and "maxLength" not in schema and schema.get("format") not in BOUNDED_FORMATS:
        yield f"{place}: maxLength"
    below = {"minimum", "exclusiveMinimum"} & schema.keys()
    above = {"maximum", "exclusiveMaximum"} & schema.keys()
    if {"integer", "number"} & set(kinds) and not fixed and not (below and above):
        yield f"{place}: minimum and maximum"
    if "array" in kinds and "maxItems" not in schema and "prefixItems" not in schema:
        yield f"{place}: maxItems"
    if not schema.keys() & {"type", "$ref", "enum", "const", "anyOf", "oneOf", "allOf"}:
        yield f"{place}: a type"
    for name, member in schema.get("properties", {}).items():
        yield from _unbounded(member, f"{place}.{name}")
    for key in ("anyOf", "oneOf", "allOf"):
        for each in schema.get(key, []):
            yield from _unbounded(each, place)
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            yield from _unbounded(schema[key], f"{place}[]")
