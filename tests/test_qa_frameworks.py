"""QA frameworks: shipped ones adopted with one call, changed by editions, retired; old visits keep their own."""

from asyncio import gather
from typing import Any

import pytest

from app.db.embedded_database import Addresses
from app.settings import Settings
from tests.ledger import Ledger
from tests.overseen import award
from tests.test_qa_visits import ACTIVITIES, AREAS, PARTS, put
from tests.world import Party, World

ADOPTIONS = "/v1/qa-framework-adoptions"
SALFORD = {"structure": "salford_seven_areas"}


async def made(council: Party) -> str:
    answer = await council.post("/v1/qa-frameworks", {"name": "Northshire QA", **PARTS})
    assert answer.status_code == 201, answer.text
    return str(answer.headers["Location"])


def visit(world: World, framework: str, **changes: Any) -> dict[str, Any]:
    return {
        "provider_id": str(world.provider.id),
        "framework_id": framework.rsplit("/", 1)[1],
        "activity_type": "validation-visit",
        "planned_on": "2026-11-24",
        "officers": ["A. Officer"],
    } | changes


async def test_what_is_shipped_is_told_to_every_caller(world: World) -> None:
    structures = (await world.provider.get("/v1/reference-data/qa-structures")).json()["items"]
    assert {each["slug"]: len(each["areas"]) for each in structures} == {
        "salford_seven_areas": 7,
        "westmorland_and_furness_six_sections": 6,
    }
    sets = (await world.school.get("/v1/reference-data/qa-activity-sets")).json()["items"]
    bolton = next(each for each in sets if each["slug"] == "bolton_five")
    assert len(bolton["activity_types"]) == 5
    assert bolton["activity_types"][3] == {
        "slug": "dashboard-return",
        "name": "QMC-5 dashboard return",
        "minimum_frequency": "monthly",
        "done_by": "return",
    }


async def test_a_council_adopts_a_structure_with_one_call_and_changes_it_in_an_edition(
    world: World, ledger: Ledger
) -> None:
    adopted = await world.council.post(ADOPTIONS, SALFORD)
    assert adopted.status_code == 201, adopted.text
    first, path = adopted.json(), adopted.headers["Location"]
    assert (first["name"], first["edition"], first["state"]) == ("Salford's seven areas", 1, "current")
    assert (len(first["areas"]), len(first["activity_types"])) == (7, 5)
    assert (await world.council.get(path)).json() == first
    again = await world.council.post(ADOPTIONS, SALFORD | {"name": "Again"})
    assert (again.status_code, again.json()["rule"]) == (409, "structure_already_adopted")
    own = {"name": "Ours", "areas": first["areas"][:3], "activity_types": first["activity_types"]}
    second = (await world.council.act(path, "editions", own)).json()
    assert (second["edition"], second["series_id"], second["structure"]) == (2, first["id"], "salford_seven_areas")
    assert (await world.provider.get(path)).json() == first | {
        "state": "superseded",
        "changed_at": "2026-11-24T08:00:00Z",
    }
    listed = await world.school.get("/v1/qa-frameworks", series_id=first["id"], state="current")
    assert [each["id"] for each in listed.json()["items"]] == [second["id"]]
    assert await ledger.told("qa-framework.superseded", path) == {world.council.id}
    assert await ledger.told("qa-framework.made", f"/v1/qa-frameworks/{second['id']}") == {world.council.id}


async def test_sections_and_activities_are_adopted_in_any_pairing(world: World) -> None:
    body = {
        "structure": "westmorland_and_furness_six_sections",
        "activity_set": "salford_five",
        "name": "Northshire QA 2026",
    }
    adopted = (await world.council.post(ADOPTIONS, body)).json()
    assert (adopted["name"], len(adopted["areas"])) == ("Northshire QA 2026", 6)
    assert adopted["activity_types"][4]["done_by"] == "placement_review"
    assert (await world.other_council.post(ADOPTIONS, body)).status_code == 201
    odd: list[tuple[dict[str, Any], str]] = [
        ({"structure": "ours"}, "/structure"),
        ({}, "/structure"),
        (SALFORD | {"activity_set": 5}, "/activity_set"),
    ]
    for wrong, pointer in odd:
        refused = await world.council.post(ADOPTIONS, wrong)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)
    assert (await world.provider.post(ADOPTIONS, SALFORD)).status_code == 403


async def test_a_new_edition_breaks_no_visit_by_the_one_before(
    world: World, database: Addresses, settings: Settings
) -> None:
    await award(database, settings, world.council.id, world.provider.id)
    path = await made(world.council)
    planned = await world.council.post("/v1/qa-visits", visit(world, path))
    assert planned.status_code == 201, planned.text
    other = [AREAS[0] | {"criteria": [{"slug": "something-new", "text": "New."}]}]
    edition = await world.council.act(path, "editions", {"name": "2027", "areas": other, "activity_types": ACTIVITIES})
    refused = await world.council.post("/v1/qa-visits", visit(world, path))
    assert (refused.status_code, refused.json()["rule"]) == (409, "framework_not_current")
    assert (await world.council.post("/v1/qa-visits", visit(world, edition.headers["Location"]))).status_code == 201
    old = planned.headers["Location"]
    await world.council.act(old, "carrying-out", {"carried_out_on": "2026-11-24"})
    found = {"findings": [{"criterion": "single-central-record", "evidence_seen": True}]}
    assert (await put(world.council, old, "findings", found)).status_code == 200
    new = {"findings": [{"criterion": "something-new", "evidence_seen": True}]}
    assert (await put(world.council, old, "findings", new)).status_code == 422


async def test_a_retired_framework_plans_no_more(world: World, ledger: Ledger) -> None:
    path = await made(world.council)
    for stranger in (world.other_council,):
        assert (await stranger.act(path, "retirement")).status_code == 404
        assert (await stranger.act(path, "editions", {"name": "Theirs", **PARTS})).status_code == 404
    retired = await world.council.act(path, "retirement")
    assert retired.json()["state"] == "retired"
    assert await ledger.told("qa-framework.retired", path) == {world.council.id}
    for verb, body in (("retirement", None), ("editions", {"name": "Late", **PARTS})):
        late = await world.council.act(path, verb, body)
        assert (late.status_code, late.json()["rule"]) == (409, "wrong_state")


async def test_of_two_new_editions_at_once_one_wins(world: World) -> None:
    path = await made(world.council)
    answers = await gather(*(world.council.act(path, "editions", {"name": f"{n}", **PARTS}) for n in range(2)))
    assert sorted(each.status_code for each in answers) in ([201, 409], [201, 412])
    listed = (await world.council.get("/v1/qa-frameworks", series_id=path.rsplit("/", 1)[1])).json()["items"]
    assert sorted(each["edition"] for each in listed) == [1, 2]


async def test_of_two_adoptions_at_once_one_wins(world: World) -> None:
    answers = await gather(*(world.council.post(ADOPTIONS, SALFORD) for _ in range(2)))
    assert sorted(each.status_code for each in answers) == [201, 409]


async def test_a_malformed_edition_changes_nothing(world: World) -> None:
    path = await made(world.council)
    before = (await world.council.get(path)).json()
    twice = {"name": "Twice", "areas": [AREAS[0], AREAS[0]], "activity_types": ACTIVITIES}
    refused = await world.council.act(path, "editions", twice)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "given_twice")
    odd = {"name": "Odd", "areas": AREAS, "activity_types": [ACTIVITIES[0] | {"done_by": "nobody"}]}
    assert (await world.council.act(path, "editions", odd)).status_code == 422
    assert (await world.council.get(path)).json() == before


@pytest.mark.parametrize(
    "statement",
    [
        "update qa_frameworks set areas = '[]' where id = cast(:id as uuid)",
        "delete from qa_frameworks where id = cast(:id as uuid)",
    ],
)
async def test_the_database_keeps_an_edition_as_it_was_made(world: World, ledger: Ledger, statement: str) -> None:
    framework = (await made(world.council)).rsplit("/", 1)[1]
    with pytest.raises(Exception, match="permission denied"):
        await ledger.sql_as(world.council.id, statement, id=framework)
    with pytest.raises(Exception, match="stays as it was made"):
        await ledger.sql("update qa_frameworks set areas = '[]' where id = cast(:id as uuid)", id=framework)
