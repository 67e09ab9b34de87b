"""The feed: whole, in order, and never with an event hidden behind the place its reader has reached."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import psycopg
from fastapi import FastAPI

from app.clock import utc_now
from app.db.embedded_database import Addresses
from app.services.pruning import prune_events
from tests.world import Party, World

RECORD = "select record_event(%s, now(), now(), %s, '{}', %s::uuid[])"


def record(connection: psycopg.Connection[Any], party: Party, type_: str = "provider.changed") -> str:
    resource = f"/v1/providers/{uuid4()}"
    connection.execute(RECORD, [type_, resource, [party.id]])
    return resource


def connect(database: Addresses, *, autocommit: bool = False) -> psycopg.Connection[Any]:
    return psycopg.connect(database.worker.replace("+psycopg", "", 1), autocommit=autocommit)


async def page(party: Party, at_least: int = 0, **params: object) -> dict[str, Any]:
    """The page, once it holds `at_least` so many events: the server's own upkeep can hold the horizon for a moment."""
    for _ in range(100):
        answer = await party.get("/v1/events", **params)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        if len(found["items"]) >= at_least:
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(f"{len(found['items'])} events instead of {at_least}")


def resources(found: dict[str, Any]) -> list[str]:
    return [event["resource"] for event in found["items"]]


async def test_a_late_commit_is_never_hidden(world: World, database: Addresses) -> None:
    with connect(database) as slow, connect(database) as quick:
        first = record(slow, world.school)
        second = record(quick, world.school)
        quick.commit()
        before = await page(world.school)
        assert before["items"] == []
        assert before["more"] is False
        slow.commit()
    after = await page(world.school, 2, cursor=before["next_cursor"])
    assert resources(after) == [first, second]


async def test_the_last_cursor_is_good_for_polling(world: World, database: Addresses) -> None:
    with connect(database, autocommit=True) as connection:
        empty = await page(world.school)
        seen = [record(connection, world.school) for _ in range(3)]
        await page(world.school, 3)
        first = await page(world.school, 2, cursor=empty["next_cursor"], limit=2)
        assert (resources(first), first["more"]) == (seen[:2], True)
        rest = await page(world.school, 1, cursor=first["next_cursor"], limit=2)
        assert (resources(rest), rest["more"]) == (seen[2:], False)
        for _ in range(2):
            assert (await page(world.school, cursor=rest["next_cursor"], limit=2))["items"] == []
        later = record(connection, world.school)
        assert resources(await page(world.school, 1, cursor=rest["next_cursor"], limit=2)) == [later]


async def test_a_change_reaches_the_feeds_of_those_it_concerns(world: World) -> None:
    made = await world.council.post("/v1/providers", {"name": "Hollow Farm", "category": "charity"})
    path = made.headers["Location"]
    event = (await page(world.council, 1))["items"][0]
    assert event.keys() == {"id", "type", "occurred_at", "recorded_at", "resource"}
    assert (event["type"], event["resource"]) == ("provider.registered", path)
    assert event["occurred_at"].startswith("2026-11-24T08:00:00")
    assert (await page(world.other_council))["items"] == []


async def test_types_choose_and_a_filtered_poll_goes_on_from_there(world: World, database: Addresses) -> None:
    wanted = {"types": ["placement.ended", "placement.started"]}
    with connect(database, autocommit=True) as connection:
        record(connection, world.school)
        ended = record(connection, world.school, "placement.ended")
        record(connection, world.school)
        found = await page(world.school, 1, **wanted)
        assert resources(found) == [ended]
        started = record(connection, world.school, "placement.started")
    assert resources(await page(world.school, 1, **wanted, cursor=found["next_cursor"])) == [started]
    other_choice = await world.school.get("/v1/events", cursor=found["next_cursor"])
    assert other_choice.json()["errors"][0]["code"] == "cursor_not_valid"
    assert (await world.school.get("/v1/events", types="placement.exploded")).status_code == 422


async def test_a_cursor_is_its_own_organisations(world: World) -> None:
    cursor = (await page(world.school))["next_cursor"]
    refused = await world.other_school.get("/v1/events", cursor=cursor)
    assert refused.status_code == 422


async def test_ten_pollers_see_every_event_once_and_in_order_while_others_write(
    world: World, database: Addresses
) -> None:
    """Writers commit out of turn: whoever began first may end last, and the feed is the same for every reader."""
    wanted = 60

    async def write(number: int) -> list[str]:
        url = database.worker.replace("+psycopg", "", 1)
        async with await psycopg.AsyncConnection.connect(url) as connection:
            made = []
            for turn in range(wanted // 6):
                resource = f"/v1/providers/{uuid4()}"
                await connection.execute(RECORD, ["provider.changed", resource, [world.school.id]])
                await asyncio.sleep(0.002 * ((number + turn) % 4))
                await connection.commit()
                made.append(resource)
            return made

    async def poll() -> list[str]:
        seen: list[str] = []
        cursor: dict[str, str] = {}
        async with asyncio.timeout(60):
            while len(seen) < wanted:
                found = (await world.school.get("/v1/events", limit=7, **cursor)).json()
                seen += resources(found)
                cursor = {"cursor": found["next_cursor"]}
                await asyncio.sleep(0.01)
        return seen

    answers = await asyncio.gather(*(write(number) for number in range(6)), *(poll() for _ in range(10)))
    written, (first, *others) = {each for made in answers[:6] for each in made}, answers[6:]
    assert (len(first), set(first)) == (wanted, written)
    assert all(each == first for each in others)


async def test_old_events_go_and_a_cursor_that_stands_before_them_is_refused(
    world: World, database: Addresses, app: FastAPI
) -> None:
    with connect(database, autocommit=True) as connection:
        gone, kept = record(connection, world.school), record(connection, world.school)
        first = await page(world.school, 1, limit=1)
        days = app.state.settings.events_kept_days
        age = "update events set recorded_at = now() - make_interval(days => %s) where resource = %s"
        connection.execute(age, [days + 2, gone])
        behind = await page(world.school, 1, limit=1)
        async with app.state.worker_sessions() as session:
            while await prune_events(session, utc_now(), timedelta(days=days)):
                await session.commit()
    assert resources(await page(world.school, 1)) == [kept]
    assert resources(await page(world.school, 1, cursor=first["next_cursor"])) == [kept]
    refused = await world.school.get("/v1/events", cursor=behind["next_cursor"])
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "cursor_expired")
