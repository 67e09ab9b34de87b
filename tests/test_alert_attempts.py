"""Every attempt to tell somebody is visible, goes on until it succeeds, and holds up no other."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import text

from app.db.embedded_database import Addresses
from app.outbox.tools import Tools
from app.services import absconding_alerts_delivery as delivery
from app.services.absconding_alerts_attempts import claim_attempts, renew_claims
from app.services.absconding_alerts_delivery import Round, deliver_due
from app.settings import Settings
from tests.alerting import (
    FOUND,
    PATH,
    advance,
    attempts,
    carry,
    due_emails,
    emails,
    keep_contacts,
    mail_server,
    make_due,
    notification,
    raised,
    read,
    through,
)
from tests.placing import owner_session
from tests.test_absconding_alerts import broken, refuse
from tests.world import World

NOWHERE = "smtp://127.0.0.1:1"
LEAD = {"role": "safeguarding_lead", "name": "R. Patel"}


@pytest.fixture
def tools(app: FastAPI, settings: Settings) -> Tools:
    return Tools(app.state.worker_sessions, settings)


@pytest.fixture(autouse=True)
async def nothing_else_is_due(app: FastAPI) -> None:
    async with app.state.worker_sessions() as session:
        await session.execute(text("update alert_notifications set next_attempt_at = null"))
        await session.commit()


async def test_each_attempt_is_listed_with_whom_when_and_its_result(
    world: World, tools: Tools, database: Addresses
) -> None:
    await keep_contacts(world.school, LEAD | {"email": "dead-1@hill.example"})
    alert = await raised(world)
    async with mail_server(refused=["dead"]) as (url, taken):
        for _ in range(2):
            await make_due(database, alert)
            await deliver_due(through(tools, url))
    assert len(taken) == 1
    school, council = notification(alert, "host_school")["id"], notification(alert, "commissioner")["id"]
    for party in (world.provider, world.school, world.council):
        found = await attempts(party, alert)
        assert {(a["notification_id"], a["number"], a["result"]) for a in found} == {
            (council, 1, "sent"),
            (school, 1, "address_refused"),
            (school, 2, "address_refused"),
        }
    mine = await attempts(world.school, alert, notification_id=school)
    assert [(a["sent_to"], a["contact_role"], a["organisation_id"]) for a in mine] == [
        ("d…@hill.example", "safeguarding_lead", str(world.school.id))
    ] * 2
    assert all(a["began_at"] == a["ended_at"] == "2026-11-24T08:00:00Z" for a in mine)
    assert (await world.other_school.get(f"{PATH}/{alert['id']}/attempts")).status_code == 404
    assert notification(await read(world, alert), "host_school")["attempts"] == 2


async def test_all_safeguarding_leads_are_written_to_and_one_that_is_reached_is_enough(
    world: World, tools: Tools, database: Addresses
) -> None:
    leads = [LEAD | {"email": f"{name}@hill.example"} for name in ("dead", "alive")]
    head = {"role": "head", "email": "head@hill.example"}
    await keep_contacts(world.school, *leads, head)
    alert = await raised(world)
    async with mail_server(refused=["dead"]) as (url, taken):
        await carry(through(tools, url), alert, "host_school")
        await make_due(database, alert)
        await carry(through(tools, url), alert, "host_school")
    assert taken == ["alive@hill.example"]
    assert {a["result"] for a in await attempts(world.school, alert)} == {"sent", "address_refused"}
    assert notification(await read(world, alert), "host_school")["state"] == "delivered"


@pytest.mark.parametrize(
    ("server", "result"),
    [
        pytest.param({"dies": True}, "mail_server_unreachable", id="dies in the middle of the message"),
        pytest.param({"refused": ["dsl"]}, "address_refused", id="refuses the address"),
        pytest.param({"hanging": ["dsl"]}, "timed_out", id="hangs"),
    ],
)
async def test_a_mail_server_that_fails_is_tried_again(
    world: World, tools: Tools, monkeypatch: pytest.MonkeyPatch, server: dict[str, Any], result: str
) -> None:
    monkeypatch.setattr(delivery, "SEND_SECONDS", 0.2)
    alert = await raised(world)
    async with mail_server(**server) as (url, taken):
        await carry(through(tools, url), alert, "host_school")
    assert taken == []
    told = notification(await read(world, alert), "host_school")
    assert (told["state"], told["last_result"], told["attempts"]) == ("failed", result, 1)
    what = [entry["what"] for entry in (await read(world, alert))["timeline"]]
    assert what == ["last_seen", "raised", "notification_failed"]


async def _delivered_to_the_commissioner(world: World, alerts: list[dict[str, Any]]) -> None:
    async with asyncio.timeout(5):
        for alert in alerts:
            while notification(await read(world, alert), "commissioner")["state"] != "delivered":  # noqa: ASYNC110
                await asyncio.sleep(0.01)


async def test_one_that_hangs_delays_no_other(world: World, tools: Tools) -> None:
    await keep_contacts(world.school, LEAD | {"email": "hanging@hill.example"})
    alerts = [await raised(world) for _ in range(5)]
    async with mail_server(hanging=["hanging"]) as (url, taken):
        sweep = asyncio.create_task(deliver_due(through(tools, url)))
        await _delivered_to_the_commissioner(world, alerts)
        assert len(taken) == len(alerts)
        sweep.cancel()
        await asyncio.gather(sweep, return_exceptions=True)


async def test_what_hangs_for_one_organisation_takes_no_more_than_its_share(
    world: World, tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "MOST_TO_ONE", 2)
    await keep_contacts(world.school, LEAD | {"email": "hanging@hill.example"})
    alerts = [await raised(world) for _ in range(3)]
    async with mail_server(hanging=["hanging"]) as (url, _):
        round_ = Round(through(tools, url))
        assert await round_.take_up() == 6
        await _delivered_to_the_commissioner(world, alerts)
        await raised(world)
        assert await round_.take_up() == 1  # to the council
        await round_.drain(0)


async def test_a_flood_of_one_provider_waits_its_turn(world: World, tools: Tools) -> None:
    await raised(world)
    for _ in range(4):
        await raised(world)
    other = await world.council.post("/v1/placements", await world.proposal(provider_id=str(world.other_provider.id)))
    await world.other_provider.act(other.headers["Location"], "acceptance")
    alert = (await world.other_provider.post(PATH, {"placement_id": other.json()["id"]})).json()
    async with tools.sessions() as session:
        first = await claim_attempts(session, lease=timedelta(seconds=4), most=4)
    assert {claim.notification_id for claim in first} & set(due_emails(alert))


async def test_a_worker_that_was_killed_is_replaced_when_its_claim_runs_out(
    world: World, tools: Tools, database: Addresses
) -> None:
    alert = await raised(world)
    async with tools.sessions() as session:
        killed = await claim_attempts(session, lease=timedelta(seconds=60), most=10)
        await session.commit()
    assert {claim.notification_id for claim in killed} == set(due_emails(alert))
    assert await deliver_due(tools) == 0
    async with owner_session(database.owner) as session:
        await session.execute(text("update alert_notifications set claimed_until = now() where claimed_until > now()"))
    assert await deliver_due(tools) == 2
    assert len(await emails(world.school)) == 1
    assert [a["number"] for a in await attempts(world.school, alert)] == [2, 2]


async def test_a_claim_is_the_claimers_for_as_long_as_it_is_renewed(world: World, tools: Tools) -> None:
    alert = await raised(world)
    async with tools.sessions() as session:
        await claim_attempts(session, lease=timedelta(0), most=10)
        await renew_claims(session, due_emails(alert), timedelta(seconds=60))
        assert await claim_attempts(session, lease=timedelta(0), most=10) == []


async def test_an_attempt_that_was_cut_off_is_shown_as_interrupted(
    world: World, tools: Tools, database: Addresses
) -> None:
    await keep_contacts(world.school, LEAD | {"email": "hanging@hill.example"})
    alert = await raised(world)
    async with mail_server(hanging=["hanging"]) as (url, _):
        round_ = Round(through(tools, url))
        await round_.take_up(UUID(notification(alert, "host_school")["id"]))
        await asyncio.sleep(0.1)
        [under_way] = await attempts(world.school, alert)
        assert (under_way["result"], under_way["ended_at"]) == (None, None)
        await round_.drain(0)
    await make_due(database, alert)
    await carry(tools, alert, "host_school")
    assert [a["result"] for a in await attempts(world.school, alert)] == ["interrupted", "sent"]


async def test_emails_that_go_on_failing_become_a_call_and_are_tried_beside_it(
    world: World, tools: Tools, database: Addresses
) -> None:
    await keep_contacts(world.school, LEAD | {"email": "dsl@hill.example", "phone": "0161 496 0000"})
    alert = await raised(world)
    for _ in range(5):
        await make_due(database, alert)
        await carry(through(tools, NOWHERE), alert, "host_school")
    told = notification(await read(world, alert), "host_school")
    assert (told["channel"], told["state"], told["phone"]) == ("email", "failed", "0161 496 0000")
    assert told["call_needed_at"] == "2026-11-24T08:00:00Z"
    feed = [e["type"] for e in (await world.provider.get("/v1/events")).json()["items"]]
    assert feed.count("absconding-alert.call-needed") == 1
    await make_due(database, alert)
    await carry(tools, alert, "host_school")
    assert notification(await read(world, alert), "host_school")["state"] == "delivered"


async def test_nothing_more_is_tried_once_an_alert_is_closed(world: World, tools: Tools, database: Addresses) -> None:
    alert = await raised(world)
    await carry(through(tools, NOWHERE), alert)
    await world.school.act(f"{PATH}/{alert['id']}", "resolution", FOUND)
    await world.school.act(f"{PATH}/{alert['id']}", "closure", {"note": "Home"})
    await make_due(database, alert)
    assert await deliver_due(tools) == 0
    await advance(world, 1)  # the duties forget what is settled
    async with owner_session(database.owner) as session:
        due = text("select count(*) from alert_notifications where alert_id = :id and next_attempt_at is not null")
        assert (await session.execute(due, {"id": UUID(alert["id"])})).scalar_one() == 0


async def test_an_outcome_that_cannot_be_noted_takes_no_other_with_it(
    world: World, tools: Tools, database: Addresses
) -> None:
    alert = await raised(world)
    async with broken(database, *refuse("mails")):
        assert await deliver_due(tools) == 2
    told = notification(await read(world, alert), "host_school")
    assert (told["state"], told["last_result"]) == ("failed", "not_noted")
    await make_due(database, alert)
    assert await deliver_due(tools) == 2
    assert notification(await read(world, alert), "host_school")["state"] == "delivered"


async def test_a_notification_that_cannot_be_read_is_tried_again(
    world: World, tools: Tools, database: Addresses
) -> None:
    alert = await raised(world)
    async with broken(database, "alter table contacts rename to away", "alter table away rename to contacts"):
        await deliver_due(tools)
    told = notification(await read(world, alert), "host_school")
    assert (told["state"], told["last_result"], told["attempts"]) == ("failed", "not_read", 1)


async def test_without_a_mail_server_a_live_service_says_so(world: World, tools: Tools) -> None:
    alert = await raised(world)
    live = {"environment": "live", "smtp_url": SecretStr("")}
    await carry(Tools(tools.sessions, tools.settings.model_copy(update=live)), alert, "host_school")
    assert notification(await read(world, alert), "host_school")["last_result"] == "email_not_configured"
