"""The first school mornings after the clocks change, of a calendar that is open on those Mondays."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from app.db.embedded_database import Addresses
from tests.world import TIMETABLE, World, make_world

OPEN: dict[str, Any] = {
    "name": "Open on those Mondays",
    "half_terms": [
        {"term": "autumn", "half": 1, "first": "2026-09-03", "last": "2026-10-30"},
        {"term": "spring", "half": 2, "first": "2027-02-22", "last": "2027-04-09"},
    ],
}
SECOND = timedelta(seconds=1)


@pytest.fixture(params=["2026-10-22", "2027-03-25"], ids=["October", "March"])
async def before(request: pytest.FixtureRequest, app: FastAPI, database: Addresses) -> AsyncIterator[tuple[World, str]]:
    """A world on the Thursday before, and that day."""
    stands_at = datetime.fromisoformat(f"{request.param}T08:00:00+00:00")
    async with make_world(app, database.owner, stands_at) as made:
        yield made, request.param


async def move(world: World, to: datetime) -> None:
    moved = await world.council.http.put("/v1/sandbox/clock", json={"now": to.isoformat()})
    assert moved.status_code == 200, moved.text


async def placed(world: World, thursday: str) -> str:
    calendar = (await world.council.post("/v1/calendars", OPEN)).json()["id"]
    last = "2026-10-30" if thursday < "2027" else "2027-04-09"
    return await world.placement(calendar_id=calendar, starts_on=thursday, planned_end_on=last)


def deadline(monday: str) -> datetime:
    """09:30 in London: winter time after October's change, summer time after March's."""
    return datetime.fromisoformat(f"{monday}T{'09' if monday < '2027' else '08'}:30:00").replace(tzinfo=UTC)


async def test_half_past_nine_is_londons(before: tuple[World, str]) -> None:
    world, thursday = before
    placement = await placed(world, thursday)
    friday, sunday, monday = (
        (datetime.fromisoformat(thursday) + timedelta(days=days)).date().isoformat() for days in (1, 3, 4)
    )
    due = deadline(monday)
    week = (await world.council.get("/v1/expected-sessions", **{"from": friday, "to": monday})).json()["items"]
    assert [(each["on_date"], each["session"]) for each in week] == [
        (day, part) for day in (friday, monday) for part in ("am", "pm")
    ]
    hour = 3600 if monday < "2027" else -3600
    gap = datetime.fromisoformat(week[2]["due_at"]) - datetime.fromisoformat(week[0]["due_at"])
    assert (gap - timedelta(days=3)).total_seconds() == hour
    assert (await world.provider.get("/v1/daily-roll", on_date=sunday)).json()["items"] == []
    for at, state, missing in ((due - SECOND, "expected", 0), (due, "expected", 0), (due + SECOND, "missing", 1)):
        await move(world, at)
        [entry] = (await world.provider.get("/v1/daily-roll")).json()["items"]
        am = entry["sessions"][0]
        assert (datetime.fromisoformat(am["due_at"]), am["starts_at"], am["state"]) == (due, "09:00", state)
        outstanding = (await world.council.get("/v1/attendance-outstanding")).json()
        assert (outstanding["on_date"], outstanding["expected"], outstanding["missing"]) == (monday, 2, missing)
        told = (await world.council.get("/v1/events", types="attendance.missing", limit=200)).json()["items"]
        assert len([each for each in told if f"on_date={monday}" in each["resource"]]) == missing
    marked = {"placement_id": placement, "on_date": monday, "session": "am", "fact": "present"}
    assert (await world.provider.post("/v1/attendance-submissions", {"rows": [marked]})).json()["accepted"]
    [shown] = (await world.council.get("/v1/expected-sessions", state="received_late")).json()["items"]
    assert datetime.fromisoformat(shown["first_received_at"]) == due + SECOND


async def test_a_timetable_changed_at_twenty_past_nine_moves_the_deadline(before: tuple[World, str]) -> None:
    world, thursday = before
    placement = await placed(world, thursday)
    monday = (datetime.fromisoformat(thursday) + timedelta(days=4)).date().isoformat()
    due = deadline(monday)
    await move(world, due - timedelta(minutes=10))
    late = [slot | {"starts_at": "09:45"} if slot["session"] == "am" else slot for slot in TIMETABLE]
    body = {"applies_from": monday, "slots": late}
    assert (await world.provider.act(f"/v1/placements/{placement}", "timetables", body)).status_code == 201
    for at, state in ((due + SECOND, "expected"), (due + timedelta(minutes=45, seconds=1), "missing")):
        await move(world, at)
        [am] = [e for e in (await world.council.get("/v1/expected-sessions")).json()["items"] if e["session"] == "am"]
        assert (datetime.fromisoformat(am["due_at"]), am["state"]) == (due + timedelta(minutes=45), state)
    told = (await world.council.get("/v1/events", types="attendance.missing", limit=200)).json()["items"]
    assert len([each for each in told if f"on_date={monday}" in each["resource"]]) == 1
