"""Concerns: raised by school or council, shared, answered, acted on or closed; confidential from everybody else."""

from asyncio import gather
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from app.db.embedded_database import Addresses
from app.settings import Settings
from tests.ledger import Ledger
from tests.overseen import rows_seen
from tests.quality import ACTION, actions_of, overseen
from tests.test_qa_visits import Plan, plan, reported
from tests.world import World

__all__ = ["plan"]
CONCERNS = "/v1/concerns"
REASON = {"reason": "Looked into: cover is in place."}
PLAN = {"title": "Cover", "actions": [ACTION]}


def concern(world: World, **changes: Any) -> dict[str, Any]:
    return {"provider_id": str(world.provider.id), "text": "Sessions end early without a word."} | changes


@pytest.fixture
async def path(world: World, database: Addresses, settings: Settings) -> str:
    """A concern that the school has raised with its council."""
    await overseen(world, database, settings)
    made = await world.school.post(CONCERNS, concern(world))
    assert made.status_code == 201, made.text
    return str(made.headers["Location"])


async def test_a_concern_is_shared_answered_acted_on_and_closed(world: World, path: str, ledger: Ledger) -> None:
    raised = (await world.council.get(path)).json()
    assert (raised["state"], raised["due_on"], raised["raised_by_id"]) == ("raised", "2026-12-08", str(world.school.id))
    assert (await world.provider.get(path)).status_code == 404
    assert await ledger.told("concern.raised", path) == {world.council.id, world.school.id}
    shared = await world.council.act(path, "sharing", {"answer_by": "2026-12-01"})
    assert (shared.json()["state"], shared.json()["due_on"]) == ("shared", "2026-12-01")
    seen = (await world.provider.get(path)).json()
    assert (seen["raised_by_id"], seen["text"]) == (None, raised["text"])
    etag = (await world.provider.get(path)).headers["ETag"]
    body = {"text": "Cover is arranged."}
    answered = await world.provider.http.put(f"{path}/answer", json=body, headers={"If-Match": etag})
    assert (answered.json()["state"], answered.json()["due_on"]) == ("answered", "2026-12-08")
    assert (await world.school.get(path)).json()["answer"] == "Cover is arranged."
    acted = await world.council.act(path, "action-plan", PLAN)
    assert acted.status_code == 200, acted.text
    plan_path = f"/v1/action-plans/{acted.json()['action_plan_id']}"
    assert (await world.provider.get(plan_path)).json()["source"] == {"kind": "concern", "id": acted.json()["id"]}
    assert (await world.school.get(path)).json()["action_plan_id"] is None
    early = await world.council.act(path, "closure", REASON)
    assert (early.status_code, early.json()["rule"]) == (409, "plan_still_open")
    [action] = await actions_of(world, plan_path)
    await world.council.act(action, "confirmation", {"how_known": "Seen."})
    await world.council.act(plan_path, "closure", {})
    closed = await world.council.act(path, "closure", REASON)
    assert (closed.json()["state"], closed.json()["settled_because"]) == ("closed", REASON["reason"])
    for event in ("shared", "answered", "acted-on", "closed"):
        told = await ledger.told(f"concern.{event}", path)
        assert told == {world.council.id, world.school.id, world.provider.id}


async def test_a_concern_is_confidential(world: World, path: str, settings: Settings) -> None:
    for shared in (False, True):
        if shared:
            await world.council.act(path, "sharing", {"answer_by": "2026-12-01"})
        hidden = [world.other_school, world.other_council, world.other_provider, *([] if shared else [world.provider])]
        for stranger in hidden:
            assert (await stranger.get(path)).status_code == 404
            assert (await stranger.get(CONCERNS)).json()["items"] == []
        counts = [
            (await rows_seen(settings, world, party.id, its_council, ["concerns"]))["concerns"]
            for party, its_council in (
                (world.council, None),
                (world.school, world.council.id),
                (world.provider, None),
                (world.other_school, world.council.id),
                (world.other_council, None),
            )
        ]
        assert counts == [1, 1, int(shared), 0, 0]
    assert (await world.provider.act(path, "closure", REASON)).status_code == 403
    assert (await world.other_council.act(path, "closure", REASON)).status_code == 404


async def test_the_raiser_is_named_to_the_provider_only_by_leave(world: World, path: str) -> None:
    named = await world.school.post(CONCERNS, concern(world, raiser_may_be_named=True))
    councils = await world.council.post(CONCERNS, concern(world))
    for made, who in ((named, world.school), (councils, world.council)):
        place = made.headers["Location"]
        await world.council.act(place, "sharing", {"answer_by": "2026-12-01"})
        assert (await world.provider.get(place)).json()["raised_by_id"] == str(who.id)
    items = (await world.provider.get(CONCERNS)).json()["items"]
    assert len(items) == 2


async def test_whoever_raised_it_takes_it_back_before_anything_was_done(world: World, path: str) -> None:
    by_council = await world.council.act(path, "withdrawal", REASON)
    assert (by_council.status_code, by_council.json()["rule"]) == (409, "wrong_party")
    withdrawn = await world.school.act(path, "withdrawal", REASON)
    assert withdrawn.json()["state"] == "withdrawn"
    assert (await world.council.get(path)).json()["settled_because"] == REASON["reason"]
    again = (await world.school.post(CONCERNS, concern(world))).headers["Location"]
    taken_back, shared = await gather(
        world.school.act(again, "withdrawal", REASON), world.council.act(again, "sharing", {"answer_by": "2026-12-01"})
    )
    assert sorted([taken_back.status_code, shared.status_code]) == [200, 412]


async def test_a_concern_may_be_about_a_published_visit(world: World, plan: Plan) -> None:
    visit = await plan()
    await reported(world, visit)
    about = concern(world, visit_id=visit.rsplit("/", 1)[1])
    for party in (world.school, world.council):
        early = await party.post(CONCERNS, about)
        assert (early.status_code, early.json()["errors"][0]["pointer"]) == (422, "/visit_id")
    await world.council.act(visit, "publication")
    made = await world.school.post(CONCERNS, about)
    assert made.status_code == 201, made.text
    found = (await world.council.get(CONCERNS, visit_id=about["visit_id"])).json()["items"]
    assert [each["id"] for each in found] == [made.json()["id"]]
    for party, body in (
        (world.other_council, about),
        (world.school, about | {"provider_id": str(world.other_provider.id)}),
    ):
        assert (await party.post(CONCERNS, body)).json()["errors"][0]["code"] == "unknown_visit"


async def test_a_faulty_concern_is_named_and_none_is_raised(world: World, path: str) -> None:
    for change, pointer in (
        ({"provider_id": str(world.school.id)}, "/provider_id"),
        ({"text": " "}, "/text"),
        ({"severity": 4}, "/severity"),
    ):
        answer = await world.school.post(CONCERNS, concern(world, **change))
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert (await world.provider.post(CONCERNS, concern(world))).status_code == 403
    assert len((await world.council.get(CONCERNS)).json()["items"]) == 1
    late = await world.council.act(path, "sharing", {"answer_by": "2026-11-23"})
    assert late.json()["errors"][0]["pointer"] == "/answer_by"
    assert (await world.council.act(path, "action-plan", PLAN | {"actions": []})).status_code == 422
    assert (await world.council.get(path)).json()["state"] == "raised"


async def test_a_council_acts_on_what_concerns_a_provider_that_it_oversees(world: World, path: str) -> None:
    about = concern(world, provider_id=str(world.other_provider.id))
    other = (await world.school.post(CONCERNS, about)).headers["Location"]
    refused = await world.council.act(other, "action-plan", PLAN)
    assert (refused.status_code, refused.json()["rule"]) == (409, "provider_not_on_framework")
    assert (await world.council.get(other)).json()["state"] == "raised"
    assert (await world.council.act(other, "closure", REASON)).json()["state"] == "closed"


async def test_the_database_keeps_each_party_to_its_own_part_of_a_concern(
    world: World, path: str, ledger: Ledger
) -> None:
    school, council, provider = world.school.id, world.council.id, world.provider.id
    await ledger.sql_as(provider, "update concerns set answer = 'x' returning 1")
    assert (await world.council.get(path)).json()["answer"] is None
    await world.council.act(path, "sharing", {"answer_by": "2026-12-01"})
    for who, change in (
        (school, "state = 'withdrawn'"),
        (school, "state = 'closed'"),
        (school, "answer = 'x'"),
        (council, "answer = 'x'"),
        (council, "state = 'answered'"),
        (council, "shared_at = null"),
        (provider, "state = 'closed'"),
        (provider, "shared_at = null"),
    ):
        with pytest.raises(DBAPIError, match="this party does not change"):
            await ledger.sql_as(who, f"update concerns set {change} returning 1")
    with pytest.raises(DBAPIError, match="permission denied"):
        await ledger.sql_as(council, "update concerns set text = 'x' returning 1")


async def test_concerns_are_found_by_state_and_by_what_is_overdue(world: World, path: str, ledger: Ledger) -> None:
    async def found(**filters: str) -> int:
        return len((await world.council.get(CONCERNS, **filters)).json()["items"])

    assert await found(state="raised", provider_id=str(world.provider.id)) == 1
    assert await found(state="closed") == await found(overdue="true") == 0
    await ledger.stand_at(datetime(2026, 12, 9, 8, tzinfo=UTC))
    assert await found(overdue="true") == await found(changed_since="2026-12-08T12:00:00Z") == 1
    assert (await world.council.get(path)).json()["overdue"] is True
