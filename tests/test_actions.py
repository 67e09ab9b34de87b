"""Actions of plans: completed with evidence, confirmed, closed, reopened, moved; every step is kept and told."""

from asyncio import gather
from datetime import UTC, datetime
from typing import Any

import pytest

from app.db.embedded_database import Addresses
from app.settings import Settings
from tests.ledger import Ledger
from tests.quality import ACTION, ACTIONS, DONE, actions_of, opened, overseen
from tests.world import World


@pytest.fixture
async def plan_path(world: World, database: Addresses, settings: Settings) -> str:
    await overseen(world, database, settings)
    return await opened(world)


@pytest.fixture
async def path(world: World, plan_path: str) -> str:
    return (await actions_of(world, plan_path))[0]


async def test_every_step_of_an_action_is_kept_and_told(world: World, path: str, ledger: Ledger) -> None:
    steps = (
        (world.council, "rescheduling", {"due_on": "2026-12-08", "reason": "The insurer answers late"}),
        (world.provider, "completion", DONE),
        (world.council, "reopening", {"due_on": "2026-12-12", "reason": "Two are missing"}),
        (world.provider, "completion", DONE | {"note": "All of it."}),
        (world.council, "closure", None),
        (world.council, "reopening", {"due_on": "2026-12-20"}),
        (world.council, "confirmation", {"how_known": "Seen on a visit."}),
    )
    for party, verb, body in steps:
        answer = await party.act(path, verb, body)
        assert answer.status_code == 200, (verb, answer.text)
        if verb == "completion":
            shown = answer.json()
            assert (shown["state"], shown["done_on"], shown["evidence"]) == ("done", "2026-11-24", DONE["evidence"])
    last = (await world.provider.get(path)).json()
    assert (last["state"], last["how_known"], last["closed_on"]) == ("closed", "Seen on a visit.", "2026-11-24")
    assert (last["note"], last["done_on"]) == ("All of it.", None)
    kept: list[dict[str, Any]] = (await world.provider.get(f"{path}/steps")).json()["items"]
    assert [each["what"] for each in kept] == [
        *("set", "rescheduled", "completed", "reopened", "completed", "closed", "reopened", "confirmed")
    ]
    assert [each["by_id"] == str(world.council.id) for each in kept] == [True, True, False, True, False, *[True] * 3]
    assert (kept[1]["due_on"], kept[1]["note"]) == ("2026-12-08", "The insurer answers late")
    for event in ("changed", "completed", "closed", "reopened"):
        assert await ledger.told(f"action.{event}", path) == {world.council.id, world.provider.id}


async def test_either_side_says_who_sees_to_it(world: World, path: str) -> None:
    for party in (world.provider, world.council):
        etag = (await party.get(path)).headers["ETag"]
        named = await party.http.put(f"{path}/owner", json={"owner": party.name}, headers={"If-Match": etag})
        assert (named.status_code, named.json()["owner"]) == (200, party.name)
    assert (await world.council.act(path, "confirmation", {"how_known": "Seen."})).status_code == 200
    etag = (await world.council.get(path)).headers["ETag"]
    late = await world.council.http.put(f"{path}/owner", json={"owner": "x"}, headers={"If-Match": etag})
    assert (late.status_code, late.json()["possible_verbs"]) == (409, ["reopen"])


@pytest.mark.parametrize(
    ("by", "verb", "body", "rule"),
    [
        pytest.param("council", "completion", DONE, "wrong_party", id="the council does not speak for the provider"),
        pytest.param("provider", "confirmation", {"how_known": "x"}, "wrong_party", id="nor the provider for it"),
        pytest.param("provider", "rescheduling", {"due_on": "2027-01-15", "reason": "x"}, "wrong_party", id="moves"),
        pytest.param("council", "closure", None, "wrong_state", id="an open action is not closed without a word"),
        pytest.param("council", "reopening", {"due_on": "2027-01-15"}, "wrong_state", id="an open one is open"),
    ],
)
async def test_what_is_not_that_sides_to_do_is_refused(
    world: World, path: str, by: str, verb: str, body: object, rule: str
) -> None:
    before = (await world.council.get(path)).json()
    refused = await getattr(world, by).act(path, verb, body)
    assert (refused.status_code, refused.json()["rule"]) == (409, rule)
    assert (await world.council.get(path)).json() == before


async def test_an_action_is_added_to_an_open_plan_and_reopened_in_one_only(world: World, plan_path: str) -> None:
    added = await world.council.post(f"{plan_path}/actions", ACTION | {"due_on": "2026-12-20"})
    assert added.status_code == 201, added.text
    paths = await actions_of(world, plan_path)
    assert added.headers["Location"] == paths[2]
    for each in paths:
        await world.council.act(each, "confirmation", {"how_known": "Seen."})
    await world.council.act(plan_path, "closure", {})
    refused = await world.council.act(paths[0], "reopening", {"due_on": "2026-12-20"})
    assert (refused.status_code, refused.json()["rule"]) == (409, "plan_closed")
    assert (await world.council.post(f"{plan_path}/actions", ACTION)).json()["rule"] == "wrong_state"
    await world.council.act(plan_path, "reopening", {"review_on": "2027-01-15"})
    assert (await world.council.act(paths[0], "reopening", {"due_on": "2026-12-20"})).json()["state"] == "open"


async def test_a_plan_closes_or_its_action_reopens_but_not_both(world: World, plan_path: str) -> None:
    paths = await actions_of(world, plan_path)
    for each in paths:
        await world.council.act(each, "confirmation", {"how_known": "Seen."})
    closed, reopened = await gather(
        world.council.act(plan_path, "closure", {}),
        world.council.act(paths[0], "reopening", {"due_on": "2026-12-20"}),
    )
    assert sorted([closed.status_code, reopened.status_code]) == [200, 409]
    plan, action = (await world.council.get(plan_path)).json(), (await world.council.get(paths[0])).json()
    assert (plan["state"], action["state"]) in {("closed", "closed"), ("open", "open")}


async def test_done_and_confirmed_at_once_is_one_of_the_two(world: World, path: str) -> None:
    answers = await gather(
        world.provider.act(path, "completion", DONE), world.council.act(path, "confirmation", {"how_known": "Seen."})
    )
    assert sorted(each.status_code for each in answers) == [200, 412]


@pytest.mark.parametrize(
    ("verb", "body", "pointer"),
    [
        pytest.param("rescheduling", {"due_on": "2026-11-23", "reason": "x"}, "/due_on", id="a day that is over"),
        pytest.param("rescheduling", {"due_on": "2026-12-23"}, "/reason", id="no reason"),
        pytest.param("confirmation", {"how_known": " "}, "/how_known", id="nothing said"),
        pytest.param("completion", DONE | {"evidence": [" "]}, "/evidence/0", id="evidence that says nothing"),
        pytest.param("completion", DONE | {"score": 4}, "/score", id="a score"),
    ],
)
async def test_what_is_not_well_said_changes_nothing(
    world: World, path: str, verb: str, body: object, pointer: str
) -> None:
    before = (await world.council.get(path)).json()
    party = world.provider if verb == "completion" else world.council
    answer = await party.act(path, verb, body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer), answer.text
    assert (await world.council.get(path)).json() == before


async def test_actions_are_found_by_day_and_by_what_is_overdue(world: World, path: str, ledger: Ledger) -> None:
    async def found(**filters: str) -> list[str]:
        items = (await world.provider.get(ACTIONS, **filters)).json()["items"]
        return [each["due_on"] for each in items]

    assert await found() == ["2026-12-01", "2026-12-15"]
    assert await found(due_by="2026-12-01", state="open") == ["2026-12-01"]
    assert await found(overdue="true") == await found(changed_since="2026-12-01T12:00:00Z") == []
    await ledger.stand_at(datetime(2026, 12, 2, 8, tzinfo=UTC))
    assert await found(overdue="true") == await found(changed_since="2026-12-01T12:00:00Z") == ["2026-12-01"]
    assert (await world.council.get(path)).json()["overdue"] is True
    await world.provider.act(path, "completion", DONE)
    assert await found(overdue="true") == []
