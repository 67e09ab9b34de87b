"""Annual returns: asked for or not, written, submitted, returned, accepted; due, overdue, late; who is told."""

import asyncio
from typing import Any

import pytest

from app.db.embedded_database import Addresses
from app.settings import Settings
from tests.overseen import award
from tests.test_qa_return_types import published
from tests.world import Party, World

PATH = "/v1/qa-returns"
REQUESTS = "/v1/qa-return-requests"
NOWHERE = "3f0c8e0a-8d0e-4a65-9a57-0a1a3c1f2b77"
SAID = {"answers": {"arrangements": "Concerns go to the lead on the same day."}, "statement": None}
BY = {"submitted_by": "S. Turner"}
WEEK = 7 * 86_400


@pytest.fixture
async def type_id(world: World, database: Addresses, settings: Settings) -> str:
    """A type of the council's, on whose framework the provider stands."""
    await award(database, settings, world.council.id, world.provider.id)
    return await published(world.council)


async def requested(world: World, type_id: str, **changes: Any) -> str:
    body = {
        "provider_id": str(world.provider.id),
        "type_id": type_id,
        "school_year": "2026-27",
        "due_on": "2026-12-18",
        **changes,
    }
    made = await world.council.post(REQUESTS, body)
    assert made.status_code == 201, made.text
    return str(made.headers["Location"])


async def begun(world: World, type_id: str, **changes: Any) -> str:
    made = await world.provider.post(PATH, {"type_id": type_id, "school_year": "2026-27", **SAID, **changes})
    assert made.status_code == 201, made.text
    return str(made.headers["Location"])


async def feed(party: Party) -> list[str]:
    items = (await party.get("/v1/events")).json()["items"]
    return [e["type"].split(".")[1] for e in items if e["type"].startswith("qa-return.")]


async def later(world: World, seconds: int) -> None:
    moved = await world.council.post("/v1/sandbox/clock/advance", {"seconds": seconds})
    assert moved.status_code == 200, moved.text


async def put(party: Party, path: str, part: str, body: object) -> Any:
    """Changes a part of a return under the ETag of the whole."""
    headers = {"If-Match": (await party.get(path)).headers["ETag"]}
    return await party.http.put(f"{path}/{part}", json=body, headers=headers)


async def test_a_return_is_asked_for_written_returned_and_accepted(world: World, type_id: str) -> None:
    path = await requested(world, type_id)
    assert (await world.provider.get(path)).json()["timeliness"] == "due"
    drafted = await put(world.provider, path, "contents", SAID)
    assert (drafted.json()["state"], drafted.json()["answers"]) == ("draft", SAID["answers"])
    for_council = (await world.council.get(path)).json()
    assert (for_council["state"], for_council["answers"]) == ("draft", {})
    submitted = await world.provider.act(path, "submission", BY)
    assert (submitted.status_code, submitted.json()["timeliness"]) == (200, "on_time"), submitted.text
    returned = await world.council.act(path, "return", {"reason": "Say more", "due_on": "2027-01-15"})
    assert (returned.json()["due_on"], returned.json()["timeliness"]) == ("2027-01-15", "due")
    await put(world.provider, path, "contents", {"answers": {"arrangements": "half a sen"}})
    assert (await world.council.get(path)).json()["answers"] == SAID["answers"]
    await world.provider.act(path, "submission", BY)
    accepted = (await world.council.act(path, "acceptance")).json()
    assert (accepted["state"], accepted["answers"]["arrangements"]) == ("accepted", "half a sen")
    assert (accepted["submitted_by"], accepted["returned_because"], accepted["late"]) == ("S. Turner", None, False)
    for party in (world.council, world.provider):
        assert await feed(party) == ["requested", "submitted", "returned", "submitted", "accepted"]
    for stranger in (world.other_council, world.other_provider):
        assert (await stranger.get(path)).status_code == 404
        assert (await stranger.get(PATH)).json()["items"] == []
        assert await feed(stranger) == []
    assert (await world.school.get(path)).status_code == 403


async def test_a_provider_begins_one_unasked_and_the_council_may_then_name_its_day(world: World, type_id: str) -> None:
    path = await begun(world, type_id)
    seen = (await world.council.get(path)).json()
    assert (seen["state"], seen["answers"], seen["timeliness"], seen["requested_at"]) == ("draft", {}, None, None)
    body = {"provider_id": str(world.provider.id), "type_id": type_id, "school_year": "2026-27", "due_on": "2026-12-18"}
    twice = await world.council.post(REQUESTS, body)
    assert (twice.status_code, twice.json()["type"]) == (409, "/problems/duplicate")
    taken = await world.council.act(path, "withdrawal", {"reason": "x"})
    assert (taken.status_code, taken.json()["rule"]) == (409, "wrong_party")
    named = await put(world.council, path, "due-day", {"due_on": "2026-12-18"})
    assert (named.json()["timeliness"], named.json()["requested_at"]) == ("due", "2026-11-24T08:00:00Z")
    back = await world.provider.act(path, "withdrawal", {"reason": "x"})
    assert (back.status_code, back.json()["may_be_done_by"]) == (409, ["council"])
    assert (await world.council.act(path, "withdrawal", {"reason": "Closed"})).json()["timeliness"] is None
    other = await begun(world, type_id)
    assert (await world.provider.act(other, "withdrawal", {"reason": "By mistake"})).json()["state"] == "withdrawn"
    assert await feed(world.council) == ["begun", "rescheduled", "withdrawn", "begun", "withdrawn"]


async def test_it_is_told_that_a_day_comes_near_and_that_it_has_passed(world: World, type_id: str) -> None:
    path = await requested(world, type_id)
    quiet = await requested(world, type_id, school_year="2027-28", due_on="2027-06-30")
    await later(world, WEEK)
    assert await feed(world.provider) == ["requested", "requested"]
    await later(world, WEEK)
    assert await feed(world.provider) == ["requested", "requested", "due"]
    assert [r["timeliness"] for r in (await world.council.get(PATH, timeliness="due_soon")).json()["items"]] == [
        "due_soon"
    ]
    changed = (await world.council.get(PATH, changed_since="2026-12-05T00:00:00Z")).json()["items"]
    assert [f"{PATH}/{each['id']}" for each in changed] == [path]
    await later(world, 3 * WEEK)
    for party in (world.council, world.provider):
        assert (await feed(party))[2:] == ["due", "overdue"]
    await put(world.provider, path, "contents", SAID)
    late = (await world.provider.act(path, "submission", BY)).json()
    assert (late["timeliness"], late["late"]) == ("late", True)
    await world.council.act(path, "return", {"reason": "Say more"})
    assert [r["id"] for r in (await world.council.get(PATH, timeliness="overdue")).json()["items"]] == [late["id"]]
    await put(world.council, path, "due-day", {"due_on": "2027-01-29"})
    await later(world, 3 * WEEK)
    assert (await feed(world.council))[-2:] == ["rescheduled", "due"]
    await world.provider.act(path, "submission", BY)
    assert (await world.council.get(path)).json()["late"] is True
    for standing, expected in (("late", [path]), ("due", [quiet]), ("on_time", []), ("overdue", [])):
        found = (await world.provider.get(PATH, timeliness=standing)).json()["items"]
        assert [f"{PATH}/{each['id']}" for each in found] == expected


async def test_what_does_not_fill_in_the_form_is_refused_and_every_fault_named(world: World, type_id: str) -> None:
    path = await begun(world, type_id, answers={"grade": 1})
    refused = await world.provider.act(path, "submission", BY)
    assert refused.status_code == 422
    assert {(e["pointer"], e["code"]) for e in refused.json()["errors"]} == {
        ("/answers/grade", "not_in_form"),
        ("/answers/arrangements", "required"),
    }
    in_words = await published(world.council, slug="in-words", form=None)
    words = await begun(world, in_words)
    for said, pointer in ((SAID, "/answers"), ({"answers": {}}, "/statement")):
        await put(world.provider, words, "contents", said)
        refused = await world.provider.act(words, "submission", BY)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)
    await put(world.provider, words, "contents", {"statement": "Nothing has changed."})
    assert (await world.provider.act(words, "submission", BY)).json()["statement"] == "Nothing has changed."
    assert await feed(world.council) == ["begun", "begun", "submitted"]


async def test_a_return_stays_on_the_edition_that_it_was_begun_on(world: World, type_id: str) -> None:
    path = await begun(world, type_id)
    newer = await published(world.council, form=None)
    assert (await world.provider.act(path, "submission", BY)).json()["type_id"] == type_id
    late = await world.provider.post(PATH, {"type_id": type_id, "school_year": "2027-28", **SAID})
    assert (late.status_code, late.json()["rule"]) == (409, "edition_superseded")
    await begun(world, newer, school_year="2027-28", answers={})


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        pytest.param({"type_id": NOWHERE}, 422, "/type_id", id="an unknown type"),
        pytest.param({"provider_id": NOWHERE}, 422, "/provider_id", id="an unknown provider"),
        pytest.param({"due_on": "2026-11-23"}, 422, "/due_on", id="yesterday"),
        pytest.param({"school_year": "2026-28"}, 422, "/school_year", id="no school year"),
        pytest.param({"school_year": "26-27"}, 422, "/school_year", id="not written like one"),
        pytest.param({"note": "x"}, 422, "/note", id="an unknown member"),
    ],
)
async def test_a_faulty_request_is_refused_and_nothing_stored(
    world: World, type_id: str, change: dict[str, Any], status: int, said: str
) -> None:
    body = {"provider_id": str(world.provider.id), "type_id": type_id, "school_year": "2026-27", "due_on": "2026-12-18"}
    answer = await world.council.post(REQUESTS, body | change)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (status, said), answer.text
    assert (await world.council.get(PATH)).json()["items"] == []


async def test_councils_ask_whom_they_oversee_and_providers_file_with_those(world: World, type_id: str) -> None:
    stranger = {"provider_id": str(world.other_provider.id), "type_id": type_id, "school_year": "2026-27"}
    refused = await world.council.post(REQUESTS, stranger | {"due_on": "2026-12-18"})
    assert (refused.status_code, refused.json()["rule"]) == (409, "provider_not_on_framework")
    theirs = await published(world.other_council)
    elsewhere = await world.provider.post(PATH, {"type_id": theirs, "school_year": "2026-27", **SAID})
    assert (elsewhere.status_code, elsewhere.json()["rule"]) == (409, "council_does_not_oversee")
    foreign = await world.council.post(REQUESTS, stranger | {"type_id": theirs, "due_on": "2026-12-18"})
    assert (foreign.status_code, foreign.json()["errors"][0]["pointer"]) == (422, "/type_id")
    path = await begun(world, type_id)
    assert (await world.council.act(path, "submission", BY)).status_code == 403
    assert (await world.provider.act(path, "acceptance")).status_code == 403
    early = await world.council.act(path, "acceptance")
    assert (early.status_code, early.json()["rule"]) == (409, "wrong_state")


async def test_of_two_at_once_one_comes_first(world: World, type_id: str) -> None:
    asked = {
        "provider_id": str(world.provider.id),
        "type_id": type_id,
        "school_year": "2026-27",
        "due_on": "2026-12-18",
    }
    filed = {"type_id": type_id, "school_year": "2026-27", **SAID}
    answers = await asyncio.gather(world.council.post(REQUESTS, asked), world.provider.post(PATH, filed))
    assert sorted(a.status_code for a in answers) == [201, 409]
    assert len((await world.council.get(PATH)).json()["items"]) == 1
    path = next(a.headers["Location"] for a in answers if a.status_code == 201)
    await put(world.provider, path, "contents", SAID)
    await world.provider.act(path, "submission", BY)
    settled = await asyncio.gather(
        world.council.act(path, "acceptance"), world.council.act(path, "return", {"reason": "Say more"})
    )
    assert sorted(a.status_code for a in settled) in ([200, 409], [200, 412])


async def test_they_are_found_by_provider_council_type_year_and_state(world: World, type_id: str) -> None:
    first, second = await begun(world, type_id), await requested(world, type_id, school_year="2027-28")

    async def found(**filters: str) -> set[str]:
        return {f"{PATH}/{item['id']}" for item in (await world.council.get(PATH, **filters)).json()["items"]}

    assert await found() == {first, second}
    assert await found(state="requested") == await found(school_year="2027-28") == {second}
    assert await found(type_slug="safeguarding", council_id=str(world.council.id)) == {first, second}
    assert await found(type_slug="other") == await found(provider_id=str(world.other_provider.id)) == set()
    assert await found(changed_since="2026-11-25T09:00:00Z") == set()
