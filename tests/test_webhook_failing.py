"""Receivers of webhooks that hang, fail, ask to wait or are gone: each delays itself alone, and for all to see."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from fastapi import FastAPI

from app.db.embedded_database import Addresses
from app.outbox.webhook_http import Sender
from app.rules.webhook_deliveries import AttemptResult
from app.services.webhook_outcomes import Outcome, note_outcome
from app.services.webhook_sending import EACH_AT_ONCE, EACH_HOST_AT_ONCE, Sending
from tests.receiving import (
    DELIVERIES,
    ENDPOINTS,
    by_hand,
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


async def test_a_host_that_is_slow_for_many_endpoints_delays_no_other_host(
    world: World, database: Addresses, worker: Sending, owner: psycopg.Connection[Any]
) -> None:
    """A vendor receives for many schools, and is never slow enough to be failing."""
    async with receiver() as slow, receiver() as quick:
        for party in (world.school, world.council, world.other_school):
            for _ in range(5):
                await proved(party, worker, slow, event_types=["provider.changed"])
        await proved(world.provider, worker, quick, event_types=["provider.changed"])
        slow.answers = lambda _: None
        for party in (world.school, world.council, world.other_school):
            happens(database, party, EACH_AT_ONCE)
        for _ in range(100):
            await worker.round()
            await asyncio.sleep(0.02)
            if slow.at_once == EACH_HOST_AT_ONCE:
                break
        [told] = happens(database, world.provider)
        for _ in range(100):
            await worker.round()
            await asyncio.sleep(0.02)
            if quick.told:
                break
        assert [each.resource for each in quick.told] == [told]
        assert slow.most_at_once == EACH_HOST_AT_ONCE
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


async def test_an_attempt_that_finds_a_fault_of_ours_counts_as_a_failure(
    world: World,
    database: Addresses,
    worker: Sending,
    owner: psycopg.Connection[Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else a receiver that knows the fault would be sent the message every few seconds for ever."""

    async def broken(*_: object, **__: object) -> None:
        raise OverflowError("what nobody thought of")

    async with receiver() as there:
        endpoint = await proved(world.school, worker, there, event_types=["provider.changed"])
        monkeypatch.setattr(Sender, "post", broken)
        happens(database, world.school)
        for _ in range(100):
            await worker.round()
            await worker.settle()
            sent = await deliveries_of(world.school, endpoint["id"])
            if sent:
                break
            await asyncio.sleep(0.02)
    assert [each["result"] for each in sent[0]["attempts"]] == ["broken_answer"]
    assert (await endpoint_of(world.school, endpoint["id"]))["failing_since"] is not None


async def test_a_proof_ends_the_wait_that_a_receiver_asked_for(
    world: World, database: Addresses, worker: Sending, owner: psycopg.Connection[Any]
) -> None:
    async with receiver() as there:
        endpoint = await proved(world.school, worker, there)
        there.answers = lambda _: status(503, "Retry-After: 86400")
        happens(database, world.school)
        await until(worker, lambda: bool(there.told))
        there.answers = well
        assert (await prove(world.school, worker, endpoint["id"])).json()["state"] == "delivered"


async def test_what_the_url_before_takes_late_does_not_count_for_the_new_one(
    serving: FastAPI, world: World, database: Addresses, worker: Sending, owner: psycopg.Connection[Any]
) -> None:
    async with receiver() as first, receiver() as second:
        endpoint = await proved(world.school, worker, first, event_types=["provider.changed"])
        first.answers = lambda _: status(500)
        happens(database, world.school)
        await until(worker, lambda: bool(first.told))
        await world.school.change("PATCH", f"{ENDPOINTS}/{endpoint['id']}", {"url": second.url})
        await prove(world.school, worker, endpoint["id"])
        [sent] = await deliveries_of(world.school, endpoint["id"])
        assert (await world.school.post(f"{DELIVERIES}/{sent['id']}/replay", None)).json()["state"] == "pending"
        now = datetime.now(UTC)
        late = Outcome(UUID(sent["id"]), first.url, now, now, now, AttemptResult.SUCCEEDED, 200)
        async with serving.state.worker_sessions() as session:
            await note_outcome(session, late)
            await session.commit()
        await until(worker, lambda: bool(second.told))
    [sent] = await deliveries_of(world.school, endpoint["id"])
    assert (sent["state"], len(sent["attempts"])) == ("delivered", 3)
