"""Sending webhooks: every event of the feed arrives, none is lost with a worker, and a receiver delays itself alone."""

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
from app.services.webhook_sending import EACH_AT_ONCE, Sending
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


async def test_a_receiver_that_hangs_delays_nobody_else(
    serving: FastAPI, world: World, database: Addresses, worker: Sending, owner: psycopg.Connection[Any]
) -> None:
    async with receiver() as dead, receiver() as alive:
        await proved(world.school, worker, dead)
        await proved(world.provider, worker, alive)
        dead.answers = lambda _: None
        happens(database, world.school, 3 * EACH_AT_ONCE)
        for _ in range(50):
            await worker.round()
            if dead.at_once:
                break
            await asyncio.sleep(0.02)
        told = happens(database, world.provider, 3)
        for _ in range(200):
            await worker.round()
            await asyncio.sleep(0.02)
            if set(told) <= {each.resource for each in alive.told}:
                break
        assert set(told) <= {each.resource for each in alive.told}
        assert dead.most_at_once <= EACH_AT_ONCE
        await worker.settle(0)


async def test_a_failing_receiver_is_tried_with_one_message_at_a_time(
    world: World, database: Addresses, worker: Sending, owner: psycopg.Connection[Any]
) -> None:
    async with receiver() as there:
        endpoint = await proved(world.school, worker, there)
        owner.execute("update webhook_endpoints set failing_since = now() where id = %s", [endpoint["id"]])
        there.answers = lambda _: None
        happens(database, world.school, 4)
        for _ in range(50):
            await worker.round()
            await asyncio.sleep(0.02)
            if there.told:
                break
        for _ in range(3):
            await worker.round()
        assert there.most_at_once == 1
        await worker.settle(0)


async def test_what_fails_is_tried_again_and_at_last_abandoned_for_all_to_see(
    world: World, database: Addresses, worker: Sending, owner: psycopg.Connection[Any]
) -> None:
    async with receiver() as there:
        endpoint = await proved(world.school, worker, there, event_types=["provider.changed"])
        there.answers = lambda _: status(500, body="Sorry: Ada Example")
        happens(database, world.school)
        await until(worker, lambda: len(there.told) == 1)
        [sent] = await deliveries_of(world.school, endpoint["id"], state="pending")
        waits = datetime.fromisoformat(sent["next_attempt_at"]) - datetime.now(UTC)
        assert timedelta(seconds=3) < waits < timedelta(seconds=6)
        assert (await endpoint_of(world.school, endpoint["id"]))["failing_since"] is not None
        for attempt in range(2, 11):
            overtake(owner, endpoint["id"])
            await until(worker, lambda attempt=attempt: len(there.told) == attempt)  # type: ignore[misc]
        overtake(owner, endpoint["id"])
        assert await worker.round() == 0
        [sent] = await deliveries_of(world.school, endpoint["id"], state="abandoned")
        assert sent["abandoned_because"] == "retries_exhausted"
        assert [each["status"] for each in sent["attempts"]] == [500] * 10
        assert {each["result"] for each in sent["attempts"]} == {"error_status"}
        assert "Ada" not in str(sent)
        assert len({each.headers["webhook-id"] for each in there.told}) == 1
        there.answers = well
        path = f"{DELIVERIES}/{sent['id']}"
        again = await world.school.post(f"{path}/replay", None)
        assert (again.status_code, again.json()["state"]) == (200, "pending")
        twice = await world.school.post(f"{path}/replay", None)
        assert (twice.status_code, twice.json()["rule"]) == (409, "wrong_state")
        await until(worker, lambda: len(there.told) == 11)
        assert (await world.school.get(path)).json()["state"] == "delivered"
        assert (await endpoint_of(world.school, endpoint["id"]))["failing_since"] is None


@pytest.mark.parametrize(("code", "asked"), [(429, 90), (503, 90), (500, 0)])
async def test_a_receiver_that_asks_to_wait_is_left_alone(
    world: World, database: Addresses, worker: Sending, owner: psycopg.Connection[Any], code: int, asked: int
) -> None:
    async with receiver() as there:
        endpoint = await proved(world.school, worker, there, event_types=["provider.changed"])
        there.answers = lambda _: status(code, "Retry-After: 90")
        happens(database, world.school)
        await until(worker, lambda: len(there.told) == 1)
        [sent] = await deliveries_of(world.school, endpoint["id"])
        waits = (datetime.fromisoformat(sent["next_attempt_at"]) - datetime.now(UTC)).total_seconds()
        assert (80 < waits <= 90) if asked else (waits < 6)
        overtake(owner, endpoint["id"])
        happens(database, world.school)
        begun = 0
        for _ in range(3):
            begun += await worker.round()
        await worker.settle()
        assert (begun == 0) == bool(asked)


async def test_a_receiver_that_is_gone_is_told_nothing_more_and_its_owner_hears_of_it(
    world: World, database: Addresses, worker: Sending, owner: psycopg.Connection[Any]
) -> None:
    async with receiver() as there, receiver() as other:
        endpoint = await proved(world.school, worker, there)
        await proved(world.school, worker, other, event_types=["webhook-endpoint.disabled"])
        there.answers = lambda _: status(410)
        happens(database, world.school)
        await until(worker, lambda: bool(other.told))
        assert [each.resource for each in other.told] == [f"{ENDPOINTS}/{endpoint['id']}"]
    shown = await endpoint_of(world.school, endpoint["id"])
    assert (shown["state"], shown["disabled_because"]) == ("disabled", "gone")
    given_up = await deliveries_of(world.school, endpoint["id"], state="abandoned")
    assert {each["abandoned_because"] for each in given_up} == {"endpoint_disabled"}
    listed = (await world.school.get(ENDPOINTS, state="disabled")).json()["items"]
    assert [each["id"] for each in listed] == [endpoint["id"]]
    feed = (await world.school.get("/v1/events", types="webhook-endpoint.disabled", limit=200)).json()["items"]
    assert f"{ENDPOINTS}/{endpoint['id']}" in [each["resource"] for each in feed]
    assert (await world.council.get("/v1/events", types="webhook-endpoint.disabled")).json()["items"] == []


async def test_an_endpoint_that_fails_for_five_days_is_disabled_and_comes_back_by_a_new_proof(
    world: World, database: Addresses, worker: Sending, owner: psycopg.Connection[Any]
) -> None:
    async with receiver() as there:
        endpoint = await proved(world.school, worker, there)
        there.answers = lambda _: status(302, "Location: http://127.0.0.1:1/")
        for age, state in (("4 days", "enabled"), ("5 days", "disabled")):
            before = len(there.told)
            owner.execute(
                "update webhook_endpoints set failing_since = now() - cast(%s as interval) where id = %s",
                [age, endpoint["id"]],
            )
            happens(database, world.school)
            await until(worker, lambda before=before: len(there.told) > before)  # type: ignore[misc]
            shown = await endpoint_of(world.school, endpoint["id"])
            assert shown["state"] == state
        assert shown["disabled_because"] == "failing"
        sent = await deliveries_of(world.school, endpoint["id"])
        assert {each["result"] for one in sent for each in one["attempts"]} == {"redirected"}
        [missed] = happens(database, world.school)
        there.answers = well
        await prove(world.school, worker, endpoint["id"])
        shown = await endpoint_of(world.school, endpoint["id"])
        assert (shown["state"], shown["disabled_because"], shown["failing_since"]) == ("enabled", None, None)
        [after] = happens(database, world.school)
        await until(worker, lambda: any(each.resource == after for each in there.told))
        assert missed not in [each.resource for each in there.told]


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
