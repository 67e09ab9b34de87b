"""A sandbox's clock, and what happens because it is moved."""

import asyncio
from datetime import UTC, date, datetime
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from app.access.permission import operations
from app.db.embedded_database import Addresses
from app.main import create_app
from app.models.absconding import Mail
from app.rules.calendars import SchoolSession
from app.rules.placements import PlacementState
from app.settings import Settings
from tests.placing import TUESDAY, WEDNESDAY, expect, owner_session, place, publish_calendar, request_suspension
from tests.world import Party, World

CLOCK = "/v1/sandbox/clock"
ADVANCE = "/v1/sandbox/clock/advance"


async def put(party: Party, now: str) -> Any:
    return await party.http.put(CLOCK, json={"now": now})


async def events_of(database: Addresses, party: Party) -> list[tuple[str, str, datetime]]:
    """What the party's feed holds, in its order."""
    async with owner_session(database.owner) as session:
        found = await session.execute(
            text(
                "select e.type, e.resource, e.occurred_at from event_audiences a join events e on e.id = a.event_id"
                " where a.organisation_id = :id order by a.txid, a.seq"
            ),
            {"id": party.id},
        )
        return [(row.type, row.resource, row.occurred_at) for row in found]


async def test_the_clock_is_one_for_the_whole_sandbox(world: World) -> None:
    assert (await world.council.get(CLOCK)).json() == {"now": "2026-11-24T08:00:00Z", "stands_still": True}
    moved = await put(world.council, "2026-11-24T10:31:00+01:00")
    assert moved.status_code == 200, moved.text
    assert moved.json() == {"now": "2026-11-24T09:31:00Z", "stands_still": True}
    assert (await world.other_provider.get("/v1/me")).json()["now"] == "2026-11-24T09:31:00Z"


async def test_the_clock_only_moves_forward(world: World) -> None:
    refused = await put(world.council, "2026-11-24T07:59:59Z")
    assert refused.status_code == 409
    assert "only moves forward" in refused.json()["detail"]
    assert "`make clean`, then `make run`" in refused.json()["detail"]
    assert (await world.council.get(CLOCK)).json()["now"] == "2026-11-24T08:00:00Z"
    assert (await put(world.council, "2026-11-24T08:00:00Z")).status_code == 200


async def test_the_clock_is_not_moved_further_than_a_term(world: World) -> None:
    refused = await put(world.council, "2027-11-24T08:00:00Z")
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["code"] == "too_far"
    assert (await world.council.get(CLOCK)).json()["now"] == "2026-11-24T08:00:00Z"


@pytest.mark.parametrize(
    "body",
    [{}, {"seconds": 5, "until": "next_school_morning"}, {"seconds": "5"}, {"seconds": 0}, {"until": "tomorrow"}],
    ids=["nothing", "both", "text for a number", "no time at all", "an unknown moment"],
)
async def test_a_malformed_advance_changes_nothing(world: World, body: object) -> None:
    assert (await world.council.post(ADVANCE, body)).status_code == 422
    assert (await world.council.get(CLOCK)).json()["now"] == "2026-11-24T08:00:00Z"


async def test_an_advance_repeated_with_its_key_moves_the_clock_once(world: World) -> None:
    first = await world.school.post(ADVANCE, {"seconds": 1800}, key="half-an-hour")
    again = await world.school.post(ADVANCE, {"seconds": 1800}, key="half-an-hour")
    assert first.json() == again.json() == {"now": "2026-11-24T08:30:00Z", "stands_still": True}
    assert again.headers["Idempotent-Replayed"] == "true"


async def test_two_advances_at_once_add_up(world: World) -> None:
    answers = await asyncio.gather(*(party.post(ADVANCE, {"seconds": 60}) for party in world.parties[:4]))
    assert [a.status_code for a in answers] == [200] * 4
    assert sorted(a.json()["now"] for a in answers) == [f"2026-11-24T08:0{n}:00Z" for n in (1, 2, 3, 4)]


async def test_the_next_school_morning_is_on_an_open_pupil_day(world: World, database: Addresses) -> None:
    to_morning = {"until": "next_school_morning"}
    refused = await world.council.post(ADVANCE, to_morning)
    assert refused.status_code == 409
    async with owner_session(database.owner) as session:
        await publish_calendar(session, world, WEDNESDAY, date(2026, 11, 26))
    answers = [(await world.council.post(ADVANCE, to_morning)).json()["now"] for _ in range(3)]
    assert answers == ["2026-11-24T08:50:00Z", "2026-11-27T08:50:00Z", "2026-11-30T08:50:00Z"]


async def test_a_morning_that_nobody_sent_in_is_told_once(world: World, database: Addresses) -> None:
    async with owner_session(database.owner) as session:
        calendar = await publish_calendar(session, world)
        first, second = [await place(session, world, calendar) for _ in range(2)]
        for each in (first, second):
            await expect(session, each, world.provider)
            await expect(session, each, world.provider, which=SchoolSession.PM)
        received, waived = [await place(session, world, calendar, provider=world.other_provider) for _ in range(2)]
        await expect(session, received, world.other_provider, received_at=datetime(2026, 11, 24, 9, 0, tzinfo=UTC))
        await expect(session, waived, world.other_provider, waived_by="suspension")
        proposed = await place(session, world, calendar, state=PlacementState.PROPOSED)
        await expect(session, proposed, world.provider)
    missing = (
        "attendance.missing",
        f"/v1/expected-sessions?on_date={TUESDAY}&provider_id={world.provider.id}&state=missing",
        datetime(2026, 11, 24, 9, 30, tzinfo=UTC),
    )
    await put(world.council, "2026-11-24T09:30:00Z")
    assert missing not in await events_of(database, world.school)
    await put(world.council, "2026-11-24T09:31:00Z")
    await put(world.council, "2026-11-24T09:32:00Z")
    for reader in (world.school, world.council, world.provider):
        told = await events_of(database, reader)
        assert [event for event in told if event[0] == "attendance.missing"] == [missing]
    assert await events_of(database, world.other_council) == []
    assert "attendance.missing" not in [event[0] for event in await events_of(database, world.other_provider)]


async def test_a_day_is_told_in_its_order_however_large_the_step(world: World, database: Addresses) -> None:
    async with owner_session(database.owner) as session:
        calendar = await publish_calendar(session, world)
        placement = await place(session, world, calendar, starts_on=WEDNESDAY, ends_on=WEDNESDAY)
        await expect(session, placement, world.provider, WEDNESDAY)
        await expect(session, placement, world.provider, WEDNESDAY, SchoolSession.PM)
        suspension = await request_suspension(session, placement, world.provider, WEDNESDAY)
    await put(world.council, "2026-11-27T08:00:00Z")
    told = await events_of(database, world.school)
    assert [(kind, at.isoformat()) for kind, _, at in told] == [
        ("placement.started", "2026-11-25T00:00:00+00:00"),
        ("suspension.lapsed", "2026-11-25T09:00:00+00:00"),
        ("attendance.missing", "2026-11-25T09:30:00+00:00"),
        ("attendance.missing", "2026-11-25T13:30:00+00:00"),
        ("placement.ended", "2026-11-26T00:00:00+00:00"),
        ("clock.overdue", "2026-11-27T00:00:00+00:00"),
        ("progress-report.overdue", "2026-11-27T00:00:00+00:00"),
    ]
    await put(world.council, "2026-11-28T08:00:00Z")
    assert await events_of(database, world.school) == told
    async with owner_session(database.owner) as session:
        state = await session.execute(text("select state, version from suspensions where id = :id"), {"id": suspension})
        assert state.one() == ("lapsed", 2)
        version = await session.execute(text("select version from placements where id = :id"), {"id": placement})
        assert version.scalar_one() == 3


async def test_a_suspension_stands_until_its_first_session_begins(world: World, database: Addresses) -> None:
    async with owner_session(database.owner) as session:
        placement = await place(session, world, await publish_calendar(session, world))
        await expect(session, placement, world.provider)
        await request_suspension(session, placement, world.provider, TUESDAY)
    await put(world.council, "2026-11-24T08:59:59Z")
    assert "suspension.lapsed" not in [event[0] for event in await events_of(database, world.provider)]
    await put(world.council, "2026-11-24T09:00:00Z")
    assert "suspension.lapsed" in [event[0] for event in await events_of(database, world.provider)]


async def test_moving_the_clock_moves_neither_credentials_nor_audit(world: World, database: Addresses) -> None:
    for month in ("2027-02-20", "2027-05-20", "2027-08-15"):
        assert (await put(world.council, f"{month}T08:00:00Z")).status_code == 200
    async with owner_session(database.owner) as session:
        found = await session.execute(
            text("select max(at) < now() + interval '1 minute' from audit_entries where organisation_id = :id"),
            {"id": world.council.id},
        )
        assert found.scalar_one() is True
    assert (await world.council.get("/v1/me")).status_code == 200


async def test_an_organisation_reads_its_own_caught_mails(world: World, app: FastAPI) -> None:
    async with app.state.worker_sessions() as session:
        for party in (world.school, world.council):
            session.add(
                Mail(
                    organisation_id=party.id,
                    recipient="dsl@example.org",
                    subject=f"To {party.name}",
                    body="A pupil left.",
                    at=datetime(2026, 11, 24, 8, 0, tzinfo=UTC),
                )
            )
        await session.commit()
    mails = (await world.school.get("/v1/sandbox/emails")).json()["items"]
    assert [(m["subject"], m["recipient"], m["at"]) for m in mails] == [
        ("To Hill School", "dsl@example.org", "2026-11-24T08:00:00Z")
    ]
    later = await world.school.get("/v1/sandbox/emails", since="2026-11-24T08:00:01Z")
    assert later.json()["items"] == []


def test_a_live_service_has_no_clock_to_move(settings: Settings) -> None:
    secrets = {
        "environment": "live",
        "key_pepper": "p" * 64,
        "cursor_secret": "c" * 64,
        "token_secrets": {"sandbox": "t" * 64},
        "webhook_keys": {"sandbox": "w" * 64},
        "token_issuer": "https://waymark.example.org",
        "smtp_url": "smtps://mail.example.org",
        "mail_from": "alerts@example.org",
    }
    live = create_app(Settings(**{**settings.model_dump(), **secrets}))
    assert not [route for route in operations(live) if "sandbox" in str(route.path_format)]
    assert live.state.worker_sessions is None
