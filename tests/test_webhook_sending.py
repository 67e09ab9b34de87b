"""Sending webhooks: every event of the feed arrives once it is wanted, and none is lost with a worker."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from fastapi import FastAPI
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from app.db.embedded_database import Addresses
from app.services.pruning import prune_webhook_deliveries
from app.services.webhook_sending import Sending
from tests.receiving import (
    DELIVERIES,
    ENDPOINTS,
    by_hand,
    created,
    deliveries_of,
    endpoint_of,
    happens,
    private_receivers,
    prove,
    proved,
    receiver,
    sending,
    status,
    until,
    well,
)
from tests.world import World, make_world


@pytest.fixture(scope="module")
def serving(app: FastAPI) -> Iterator[FastAPI]:
    with private_receivers(app):
        yield app


@pytest.fixture(scope="module")
async def world(serving: FastAPI, database: Addresses) -> AsyncIterator[World]:
    async with make_world(serving, database.owner) as made:
        yield made


@pytest.fixture
async def worker(serving: FastAPI, world: World) -> AsyncIterator[Sending]:
    made = sending(serving)
    yield made
    await made.settle(0)


@pytest.fixture
def owner(database: Addresses) -> Iterator[psycopg.Connection[Any]]:
    """The database by hand; afterwards no endpoint is left to be sent to."""
    with by_hand(database) as connection:
        yield connection
        connection.execute("delete from webhook_endpoints")


def overtake(owner: psycopg.Connection[Any], endpoint_id: str) -> None:
    """The next attempt has come."""
    owner.execute(
        "update webhook_deliveries set next_attempt_at = now() where endpoint_id = %s and state = 'pending'",
        [endpoint_id],
    )


async def test_an_event_arrives_signed_and_says_what_the_feed_says(
    world: World, worker: Sending, owner: psycopg.Connection[Any]
) -> None:
    async with receiver() as there:
        endpoint = await proved(world.school, worker, there)
        made = await world.council.post("/v1/providers", {"name": "Hollow Farm", "category": "charity"})
        placement = await world.placement()
        resource = f"/v1/placements/{placement}"
        await until(worker, lambda: any(each.resource == resource for each in there.told))
        told = next(each for each in there.told if each.resource == resource)
    feed = (await world.school.get("/v1/events", limit=200)).json()["items"]
    item = next(each for each in feed if each["resource"] == resource and each["type"] == told.type)
    verified = Webhook(endpoint["secret"]).verify(told.body, told.headers)
    assert verified == {"type": item["type"], "timestamp": item["occurred_at"], "data": item}
    assert told.headers["webhook-id"] == item["id"]
    assert told.headers["content-type"] == "application/json"
    assert told.target == "/hook"
    with pytest.raises(WebhookVerificationError):
        Webhook(endpoint["secret"]).verify(told.body + b" ", told.headers)
    assert made.headers["Location"] not in [each.resource for each in there.told]
    [sent] = [each for each in await deliveries_of(world.school, endpoint["id"]) if each["event_id"] == item["id"]]
    assert (sent["state"], [each["result"] for each in sent["attempts"]]) == ("delivered", ["succeeded"])
    assert sent["attempts"][0]["status"] == 200


async def test_until_it_has_proved_itself_an_endpoint_gets_nothing(
    world: World, database: Addresses, worker: Sending, owner: psycopg.Connection[Any]
) -> None:
    async with receiver(lambda _: status(200, body="Welcome!")) as there:
        endpoint = await created(world.school, there.url)
        happens(database, world.school)
        proof = (await prove(world.school, worker, endpoint["id"])).json()
        assert (proof["state"], proof["abandoned_because"]) == ("abandoned", "proof_failed")
        assert [each["result"] for each in proof["attempts"]] == ["challenge_missing"]
        assert (await endpoint_of(world.school, endpoint["id"]))["state"] == "unproven"
        there.answers = well
        proof = (await prove(world.school, worker, endpoint["id"])).json()
        assert (proof["state"], proof["type"]) == ("delivered", "webhook.proof")
        assert (await endpoint_of(world.school, endpoint["id"]))["state"] == "enabled"
        [after] = happens(database, world.school)
        await until(worker, lambda: any(each.resource == after for each in there.told))
        told = [(each.type, each.resource) for each in there.told]
    enabled = ("webhook-endpoint.enabled", f"{ENDPOINTS}/{endpoint['id']}")
    assert told[:1] in ([enabled], [("provider.changed", after)])
    assert set(told) == {enabled, ("provider.changed", after)}
    assert [each.type for each in there.received[:2]] == ["webhook.proof", "webhook.proof"]


async def test_only_the_types_that_were_asked_for_are_sent(
    world: World, database: Addresses, worker: Sending, owner: psycopg.Connection[Any]
) -> None:
    async with receiver() as there:
        endpoint = await proved(world.school, worker, there, event_types=["placement.ended"])
        happens(database, world.school, 3)
        [ended] = happens(database, world.school, type_="placement.ended")
        await until(worker, lambda: bool(there.told))
        assert [each.resource for each in there.told] == [ended]
    assert len(await deliveries_of(world.school, endpoint["id"])) == 1


async def test_two_workers_at_once_double_nothing_and_lose_nothing(
    serving: FastAPI, world: World, database: Addresses, worker: Sending, owner: psycopg.Connection[Any]
) -> None:
    async with receiver() as there:
        endpoint = await proved(world.school, worker, there)
        told = happens(database, world.school, 30)
        others = [sending(serving) for _ in range(3)]
        for _ in range(100):
            await asyncio.gather(*(each.round() for each in (worker, *others)))
            await asyncio.gather(*(each.settle() for each in (worker, *others)))
            if len(there.told) > len(told):
                break
        received = [each.headers["webhook-id"] for each in there.told]
        assert len(received) == len(set(received))
        assert {each.resource for each in there.told} == {*told, f"{ENDPOINTS}/{endpoint['id']}"}
    assert all(each["state"] == "delivered" for each in await deliveries_of(world.school, endpoint["id"]))


async def test_a_late_commit_is_sent_too(
    world: World, database: Addresses, worker: Sending, owner: psycopg.Connection[Any]
) -> None:
    from tests.test_events import connect, record

    async with receiver() as there:
        await proved(world.school, worker, there)
        with connect(database) as slow, connect(database) as quick:
            first = record(slow, world.school)
            second = record(quick, world.school)
            quick.commit()
            await worker.round()
            await worker.settle()
            slow.commit()
        await until(worker, lambda: {first, second} <= {each.resource for each in there.told})


async def test_what_a_killed_worker_held_is_sent_again_after_its_lease_under_the_same_id(
    serving: FastAPI, world: World, database: Addresses, worker: Sending, owner: psycopg.Connection[Any]
) -> None:
    async with receiver() as there:
        endpoint = await proved(world.school, worker, there, event_types=["provider.changed"])
        there.answers = lambda _: None
        happens(database, world.school)
        doomed = sending(serving)
        for _ in range(100):
            if await doomed.round():
                break
            await asyncio.sleep(0.02)
        for _ in range(500):
            if there.told:
                break
            await asyncio.sleep(0.01)
        await doomed.settle(0)
        there.answers = well
        assert await worker.round() == 0
        owner.execute("update webhook_deliveries set leased_until = now() where endpoint_id = %s", [endpoint["id"]])
        await until(worker, lambda: len(there.told) == 2)
        first, second = there.told
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    [sent] = await deliveries_of(world.school, endpoint["id"])
    assert [each["result"] for each in sent["attempts"]] == ["interrupted", "succeeded"]


async def test_what_was_missed_is_replayed_since_an_instant(
    world: World, database: Addresses, worker: Sending, owner: psycopg.Connection[Any]
) -> None:
    since = datetime.now(UTC).isoformat()
    async with receiver() as there:
        missed = happens(database, world.school, 2)
        endpoint = await proved(world.school, worker, there, event_types=["provider.changed"])
        path = f"{ENDPOINTS}/{endpoint['id']}/replay"
        none = (await world.school.post(path, {"since": since})).json()
        assert none == {"replayed": 0, "more": False, "next_since": None}
        all_of_it = (await world.school.post(path, {"since": since, "what": "all"})).json()
        assert all_of_it == {"replayed": 2, "more": False, "next_since": None}
        assert (await world.school.post(path, {"since": since, "what": "all"})).json()["replayed"] == 0
        await until(worker, lambda: len(there.told) == 2)
        assert {each.resource for each in there.told} == set(missed)
        assert (await world.school.post(path, {"since": since, "what": "all"})).json()["replayed"] == 2
        owner.execute(
            "update webhook_deliveries set state = 'abandoned', next_attempt_at = null where endpoint_id = %s"
            " and resource = %s",
            [endpoint["id"], missed[0]],
        )
        assert (await world.school.post(path, {"since": since})).json()["replayed"] == 1
        await until(worker, lambda: len(there.told) == 4)
        long_ago = await world.school.post(path, {"since": "2026-01-01T00:00:00Z"})
        assert (long_ago.status_code, long_ago.json()["rule"]) == (409, "replay_too_far_back")


async def test_while_a_secret_is_rotated_both_sign(
    world: World, database: Addresses, worker: Sending, owner: psycopg.Connection[Any]
) -> None:
    async with receiver() as there:
        endpoint = await proved(world.school, worker, there, event_types=["provider.changed"])
        path = f"{ENDPOINTS}/{endpoint['id']}/secrets"
        rotated = (await world.school.post(path, {"overlap_hours": 24})).json()
        assert [each["expires_at"] is None for each in rotated["secrets"]] == [True, False]
        happens(database, world.school)
        await until(worker, lambda: len(there.told) == 1)
        for secret in (endpoint["secret"], rotated["secret"]):
            assert Webhook(secret).verify(there.told[0].body, there.told[0].headers)
        at_once = (await world.school.post(path, {"overlap_hours": 0})).json()
        assert len(at_once["secrets"]) == 1
        happens(database, world.school)
        await until(worker, lambda: len(there.told) == 2)
        last = there.told[1]
        assert Webhook(at_once["secret"]).verify(last.body, last.headers)
        for secret in (endpoint["secret"], rotated["secret"]):
            with pytest.raises(WebhookVerificationError):
                Webhook(secret).verify(last.body, last.headers)


async def test_another_url_gets_nothing_before_its_own_proof(
    world: World, database: Addresses, worker: Sending, owner: psycopg.Connection[Any]
) -> None:
    async with receiver(lambda _: status(500)) as first, receiver() as second:
        first.answers = well
        endpoint = await proved(world.school, worker, first, event_types=["provider.changed"])
        first.answers = lambda _: status(500)
        happens(database, world.school)
        await until(worker, lambda: len(first.told) == 1)
        path = f"{ENDPOINTS}/{endpoint['id']}"
        await world.school.post(f"{path}/proof", None)
        moved = await world.school.change("PATCH", path, {"url": second.url})
        assert (moved.status_code, moved.json()["state"], moved.json()["proven_at"]) == (200, "unproven", None)
        overtake(owner, endpoint["id"])
        happens(database, world.school)
        await worker.round()
        await worker.settle()
        assert second.received == []
        sent = await deliveries_of(world.school, endpoint["id"])
        assert [each["abandoned_because"] for each in sent] == ["url_changed"]
        refused = await world.school.post(f"{DELIVERIES}/{sent[0]['id']}/replay", None)
        assert (refused.status_code, refused.json()["rule"]) == (409, "webhook_endpoint_not_enabled")
        await prove(world.school, worker, endpoint["id"])
        assert (await endpoint_of(world.school, endpoint["id"]))["state"] == "enabled"


async def test_a_secret_under_a_key_that_is_lost_sends_nothing_unsigned(
    serving: FastAPI, world: World, database: Addresses, worker: Sending, owner: psycopg.Connection[Any]
) -> None:
    async with receiver() as there:
        endpoint = await proved(world.school, worker, there, event_types=["provider.changed"])
        owner.execute("update webhook_secrets set key_id = 'lost' where endpoint_id = %s", [endpoint["id"]])
        happens(database, world.school)
        for _ in range(100):
            await worker.round()
            await worker.settle()
            sent = await deliveries_of(world.school, endpoint["id"])
            if sent and sent[0]["attempts"]:
                break
            await asyncio.sleep(0.02)
        assert [each["result"] for each in sent[0]["attempts"]] == ["not_signed"]
        assert there.told == []


async def test_settled_deliveries_are_forgotten_after_a_month_and_not_before(
    serving: FastAPI, world: World, database: Addresses, worker: Sending, owner: psycopg.Connection[Any]
) -> None:
    async with receiver() as there:
        endpoint = await proved(world.school, worker, there)
        happens(database, world.school)
        await until(worker, lambda: len(there.told) == 2)
    now = datetime.now(UTC)
    for days, left in ((30, 2), (32, 0)):
        async with serving.state.worker_sessions() as session:
            await prune_webhook_deliveries(session, now + timedelta(days=days))
            await session.commit()
        assert len(await deliveries_of(world.school, endpoint["id"])) == left
