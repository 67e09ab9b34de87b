"""What the tests of emails share: children placed by name, a clock moved to a time of day, and the emails it caught."""

from datetime import UTC, datetime
from typing import Any

from tests.world import HOURS, Party, World

DELIVERIES = "/v1/email-deliveries"
SETTINGS = "/v1/notification-settings"
DAILY = {"on": True, "addresses": [], "morning_at": "09:45", "afternoon_at": "14:15"}
LIST = {"on": True, "addresses": [], "at": "09:31"}
MORNINGS = [{"weekday": day, "session": "am", **HOURS["am"]} for day in ("tuesday", "wednesday")]


async def placed(
    world: World, name: str, provider: Party | None = None, school: Party | None = None, **changes: Any
) -> str:
    """The id of a placement by the council of a child of this name, accepted; mornings of two weekdays."""
    given, family = name.split(" ", 1)
    child = {"given_name": given, "family_name": family, "date_of_birth": "2012-03-04"}
    pupil = (await world.council.post("/v1/pupils", child)).json()["id"]
    provider = provider or world.provider
    body = await world.proposal(
        **{
            "pupil_id": pupil,
            "provider_id": str(provider.id),
            "host_school_id": str((school or world.school).id),
            "timetable": MORNINGS,
            **changes,
        }
    )
    path = (await world.council.post("/v1/placements", body)).headers["Location"]
    accepted = await provider.act(path, "acceptance")
    assert accepted.status_code == 200, accepted.text
    return str(accepted.json()["id"])


async def clock(world: World, at: str, day: int = 24) -> None:
    """Moves the clock to a time of day of a day of November 2026, when London's clock is UTC's."""
    hour, minute = at.split(":")
    instant = datetime(2026, 11, day, int(hour), int(minute), tzinfo=UTC)
    moved = await world.council.http.put("/v1/sandbox/clock", json={"now": instant.isoformat()})
    assert moved.status_code == 200, moved.text


async def emails(party: Party) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await party.get("/v1/sandbox/emails")).json()["items"]
    return items


async def subjects(party: Party) -> list[str]:
    return [f"{each['at'][11:16]} {each['subject']}" for each in await emails(party)]


async def deliveries(party: Party, **filters: Any) -> list[dict[str, Any]]:
    answer = await party.get(DELIVERIES, **filters)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def wants(
    party: Party, daily: dict[str, Any] | None = None, missing: dict[str, Any] | None = None, **more: Any
) -> None:
    body = {"daily_attendance": DAILY | (daily or {}), "missing_list": LIST | (missing or {}), **more}
    answer = await party.change("PUT", SETTINGS, body)
    assert answer.status_code == 200, answer.text
