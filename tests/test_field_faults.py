"""Each fault in a body or parameter is told in codes and words of our own, with the place where it is."""

import ast
import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from app.schemas import field_faults, wire
from app.schemas.field_faults import FIELD_CODES, HINTS, fault_of
from tests.declared_headers import document
from tests.world import World

SCHEMAS = Path(__file__).parents[1] / "app" / "schemas"


def fault(kind: Any, value: object) -> tuple[str, str]:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(kind).validate_python(value)
    return fault_of(refused.value.errors()[0])


class Thing(wire.Body):
    day: wire.Day


@pytest.mark.parametrize(
    ("kind", "value", "code", "words"),
    [
        pytest.param(wire.ClockTime, "8:47", "not_as_written", "HH:MM", id="a short time"),
        pytest.param(wire.SchoolYear, "2026", "not_as_written", "2026-27", id="a short school year"),
        pytest.param(wire.Day, "2026-02-30", "no_such_day", "no such day", id="30 February"),
        pytest.param(wire.Instant, "2026-02-30T09:00:00Z", "no_such_instant", "no such instant", id="an instant in it"),
        pytest.param(wire.Day, "30/02/2026", "day_expected", "Must be a day written YYYY-MM-DD.", id="a day oddly"),
        pytest.param(Thing, {}, "required", "Is required.", id="a member left out"),
        pytest.param(Thing, [], "object_expected", "Must be an object.", id="an array for an object"),
        pytest.param(Thing, {"day": "2026-11-24", "x": 1}, "unknown_member", "no member", id="a member too many"),
        pytest.param(wire.ShortText, "x" * 501, "too_long", "at most 500 characters", id="a long text"),
        pytest.param(wire.ShortText, " ", "blank", "Must not be blank.", id="a blank text"),
        pytest.param(wire.Count, -1, "too_small", "Must be 0 or more.", id="a negative count"),
        pytest.param(dict[str, complex], {"a": "?"}, "not_valid", "contract", id="anything not in the table"),
    ],
)
def test_a_fault_has_our_code_and_a_plain_sentence(kind: Any, value: object, code: str, words: str) -> None:
    found, sentence = fault(kind, value)
    assert found == code
    assert words in sentence
    assert sentence.endswith(".")
    assert not {"Input", "pydantic", "String", "dictionary"} & set(sentence.split())


def test_every_code_is_listed_with_its_meaning() -> None:
    raised = {code for code, _ in field_faults._OURS.values()}
    for path in SCHEMAS.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
                first = {"PydanticCustomError": 0, "InvalidJson": 0, "_written_as": 2}.get(node.func.id)
                if first is not None and isinstance(node.args[first], ast.Constant):
                    raised.add(ast.literal_eval(node.args[first]))
    assert raised <= FIELD_CODES.keys()


def test_every_pattern_has_a_hint() -> None:
    told = json.dumps(document())
    found: set[str] = set()

    def collect(members: dict[str, Any]) -> dict[str, Any]:
        if isinstance(members.get("pattern"), str) and members.get("type") == "string":
            found.add(members["pattern"])
        return members

    json.loads(told, object_hook=collect)
    assert found == HINTS.keys()


def test_a_hint_never_repeats_what_was_sent() -> None:
    class Named(BaseModel):
        reason: wire.ClockTime

    assert "secret" not in " ".join(fault(Named, {"reason": "secret"}))


async def test_the_codes_are_reference_data(world: World) -> None:
    told = (await world.school.get("/v1/reference-data/field-error-codes")).json()["items"]
    assert {each["code"]: each["meaning"] for each in told} == FIELD_CODES


async def test_no_body_is_a_body_that_is_required(world: World) -> None:
    answer = await world.council.http.post("/v1/pupils", headers={"Idempotency-Key": str(uuid4())})
    [error] = answer.json()["errors"]
    assert error == {"pointer": "", "code": "required", "detail": "A JSON body is required."}


@pytest.mark.parametrize(
    ("query", "parameter", "code"),
    [
        pytest.param("cursor=x", "cursor", "cursor_not_valid", id="a cursor of nobody's"),
        pytest.param("limit=0", "limit", "too_small", id="a limit of none"),
        pytest.param("limit=5&limit=6", "limit", "parameter_repeated", id="a parameter twice"),
        pytest.param("upn=A000000000000", "upn", "unknown_parameter", id="a filter that does not exist"),
        pytest.param("Limit=5", "Limit", "unknown_parameter", id="a name in other letters"),
        pytest.param("on_date=", "on_date", "day_expected", id="an empty day"),
        pytest.param(
            "on_date=2026-11-24&to=2026-11-24", "on_date", "days_given_twice", id="two that exclude each other"
        ),
    ],
)
async def test_a_fault_in_the_query_names_its_parameter(world: World, query: str, parameter: str, code: str) -> None:
    answer = await world.council.http.get(f"/v1/expected-sessions?{query}")
    assert answer.status_code == 422, answer.text
    [error] = answer.json()["errors"]
    assert (error["parameter"], error["code"]) == (parameter, code)
    assert "pointer" not in error


async def test_a_fault_in_the_path_names_its_parameter(world: World) -> None:
    [error] = (await world.council.get("/v1/placements/5")).json()["errors"]
    assert (error["parameter"], error["code"]) == ("placement_id", "id_expected")


async def test_a_plus_that_was_not_encoded_is_explained(world: World) -> None:
    answer = await world.council.http.get("/v1/expected-sessions?changed_since=2026-11-24T08:00:00+00:00")
    [error] = answer.json()["errors"]
    assert (error["parameter"], error["code"]) == ("changed_since", "instant_expected")
    assert "%2B" in error["detail"]


async def test_the_next_page_is_asked_for_with_known_parameters_only(world: World) -> None:
    await world.placement()
    page = await world.council.get("/v1/expected-sessions", limit=1, on_date="2026-11-24")
    target = page.headers["Link"].split(">")[0].removeprefix("<")
    assert (await world.council.http.get(target)).status_code == 200
    assert (await world.council.http.get(f"{target}&upn=A000000000000")).status_code == 422
