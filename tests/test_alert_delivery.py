"""Notifications arrive, by a call or by a look; what nobody takes in hand is escalated; no child is named but in emails."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import text

from app.db.embedded_database import Addresses
from app.db.engine import make_engine, make_sessions
from app.outbox.tools import Tools
from app.services.absconding_alerts_delivery import deliver, deliver_due, keep_delivering
from app.services.duties import do_duties
from app.settings import Settings
from tests.placing import owner_session
from tests.test_absconding_alerts import PATH, broken, notification, raised, refuse
from tests.world import TUESDAY_MORNING, Party, World

CHILD = "Ada Example"


@pytest.fixture
def tools(app: FastAPI, settings: Settings) -> Tools:
    return Tools(app.state.worker_sessions, settings)


@pytest.fixture(autouse=True)
async def nothing_else_is_due(app: FastAPI) -> None:
    """What other tests raised is settled, so that a sweep finds this test's own."""
    async with app.state.worker_sessions() as session:
        await session.execute(text("update alert_notifications set next_attempt_at = null"))
        await session.commit()


async def emails(party: Party) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await party.get("/v1/sandbox/emails")).json()["items"]
    return items


async def read(world: World, alert: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await world.provider.get(f"{PATH}/{alert['id']}")).json()
    return found


async def make_due(database: Addresses, alert: dict[str, Any]) -> None:
    async with owner_session(database.owner) as session:
        statement = (
            "update alert_notifications set next_attempt_at = now() - interval '1 s', claimed_until = null"
            " where alert_id = :id and next_attempt_at is not null"
        )
        await session.execute(text(statement), {"id": UUID(alert["id"])})


def due_emails(alert: dict[str, Any]) -> list[UUID]:
    return [UUID(n["id"]) for n in alert["notifications"] if n["channel"] == "email"]


async def test_each_organisation_gets_an_email_that_names_the_child(world: World, tools: Tools) -> None:
    alert = await raised(world, description="Grey coat")
    for each in due_emails(alert):
        await deliver(tools, each)
    for party, role in ((world.school, "the child's school"), (world.council, "the commissioner")):
        (mail,) = await emails(party)
        assert mail["recipient"].startswith("dsl-")
        assert CHILD not in mail["subject"]
        assert mail["body"].startswith(f"{CHILD} has left Meadow Farm without permission.")
        for said in ("07:55 on Tuesday 24 November 2026, The bus stop", "Grey coat", role, alert["id"]):
            assert said in mail["body"]
    assert await emails(world.other_school) == []
    told = {
        n["roles"][0]: (n["state"], n["attempts"], n["last_result"])
        for n in (await read(world, alert))["notifications"]
    }
    assert told["host_school"] == told["commissioner"] == ("delivered", 1, "sent")
    assert told["police"] == ("pending", 0, None)


async def test_the_worker_is_called_and_delivers_at_once(world: World, tools: Tools) -> None:
    alert = await raised(world)
    working = asyncio.create_task(keep_delivering(tools))
    try:
        for _ in range(200):
            if await emails(world.school) and await emails(world.council):
                break
            await asyncio.sleep(0.05)
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
    assert notification(await read(world, alert), "host_school")["state"] == "delivered"


async def test_the_worker_looks_by_itself_for_what_no_call_announced(world: World, tools: Tools) -> None:
    await raised(world)
    assert await deliver_due(tools) == 2
    assert len(await emails(world.school)) == len(await emails(world.council)) == 1
    assert await deliver_due(tools) == 0


async def test_two_workers_send_one_email(world: World, tools: Tools) -> None:
    alert = await raised(world)
    each = due_emails(alert)[0]
    await asyncio.gather(*(deliver(tools, each) for _ in range(5)))
    assert len(await emails(world.school)) + len(await emails(world.council)) == 1


async def test_an_email_that_fails_is_tried_again_without_holding_up_another(
    world: World, tools: Tools, database: Addresses
) -> None:
    alert = await raised(world)
    away = Tools(tools.sessions, tools.settings.model_copy(update={"smtp_url": SecretStr("smtp://127.0.0.1:1")}))
    for each in due_emails(alert):
        await deliver(away, each)
    failed = notification(await read(world, alert), "host_school")
    assert (failed["state"], failed["attempts"]) == ("failed", 1)
    assert failed["last_result"] in {"mail_server_unreachable", "mail_server_refused"}
    assert await deliver_due(tools) == 0
    await make_due(database, alert)
    await deliver_due(tools)
    again = notification(await read(world, alert), "host_school")
    assert (again["state"], again["attempts"]) == ("delivered", 2)


async def test_without_an_address_it_becomes_a_call_to_make(world: World, tools: Tools) -> None:
    head = {"role": "head", "email": None, "phone": "0161 496 0000"}
    await world.school.change("PUT", "/v1/contacts", {"contacts": [head]})
    alert = await raised(world)
    for each in due_emails(alert):
        await deliver(tools, each)
    told = notification(await read(world, alert), "host_school")
    assert (told["channel"], told["state"], told["last_result"]) == ("phone", "pending", "no_email_address")
    feed = [e["type"] for e in (await world.provider.get("/v1/events")).json()["items"]]
    assert feed[-1] == "absconding-alert.call-needed"
    call = {"called_by": "S. Turner", "called_at": "2026-11-24T08:00:00Z", "notification_id": told["id"]}
    called = await world.provider.post(f"{PATH}/{alert['id']}/calls", call)
    assert notification(called.json(), "host_school")["state"] == "delivered"


async def test_an_acknowledgement_is_not_undone_by_an_email_that_arrives_after_it(world: World, tools: Tools) -> None:
    alert = await raised(world)
    mine = notification(alert, "host_school")["id"]
    await world.school.post(f"{PATH}/{alert['id']}/notifications/{mine}/acknowledgements", {"by": "R. Patel"})
    await deliver(tools, UUID(mine))
    assert notification(await read(world, alert), "host_school")["state"] == "acknowledged"


async def advance(world: World, minutes: int) -> None:
    moved = await world.provider.post("/v1/sandbox/clock/advance", {"seconds": minutes * 60})
    assert moved.status_code == 200, moved.text


async def test_what_nobody_takes_in_hand_is_escalated(world: World, tools: Tools) -> None:
    alert = await raised(world)
    for each in due_emails(alert):
        await deliver(tools, each)
    mine = notification(alert, "commissioner")["id"]
    await world.council.post(f"{PATH}/{alert['id']}/notifications/{mine}/acknowledgements", {"by": "An officer"})
    for minutes, escalated in (
        (4, set()),
        (1, {"police"}),
        (10, {"police", "host_school"}),
        (60, {"police", "host_school"}),
    ):
        await advance(world, minutes)
        now = await read(world, alert)
        assert {n["roles"][0] for n in now["notifications"] if n["escalated_at"]} == escalated
    assert notification(now, "police")["escalated_at"] == "2026-11-24T08:05:00Z"
    feed = [e["type"] for e in (await world.school.get("/v1/events")).json()["items"]]
    assert feed.count("absconding-alert.escalated") == 4


async def test_a_call_logged_in_time_is_not_escalated_nor_is_a_pupil_that_was_found(world: World) -> None:
    called, found = await raised(world), await raised(world)
    call = {"called_by": "S. Turner", "called_at": "2026-11-24T08:00:00Z", "log_number": "GMP-1"}
    await world.provider.post(f"{PATH}/{called['id']}/calls", call)
    body = {"found_at": "2026-11-24T08:00:00Z", "found_by": "Her aunt", "safe": True}
    await world.school.act(f"{PATH}/{found['id']}", "resolution", body)
    await advance(world, 6)
    for alert in (called, found):
        assert notification(await read(world, alert), "police")["escalated_at"] is None


async def test_a_child_is_named_in_emails_only(
    world: World, tools: Tools, database: Addresses, capsys: pytest.CaptureFixture[str]
) -> None:
    alert = await raised(world, description="Ada Example ran towards the canal")
    for each in due_emails(alert):
        await deliver(tools, each)
    away = Tools(tools.sessions, tools.settings.model_copy(update={"smtp_url": SecretStr("smtp://127.0.0.1:1")}))
    for each in due_emails(await raised(world)):
        await deliver(away, each)
    for party in (world.school, world.council, world.provider):
        assert "Ada" not in (await party.get("/v1/events")).text
    async with owner_session(database.owner) as session:
        for table in ("events", "audit_entries"):
            rows = await session.execute(text(f"select count(*) from {table} as t where t::text like '%Ada%'"))
            assert rows.scalar_one() == 0
        results = await session.execute(text("select string_agg(last_result, ' ') from alert_notifications"))
        assert "Ada" not in str(results.scalar_one())
    assert "Ada" not in "".join(capsys.readouterr())


async def test_a_mail_server_that_hangs_holds_no_connection_and_stops_no_duty(
    world: World, database: Addresses, settings: Settings
) -> None:
    alerts = [await raised(world) for _ in range(3)]
    for alert in alerts:
        await make_due(database, alert)
    engine = make_engine(database.worker, settings.model_copy(update={"database_pool_size": 1}))
    async with hanging_server() as (url, connected):
        away = settings.model_copy(update={"smtp_url": SecretStr(url)})
        sweep = asyncio.create_task(deliver_due(Tools(make_sessions(engine), away)))
        async with asyncio.timeout(5):
            while len(connected) < 6:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        done = await do_duties(make_sessions(engine), world.sandbox_id, TUESDAY_MORNING + timedelta(minutes=5))
        sweep.cancel()
        await asyncio.gather(sweep, return_exceptions=True)
    await engine.dispose()
    assert done.failed == ()
    for alert in alerts:
        assert notification(await read(world, alert), "police")["escalated_at"] == "2026-11-24T08:05:00Z"


@asynccontextmanager
async def hanging_server() -> AsyncIterator[tuple[str, list[int]]]:
    """A mail server that accepts a connection and never says a word."""
    connected: list[int] = []
    shut = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.append(1)
        await shut.wait()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}", connected
    finally:
        shut.set()
        server.close()


async def test_a_delivery_that_breaks_does_not_end_the_sweep(world: World, tools: Tools, database: Addresses) -> None:
    alert = await raised(world)
    await make_due(database, alert)
    async with broken(database, *refuse("mails")):
        assert await deliver_due(tools) == 2
    await make_due(database, alert)
    await deliver_due(tools)
    assert notification(await read(world, alert), "host_school")["state"] == "delivered"


async def test_an_alert_whose_event_was_lost_is_told_by_a_duty_once(world: World, database: Addresses) -> None:
    placement = await world.placement()
    async with broken(database, *refuse("events")):
        alert = (await world.provider.post(PATH, {"placement_id": placement})).json()
    assert await raised_events(world, alert) == 0
    for _ in range(2):
        await advance(world, 1)
        assert await raised_events(world, alert) == 1


async def test_an_alert_that_was_told_is_not_told_again(world: World) -> None:
    alert = await raised(world)
    await advance(world, 1)
    assert await raised_events(world, alert) == 1


async def raised_events(world: World, alert: dict[str, Any]) -> int:
    feed = (await world.school.get("/v1/events")).json()["items"]
    wanted = ("absconding-alert.raised", f"{PATH}/{alert['id']}")
    return [(event["type"], event["resource"]) for event in feed].count(wanted)


async def test_what_the_provider_wrote_makes_no_line_of_its_own(world: World, tools: Tools) -> None:
    said = {"last_seen_where": "the gate\r\n\r\nTelephone of Meadow Farm: 0900 1", "description": "Blue\u2028coat\x07"}
    alert = await raised(world, **said)
    for notification_id in due_emails(alert):
        await deliver(tools, notification_id)
    (email,) = await emails(world.school)
    lines = email["body"].splitlines()
    assert [each for each in lines if "0900" in each] == [lines[2]]
    assert lines[2].endswith("the gate Telephone of Meadow Farm: 0900 1")
    assert "Description: Blue coat" in lines
