"""The types of annual return that a council asks for: published in editions, or taken from those that are shipped."""

import asyncio
from typing import Any

import pytest

from tests.world import Party, World

TYPES = "/v1/qa-return-types"
FORM = {
    "type": "object",
    "required": ["arrangements"],
    "additionalProperties": False,
    "properties": {"arrangements": {"title": "How children are kept safe", "type": "string", "maxLength": 500}},
}
TYPE = {"slug": "safeguarding", "name": "Safeguarding return", "description": "What is in place.", "form": FORM}


async def published(council: Party, **changes: Any) -> str:
    made = await council.post(TYPES, {**TYPE, **changes})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def test_an_edition_never_changes_and_the_next_takes_its_place(world: World) -> None:
    first = await published(world.council)
    second = await published(world.council, name="Safeguarding return, renewed", form=None)
    read = (await world.provider.get(f"{TYPES}/{second}")).json()
    assert (read["edition"], read["form"]) == (2, None)
    assert (await world.provider.get(f"{TYPES}/{first}")).json()["form"] == FORM
    mine = {"council_id": str(world.council.id)}
    assert {t["id"] for t in (await world.provider.get(TYPES, **mine)).json()["items"]} == {first, second}
    current = (await world.school.get(TYPES, slug="safeguarding", current="true", **mine)).json()["items"]
    assert [t["id"] for t in current] == [second]
    assert (await world.council.get(TYPES, changed_since="2026-11-24T09:00:00Z")).json()["items"] == []
    told = [e["type"] for e in (await world.council.get("/v1/events")).json()["items"]]
    assert told.count("qa-return-type.published") == 2
    assert (await world.other_council.get("/v1/events")).json()["items"] == []


async def test_a_council_takes_the_shipped_types_once(world: World) -> None:
    shipped = (await world.provider.get("/v1/reference-data/qa-return-types")).json()["items"]
    slugs = {"self-assessment", "section-157-safeguarding", "health-and-safety"}
    assert {each["slug"] for each in shipped} == slugs
    await published(world.council, slug="self-assessment", form=None)
    answers = await asyncio.gather(*(world.council.post("/v1/qa-return-type-adoptions", None) for _ in range(2)))
    taken = [each["slug"] for answer in answers for each in answer.json()["items"]]
    assert sorted(taken) == sorted(slugs - {"self-assessment"})
    again = await world.council.post("/v1/qa-return-type-adoptions", None)
    assert (again.status_code, again.json()["items"]) == (200, [])
    mine = (await world.council.get(TYPES, council_id=str(world.council.id))).json()["items"]
    assert {each["slug"]: each["form"] is None for each in mine} == dict.fromkeys(slugs, False) | {
        "self-assessment": True
    }


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        pytest.param({"form": {"type": "string"}}, "/form/type", id="a form of no object"),
        pytest.param({"form": FORM | {"pattern": "(a+)+$"}}, "/form/pattern", id="a form that could hang"),
        pytest.param({"slug": "Safeguarding"}, "/slug", id="no slug"),
        pytest.param({"description": ""}, "/description", id="no description"),
        pytest.param({"weight": 3}, "/weight", id="an unknown member"),
    ],
)
async def test_a_faulty_type_is_refused(world: World, change: dict[str, Any], pointer: str) -> None:
    refused = await world.council.post(TYPES, {**TYPE, **change})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer), refused.text
    assert (await world.council.get(TYPES, slug="safeguarding")).json()["items"] == []
    for other in (world.provider, world.school):
        assert (await other.post(TYPES, TYPE)).status_code == 403
