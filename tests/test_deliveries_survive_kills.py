"""Workers killed over and over, one receiver failing and one well: what the feed tells arrives, each doubling shown.

`benchmarks/hour_of_deliveries.py` does the same for an hour, with processes.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from typing import Any

import psycopg
import pytest
from fastapi import FastAPI

from app.db.embedded_database import Addresses
from app.services.webhook_sending import Sending
from tests.receiving import (
    ENDPOINTS,
    Received,
    Receiver,
    by_hand,
    deliveries_of,
    happens,
    private_receivers,
    proved,
    receiver,
    sending,
    status,
    until,
    well,
)
from tests.world import Party, World, make_world

LIVES, EVENTS_OF_A_LIFE = 3, 4


@pytest.fixture(scope="module")
def serving(app: FastAPI) -> Iterator[FastAPI]:
    with private_receivers(app):
        yield app


@pytest.fixture(scope="module")
async def world(serving: FastAPI, database: Addresses) -> AsyncIterator[World]:
    async with make_world(serving, database.owner) as made:
        yield made


@pytest.fixture
def owner(database: Addresses) -> Iterator[psycopg.Connection[Any]]:
    """The database by hand; afterwards no endpoint is left to be sent to."""
    with by_hand(database) as connection:
        yield connection
        connection.execute("delete from webhook_endpoints")


def hanging_now_and_then() -> Any:
    """A receiver's answers: the first of every three messages gets none."""
    come = Counter[str]()

    def answer(received: Received) -> bytes | None:
        come["all"] += 1
        return None if come["all"] % 3 == 1 else well(received)

    return answer


async def live_and_be_killed(doomed: Sending, receivers: list[Receiver]) -> None:
    """A worker's life: it works until somebody hangs on it, and is killed while it waits."""
    before = [len(each.told) for each in receivers]
    for _ in range(200):
        await doomed.round()
        await asyncio.sleep(0.01)
        if any(len(each.told) > come and each.at_once for each, come in zip(receivers, before, strict=True)):
            break
    await doomed.settle(0)


def the_time_comes(owner: psycopg.Connection[Any]) -> None:
    """Leases end, and the next attempts are due."""
    owner.execute("update webhook_deliveries set leased_until = now() where leased_until is not null")
    owner.execute("update webhook_deliveries set next_attempt_at = now() where state = 'pending'")


async def feed_since_enabled(party: Party, endpoint_id: str) -> set[str]:
    feed = (await party.get("/v1/events", limit=200)).json()["items"]
    resource = f"{ENDPOINTS}/{endpoint_id}"
    enabled = [(e["type"], e["resource"]) for e in feed].index(("webhook-endpoint.enabled", resource))
    return {each["id"] for each in feed[enabled:]}


async def test_what_the_feed_tells_is_what_arrives_however_often_workers_are_killed(
    serving: FastAPI, world: World, database: Addresses, owner: psycopg.Connection[Any]
) -> None:
    async with receiver() as alive, receiver() as failing:
        last = sending(serving)
        parties = {"alive": world.school, "failing": world.council}
        endpoints = {
            "alive": await proved(world.school, last, alive),
            "failing": await proved(world.council, last, failing),
        }
        alive.answers = hanging_now_and_then()
        failing.answers = lambda _: status(500)
        for _ in range(LIVES):
            for party in parties.values():
                happens(database, party, EVENTS_OF_A_LIFE)
            await live_and_be_killed(sending(serving), [alive, failing])
            the_time_comes(owner)
        alive.answers = failing.answers = well
        feeds = {name: await feed_since_enabled(parties[name], each["id"]) for name, each in endpoints.items()}
        for name, there in (("alive", alive), ("failing", failing)):

            def delivered(name: str = name) -> bool:
                the_time_comes(owner)
                row = owner.execute(
                    "select count(*) from webhook_deliveries where endpoint_id = %s and state = 'delivered'"
                    " and event_id is not null",
                    [endpoints[name]["id"]],
                ).fetchone()
                return row == (len(feeds[name]),)

            await until(last, delivered)
            received = Counter(each.headers["webhook-id"] for each in there.told)
            assert set(received) == feeds[name]
            shown = {each["event_id"]: each for each in await deliveries_of(parties[name], endpoints[name]["id"])}
            assert shown.keys() == feeds[name]
            for event, times in received.items():
                results = [each["result"] for each in shown[event]["attempts"]]
                assert times <= len(results)
                assert results.count("succeeded") == 1, results
        assert any(times > 1 for times in received.values())
