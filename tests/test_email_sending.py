"""Emails arrive whatever becomes of servers and workers: late perhaps, twice only where nobody can know."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from structlog.testing import capture_logs

from app.models.emails import EmailDelivery
from app.outbox.email import close_mail_connections
from app.outbox.tools import Tools
from app.services import email_sending
from app.services.duties import do_duties
from app.services.duties_emails import find_emails
from app.services.email_sending import LINES, send_due_emails
from app.services.email_writing import Letter, NotWritten, write_email
from app.settings import Settings
from tests.emailing import deliveries, placed, wants
from tests.ledger import Ledger
from tests.mail_servers import by_notify, by_smtp, notify_server, smtp_server
from tests.world import World

TEN = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
ADDRESSES = [f"{name}@hill.example" for name in ("a", "b", "c", "d", "e", "f")]


@pytest.fixture
async def tools(app: FastAPI, settings: Settings, ledger: Ledger) -> AsyncIterator[Tools]:
    """Whatever other tests left to be sent is settled, so that a round finds this test's own."""
    await ledger.sql("update email_deliveries set state = 'not_needed' where state in ('pending', 'failed')")
    yield Tools(app.state.worker_sessions, settings)
    await close_mail_connections()


@pytest.fixture
async def due(world: World, tools: Tools, ledger: Ledger) -> World:
    """A child whose school wants the morning's attendance at six addresses, at ten o'clock."""
    await placed(world, "Ada Example")
    await wants(world.council, {"on": False}, {"on": False})
    await wants(world.provider, {"on": False}, {"on": False})
    await wants(world.school, {"addresses": ADDRESSES})
    assert (await do_duties(tools.sessions, world.sandbox_id, TEN)).failed == ()
    await ledger.stand_at(TEN)
    return world


async def state_of(world: World) -> dict[str, tuple[str, list[str | None]]]:
    """By address, the state and the results of the attempts."""
    return {
        each["address"]: (each["state"], [a["result"] for a in each["attempts"]])
        for each in await deliveries(world.school)
    }


async def make_due(ledger: Ledger) -> None:
    await ledger.sql("update email_deliveries set next_attempt_at = now() - interval '1 s' where state <> 'sent'")


def with_smtp(tools: Tools, url: str) -> Tools:
    return Tools(tools.sessions, by_smtp(tools.settings, url))


async def told_of_failures(world: World) -> Sequence[str]:
    items: list[dict[str, Any]] = (await world.school.get("/v1/events")).json()["items"]
    return [each["resource"].rsplit("/", 1)[1] for each in items if each["type"] == "email-delivery.not-delivered"]


async def test_one_address_that_is_refused_delays_no_other(due: World, tools: Tools) -> None:
    async with smtp_server(refuses=frozenset({"c@hill"})) as server:
        with capture_logs() as logs:
            assert await send_due_emails(with_smtp(tools, server.url)) == 6
        assert await send_due_emails(with_smtp(tools, server.url)) == 0
    assert sorted(server.header("To")) == [each for each in ADDRESSES if each != "c@hill.example"]
    told = await state_of(due)
    assert told.pop("c@hill.example") == ("abandoned", ["address_refused"])
    assert set(map(str, told.values())) == {str(("sent", ["sent"]))}
    (gone,) = await deliveries(due.school, state="abandoned")
    assert await told_of_failures(due) == [gone["id"]]
    assert [(each["event"], each["result"]) for each in logs] == [("email_not_sent", "address_refused")]
    assert not [each for each in ("hill.example", "Ada") if each in str(logs)]


async def test_two_workers_send_nothing_twice(due: World, tools: Tools) -> None:
    async with smtp_server() as server:
        await asyncio.gather(*(send_due_emails(with_smtp(tools, server.url)) for _ in range(2)))
    assert sorted(server.header("To")) == ADDRESSES
    assert len(set(server.header("Message-ID"))) == 6


@pytest.mark.parametrize("behaviour", [{"drops": True}, {"defers": frozenset({"hill"})}], ids=["dropped", "deferred"])
async def test_what_failed_is_sent_when_the_server_is_back(
    due: World, tools: Tools, ledger: Ledger, behaviour: dict[str, Any]
) -> None:
    async with smtp_server(**behaviour) as server:
        assert await send_due_emails(with_smtp(tools, server.url)) == 6
        failed = await state_of(due)
        assert {state for state, _ in failed.values()} == {"failed"}
        assert await send_due_emails(with_smtp(tools, server.url)) == 0
        server.drops, server.defers = False, frozenset()
        await make_due(ledger)
        assert await send_due_emails(with_smtp(tools, server.url)) == 6
    results = [results for _, results in (await state_of(due)).values()]
    assert {tuple(each) for each in results} <= {("mail_server_unreachable", "sent"), ("address_refused", "sent")}
    assert await told_of_failures(due) == []


async def test_a_server_that_dies_before_it_says_so_may_have_the_email_twice_under_one_id(
    due: World, tools: Tools, ledger: Ledger
) -> None:
    await wants(due.school, {"addresses": ADDRESSES[:1]})
    async with smtp_server(dies=True) as server:
        await send_due_emails(with_smtp(tools, server.url))
        server.dies = False
        await make_due(ledger)
        await send_due_emails(with_smtp(tools, server.url))
    assert server.header("To") == ADDRESSES[:1] * 2
    assert len(set(server.header("Message-ID"))) == 1
    told = await state_of(due)
    assert told.pop("a@hill.example")[0] == "sent"
    assert {tuple(each) for each in map(str, told.values())} == {tuple(str(("not_needed", ["not_wanted_any_more"])))}


async def test_what_a_killed_worker_had_claimed_another_one_sends(due: World, tools: Tools, ledger: Ledger) -> None:
    async with smtp_server(hangs=True) as server:
        round_of_it = asyncio.create_task(send_due_emails(with_smtp(tools, server.url)))
        while server.connections < LINES:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)  # Python 3.11 forgets a cancellation at the moment of connecting
        round_of_it.cancel()
        await asyncio.gather(round_of_it, return_exceptions=True)
    claimed = [results for _, results in (await state_of(due)).values() if results]
    assert claimed == [[None]] * LINES
    async with smtp_server() as server:
        assert await send_due_emails(with_smtp(tools, server.url)) == 6 - len(claimed)
        await make_due(ledger)
        assert await send_due_emails(with_smtp(tools, server.url)) == len(claimed)
    assert sorted(server.header("To")) == ADDRESSES
    assert sorted(results for _, results in (await state_of(due)).values() if len(results) == 2) == [
        [None, "sent"] for _ in claimed
    ]


async def test_what_cannot_be_sent_while_it_is_of_use_is_given_up_and_said(
    due: World, tools: Tools, ledger: Ledger
) -> None:
    await ledger.sql("update email_deliveries set useful_until = now() + interval '90 s' where state = 'pending'")
    dead = with_smtp(tools, "smtp://127.0.0.1:1")
    assert await send_due_emails(dead) == 6
    assert {state for state, _ in (await state_of(due)).values()} == {"failed"}
    await ledger.sql(
        "update email_deliveries set next_attempt_at = now(), useful_until = now() where address like 'a@hill%'"
    )
    assert await send_due_emails(dead) == 0
    assert (await state_of(due))["a@hill.example"] == ("abandoned", ["mail_server_unreachable", "too_late"])
    await make_due(ledger)
    assert await send_due_emails(dead) == 5
    told = await deliveries(due.school, state="abandoned")
    assert len(told) == 6
    assert sorted(await told_of_failures(due)) == sorted(each["id"] for each in told)


async def test_by_notify_what_passes_is_tried_again_and_what_does_not_is_given_up(
    due: World, tools: Tools, ledger: Ledger
) -> None:
    await ledger.sql("delete from email_deliveries where address not like 'a@hill%' and state = 'pending'")
    async with notify_server(429, 503, 400, says='{"message": "email_address Not a valid email address"}') as server:
        away = Tools(tools.sessions, by_notify(tools.settings, server.url))
        for _ in range(4):
            await send_due_emails(away)
            await make_due(ledger)
    ((state, results),) = (await state_of(due)).values()
    assert (state, results) == ("abandoned", ["notify_too_many", "notify_failed", "notify_refused"])
    (mine,) = await deliveries(due.school)
    assert {body["reference"] for _, _, body in server.requests} == {mine["id"]}
    assert "- Ada Example: not reported by the setting" in server.requests[0][2]["personalisation"]["body"]


async def test_the_text_of_an_email_that_was_sent_is_kept_nowhere(due: World, tools: Tools, ledger: Ledger) -> None:
    async with smtp_server() as server:
        await send_due_emails(with_smtp(tools, server.url))
    assert "Ada Example" in server.received[0]
    kept = "select count(*) from email_deliveries d where d.organisation_id = :me and d::text like '%Ada%'"
    assert await ledger.sql(kept, me=due.school.id) == [(0,)]
    assert await ledger.sql("select count(*) from mails where organisation_id = :me", me=due.school.id) == [(0,)]


async def test_the_live_world_is_looked_at_when_an_email_may_be_due_and_until_the_evening(
    world: World, tools: Tools
) -> None:
    await placed(world, "Ada Example")
    async with tools.sessions() as session:
        live = "update organisations set sandbox_id = null where sandbox_id = :id"
        await session.execute(text(live), {"id": world.sandbox_id})
        found = {}
        for at in ("09:25", "09:31", "09:33", "09:45", "09:46", "20:10"):
            until = datetime.fromisoformat(f"2026-11-24T{at}:00+00:00")
            found[at] = (await find_emails(session, None, until, 100)).done
        assert found == {"09:25": 0, "09:31": 2, "09:33": 0, "09:45": 2, "09:46": 0, "20:10": 0}
        ends = await session.execute(
            text("select distinct useful_until from email_deliveries where organisation_id = any(:ids)"),
            {"ids": [party.id for party in world.parties]},
        )
        assert list(ends.scalars()) == [datetime(2026, 11, 24, 20, 0, tzinfo=UTC)]
        missed = datetime(2026, 11, 25, 21, 0, tzinfo=UTC)
        assert (await find_emails(session, None, missed, 100)).done == 4
        await session.rollback()


async def test_an_email_that_cannot_be_written_holds_up_no_other(
    due: World, tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str | None] = []

    async def write(session: AsyncSession, delivery: EmailDelivery, *at: datetime) -> Letter | NotWritten:
        written.append(delivery.address)
        if len(written) == 1:
            raise ValueError("Ada")
        return await write_email(session, delivery, *at)

    monkeypatch.setattr(email_sending, "write_email", write)
    with capture_logs():
        assert await send_due_emails(tools) == 6
    told = await state_of(due)
    assert told.pop(str(written[0])) == ("failed", ["not_written"])
    assert {state for state, _ in told.values()} == {"sent"}
