"""Report forms: a council publishes them, an edition never changes, and none can hang whoever validates by it."""

import asyncio
from typing import Any

import pytest

from migrations.default_report_form import FORM as SHIPPED
from migrations.default_report_form import ID
from tests.rules.test_report_forms import FORM, UNSOUND
from tests.world import Party, World

PATH = "/v1/report-forms"


async def published(world: World) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await world.council.get(PATH, origin="council")).json()["items"]
    return items


async def test_a_council_publishes_editions_that_everybody_reads(world: World) -> None:
    first = await world.council.post(PATH, {"name": "Termly", "form": FORM})
    assert first.status_code == 201, first.text
    second = await world.council.post(PATH, {"name": "Termly", "form": FORM | {"title": "Better"}})
    assert [first.json()["edition"], second.json()["edition"]] == [1, 2]
    elsewhere = await world.other_council.post(PATH, {"name": "Termly", "form": FORM})
    assert elsewhere.json()["edition"] == 1
    for party in (world.provider, world.school):
        assert (await party.get(first.headers["Location"])).json() == first.json() | {"current": False}
    mine = (await world.provider.get(PATH, council_id=str(world.council.id))).json()["items"]
    assert {f["edition"] for f in mine} == {1, 2}
    assert (await world.council.http.put(first.headers["Location"], json={})).status_code == 405
    assert (await world.council.http.delete(first.headers["Location"])).status_code == 405


async def test_only_councils_publish(world: World) -> None:
    for party in (world.provider, world.school):
        assert (await party.post(PATH, {"name": "Termly", "form": FORM})).status_code == 403


async def test_editions_published_at_once_get_numbers_of_their_own(world: World) -> None:
    body = {"name": "Termly", "form": FORM}
    answers = await asyncio.gather(*(world.council.post(PATH, body) for _ in range(5)))
    assert sorted(a.json()["edition"] for a in answers) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(("form", "pointer", "code"), UNSOUND)
async def test_a_form_that_is_not_sound_is_refused(world: World, form: dict[str, Any], pointer: str, code: str) -> None:
    answer = await world.council.post(PATH, {"name": "Termly", "form": form})
    assert answer.status_code == 422, answer.text
    assert (pointer, code) in [(e["pointer"], e["code"]) for e in answer.json()["errors"]]
    assert await published(world) == []


UNTRIED = FORM | {"examples": [{"voice": "Good"}, {"voice": ""}, {"marks": []}]}


async def test_the_examples_of_a_form_are_tried_before_it_is_published(world: World) -> None:
    refused = await world.council.post(PATH, {"name": "Termly", "form": UNTRIED})
    assert refused.status_code == 422, refused.text
    assert [(e["pointer"], e["code"]) for e in refused.json()["errors"]] == [
        ("/form/examples/1/voice", "example_not_valid"),
        ("/form/examples/2/voice", "example_not_valid"),
    ]
    assert "“Pupil voice” is needed" in refused.text
    assert await published(world) == []
    assert (await world.council.post(PATH, {"name": "Termly", "form": SHIPPED})).status_code == 201


async def test_the_last_edition_that_is_not_withdrawn_is_the_current_one(world: World) -> None:
    first, second = [await world.council.post(PATH, {"name": "Termly", "form": FORM}) for _ in range(2)]
    assert await editions(world.school) == {1: False, 2: True}
    withdrawn = await world.council.act(second.headers["Location"], "withdrawal")
    assert withdrawn.status_code == 200, withdrawn.text
    shown = withdrawn.json()
    assert (shown["state"], shown["current"], shown["withdrawn_at"]) == ("withdrawn", False, "2026-11-24T08:00:00Z")
    assert await editions(world.school) == {1: True, 2: False}
    again = await world.council.act(second.headers["Location"], "withdrawal")
    assert (again.status_code, again.json()["rule"]) == (409, "wrong_state")
    assert [f["edition"] for f in (await world.school.get(PATH, current="false")).json()["items"]] == [2]
    assert first.json()["current"]


async def editions(party: Party) -> dict[int, bool]:
    found = (await party.get(PATH, origin="council")).json()["items"]
    return {each["edition"]: each["current"] for each in found}


async def test_what_superseded_a_form_is_a_change_of_it(world: World) -> None:
    await world.council.post(PATH, {"name": "Termly", "form": FORM})
    await world.council.post("/v1/sandbox/clock/advance", {"seconds": 3600})
    assert (await world.council.get(PATH, changed_since="2026-11-24T08:30:00Z")).json()["items"] == []
    await world.council.post(PATH, {"name": "Termly", "form": FORM})
    changed = (await world.council.get(PATH, changed_since="2026-11-24T08:30:00Z")).json()["items"]
    assert sorted((f["edition"], f["current"]) for f in changed) == [(1, False), (2, True)]


async def test_only_the_council_that_published_a_form_withdraws_it(world: World) -> None:
    path = (await world.council.post(PATH, {"name": "Termly", "form": FORM})).headers["Location"]
    for each in (path, f"{PATH}/{ID}"):
        other = await world.other_council.act(each, "withdrawal")
        assert (other.status_code, other.json()["rule"]) == (409, "wrong_party")
    assert (await world.provider.act(path, "withdrawal")).status_code == 403
    stale = {"If-Match": '"7-0000000000000000"', "Idempotency-Key": "stale"}
    assert (await world.council.http.post(f"{path}/withdrawal", headers=stale)).status_code == 412


async def test_one_of_two_withdrawals_at_once_is_done(world: World) -> None:
    path = (await world.council.post(PATH, {"name": "Termly", "form": FORM})).headers["Location"]
    answers = await asyncio.gather(*(world.council.act(path, "withdrawal") for _ in range(2)))
    assert sorted(a.status_code for a in answers) in ([200, 409], [200, 412])


async def test_a_council_adopts_a_form_with_one_call(world: World) -> None:
    shipped = (await world.council.get(f"{PATH}/{ID}")).json()
    assert (shipped["origin"], shipped["council_id"]) == ("shipped", "00000000-0000-0000-0000-000000000000")
    assert shipped["asks_for"] == ["pupil_voice", "readiness_to_return", "targets"]
    adopted = await world.council.post(f"{PATH}/{ID}/adoption", {})
    assert adopted.status_code == 201, adopted.text
    mine = (await world.provider.get(adopted.headers["Location"])).json()
    assert (mine["council_id"], mine["form"], mine["adopted_from_id"]) == (str(world.council.id), SHIPPED, ID)
    theirs = await world.other_council.post(f"{PATH}/{mine['id']}/adoption", {"name": "Ours"})
    assert (theirs.json()["name"], theirs.json()["edition"]) == ("Ours", 1)
    assert (await world.school.post(f"{PATH}/{ID}/adoption", {})).status_code == 403


async def test_the_providers_of_a_council_are_told_of_its_forms(world: World) -> None:
    await world.placement()
    path = (await world.council.post(PATH, {"name": "Termly", "form": FORM})).headers["Location"]
    await world.council.act(path, "withdrawal")
    for party, told in (
        (world.council, ["published", "withdrawn"]),
        (world.provider, ["published", "withdrawn"]),
        (world.other_provider, []),
        (world.other_council, []),
    ):
        events = (await party.get("/v1/events")).json()["items"]
        found = [e["type"] for e in events if e["type"].startswith("report-form.")]
        assert found == [f"report-form.{each}" for each in told]
