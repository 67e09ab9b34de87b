"""Who is told of an absconding, how, what the email says, and what happens when nobody answers."""

from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from app.outbox.jobs import Tools
from app.services.absconding_alerts_delivery import deliver_due
from app.settings import Settings
from tests.alerting import FOUND, PATH, SEEN, advance, carry, emails, keep_contacts, notification, raised, read
from tests.world import World

WORKER = {"role": "social_worker", "name": "S. Worker", "email": "s.worker@north.example", "told_alerts": True}
CALL = {"called_by": "S. Turner", "called_at": "2026-11-24T08:00:00Z"}


@pytest.fixture
def tools(app: FastAPI, settings: Settings) -> Tools:
    return Tools(app.state.worker_sessions, settings)


@pytest.fixture(autouse=True)
async def nothing_else_is_due(app: FastAPI) -> None:
    async with app.state.worker_sessions() as session:
        await session.execute(text("update alert_notifications set next_attempt_at = null"))
        await session.commit()


async def with_services(world: World, *contacts: dict[str, Any]) -> dict[str, Any]:
    placement = await world.placement()
    listed = await world.council.change("PUT", f"/v1/placements/{placement}/contacts", {"contacts": list(contacts)})
    assert listed.status_code == 200, listed.text
    answer = await world.provider.post(PATH, {"placement_id": placement, **SEEN})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def bodies(mails: list[dict[str, Any]]) -> list[str]:
    return [mail["body"] for mail in mails]


async def test_named_services_are_told_by_their_own_channel(world: World, tools: Tools) -> None:
    phoned = {"role": "youth_justice", "name": "Y. Justice", "phone": "0161 496 0009", "told_alerts": True}
    quiet = {"role": "other", "name": "N. Body", "email": "nobody@north.example"}
    alert = await with_services(world, WORKER, phoned, quiet)
    services = [n for n in alert["notifications"] if n["roles"] == ["named_service"]]
    assert sorted((n["contact_name"], n["channel"], n["phone"]) for n in services) == [
        ("S. Worker", "email", None),
        ("Y. Justice", "phone", "0161 496 0009"),
    ]
    await carry(tools, alert, "named_service")
    [mail] = [mail for mail in await emails(world.council) if mail["recipient"] == WORKER["email"]]
    assert "You are told as a service that is named for this child." in mail["body"]
    await advance(world, 60)
    after = {n["contact_name"]: n for n in (await read(world, alert))["notifications"]}
    assert (after["S. Worker"]["state"], after["S. Worker"]["escalations"]) == ("delivered", 0)
    assert (after["Y. Justice"]["state"], after["Y. Justice"]["escalations"]) == ("pending", 2)
    call = CALL | {"notification_id": after["Y. Justice"]["id"]}
    called = (await world.provider.post(f"{PATH}/{alert['id']}/calls", call)).json()
    assert {n["contact_name"]: n["state"] for n in called["notifications"]}["Y. Justice"] == "delivered"


async def test_a_log_number_is_the_answer_of_police_who_were_written_to(world: World, tools: Tools) -> None:
    own = (await world.council.get("/v1/contacts")).json()["contacts"]
    await keep_contacts(world.council, *own, {"role": "police", "email": "control@police.example"})
    alert = await raised(world)
    await carry(tools, alert, "police")
    await world.provider.post(f"{PATH}/{alert['id']}/calls", CALL | {"log_number": "GMP-412"})
    police = notification(await read(world, alert), "police")
    assert (police["state"], police["acknowledged_by"]) == ("acknowledged", "log number GMP-412")
    await advance(world, 60)
    assert notification(await read(world, alert), "police")["escalations"] == 0


async def test_the_number_of_police_without_an_address_is_given_to_the_provider(world: World) -> None:
    own = (await world.council.get("/v1/contacts")).json()["contacts"]
    await keep_contacts(world.council, *own, {"role": "police", "phone": "101"})
    police = notification(await raised(world), "police")
    assert (police["channel"], police["phone"]) == ("phone", "101")
    assert police["call_needed_at"] == police["created_at"]


async def test_a_school_that_no_email_reaches_may_still_acknowledge(world: World, tools: Tools) -> None:
    await keep_contacts(world.school, {"role": "head", "phone": "0161 496 0000"})
    alert = await raised(world)
    await carry(tools, alert, "host_school")
    mine = notification(await read(world, alert), "host_school")
    assert (mine["channel"], mine["phone"]) == ("phone", "0161 496 0000")
    path = f"{PATH}/{alert['id']}/notifications/{mine['id']}/acknowledgements"
    assert (await world.school.post(path, {"by": "R. Patel"})).status_code == 200


async def test_each_step_writes_to_more(world: World, tools: Tools) -> None:
    """Step 1: everybody at the organisation, and the provider of its call. Step 2: the other organisations too."""
    lead = {"role": "safeguarding_lead", "email": "dsl@hill.example"}
    await keep_contacts(world.school, lead, {"role": "head", "email": "head@hill.example"})
    alert = await raised(world)
    await deliver_due(tools)
    taken = f"{PATH}/{alert['id']}/notifications/{notification(alert, 'commissioner')['id']}/acknowledgements"
    await world.council.post(taken, {"by": "An officer"})
    assert [mail["recipient"] for mail in await emails(world.school)] == ["dsl@hill.example"]
    await advance(world, 5)
    await deliver_due(tools)
    [to_provider] = await emails(world.provider)
    assert to_provider["subject"] == "Urgent: a call about a pupil who has left has not been logged"
    assert "Please phone the police" in to_provider["body"]
    await advance(world, 10)
    await deliver_due(tools)
    again = (await emails(world.school))[1:]
    assert {mail["recipient"] for mail in again} == {"dsl@hill.example", "head@hill.example"}
    assert all(mail["subject"].startswith("Not yet in hand.") for mail in again)
    assert all("Hill School: written to; nobody has acknowledged." in body for body in bodies(again))
    assert all("The police: to be told by telephone, and no call has been logged." in body for body in bodies(again))
    assert all("Northshire" not in body for body in bodies(again))
    what = [each["what"] for each in (await read(world, alert))["timeline"]]
    assert what.count("notification_escalated") == 3  # the police twice, the school once


async def test_at_the_last_step_the_other_organisations_are_told(world: World, tools: Tools) -> None:
    alert = await raised(world)
    await deliver_due(tools)
    await world.provider.post(f"{PATH}/{alert['id']}/calls", CALL | {"log_number": "GMP-412"})
    await advance(world, 15)
    await deliver_due(tools)
    assert (len(await emails(world.school)), len(await emails(world.council))) == (2, 2)
    await advance(world, 15)
    await deliver_due(tools)
    assert (len(await emails(world.school)), len(await emails(world.council))) == (3, 3)
    await advance(world, 600)
    assert await deliver_due(tools) == 0
    after = await read(world, alert)
    assert notification(after, "host_school")["escalations"] == 2
    assert notification(after, "host_school")["escalated_at"] == "2026-11-24T08:15:00Z"


async def test_a_reminder_leaves_what_was_delivered_delivered(world: World, tools: Tools) -> None:
    alert = await raised(world)
    await deliver_due(tools)
    await advance(world, 15)
    await keep_contacts(world.school, {"role": "head", "phone": "0161 496 0000"})
    await deliver_due(tools)
    assert notification(await read(world, alert), "host_school")["state"] == "delivered"


async def test_an_email_says_when_the_child_was_found_meanwhile(world: World, tools: Tools) -> None:
    alert = await raised(world)
    await world.provider.act(f"{PATH}/{alert['id']}", "resolution", FOUND)
    await carry(tools, alert, "host_school")
    [body] = bodies(await emails(world.school))
    assert "Found since: 08:00 on Tuesday 24 November 2026, safe." in body


async def test_a_second_alert_within_minutes_is_told_and_says_that_it_may_be_the_same(
    world: World, tools: Tools
) -> None:
    body = {"placement_id": await world.placement(), **SEEN}
    first = (await world.provider.post(PATH, body)).json()
    again = (await world.provider.post(PATH, body)).json()
    assert (first["repeats_id"], again["repeats_id"]) == (None, first["id"])
    assert again["flags"] == ["may_repeat"]
    await carry(tools, again, "host_school")
    [mail] = bodies(await emails(world.school))
    assert f"the one reported at 08:00 on Tuesday 24 November 2026 ({first['id']})" in mail
    await world.provider.act(f"{PATH}/{first['id']}", "resolution", FOUND)
    await world.provider.act(f"{PATH}/{again['id']}", "resolution", FOUND)
    third = (await world.provider.post(PATH, body)).json()
    assert (third["repeats_id"], third["flags"]) == (None, [])
