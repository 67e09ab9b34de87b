"""A school day played end to end by three clients over HTTP, by the sandbox's clock."""

from typing import Any

from tests.attendance_days import mark, marks_seen, sessions_seen, submit
from tests.world import Party, World

TODAY, TOMORROW = "2026-11-24", "2026-11-25"


async def stand_at(party: Party, instant: str) -> None:
    moved = await party.http.put("/v1/sandbox/clock", json={"now": instant})
    assert moved.status_code == 200, moved.text


async def states_of(party: Party, day: str) -> dict[tuple[str, str], str]:
    """State by placement and session, as the party sees them."""
    found = await sessions_seen(party, on_date=day)
    return {(each["placement_id"], each["session"]): each["state"] for each in found}


async def outstanding(party: Party, day: str) -> dict[str, Any]:
    answer = await party.get("/v1/attendance-outstanding", on_date=day)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def events_of(party: Party, kind: str) -> list[dict[str, Any]]:
    answer = await party.get("/v1/events", types=kind, limit=200)
    assert answer.status_code == 200, answer.text
    return [event for event in answer.json()["items"] if event["type"] == kind]


async def test_a_day_on_time_missing_late_and_corrected(world: World) -> None:
    provider, school, council = world.provider, world.school, world.council
    prompt, tardy = await world.placement(starts_on=TODAY), await world.placement(starts_on=TODAY)

    await stand_at(provider, f"{TODAY}T08:55:00Z")
    posted = await submit(provider, mark(prompt, arrived_at="08:51"))
    assert (posted.json()["recorded_count"], posted.json()["rejected"]) == (1, [])
    assert (await states_of(school, TODAY))[prompt, "am"] == "received_on_time"
    assert (await outstanding(council, TODAY))["missing"] == 0

    await stand_at(council, f"{TODAY}T09:31:00Z")
    late = await outstanding(council, TODAY)
    assert late["missing"] == 1
    assert late["providers"][0]["sessions"] == [
        {"placement_id": tardy, "session": "am", "due_at": f"{TODAY}T09:30:00Z"}
    ]
    for party in (provider, school, council):
        [told] = await events_of(party, "attendance.missing")
        assert told["occurred_at"] == f"{TODAY}T09:30:00Z"
    assert await events_of(world.other_council, "attendance.missing") == []

    await stand_at(provider, f"{TODAY}T10:20:00Z")
    posted = await submit(provider, mark(tardy, fact="absent", reason="unknown"))
    assert posted.json()["accepted"][0]["suggested_code"] == "N"
    assert (await states_of(school, TODAY))[tardy, "am"] == "received_late"
    assert (await outstanding(council, TODAY))["missing"] == 0

    await stand_at(school, f"{TOMORROW}T08:50:00Z")
    corrected = await submit(provider, mark(tardy, fact="absent", reason="medical"))
    assert (corrected.json()["recorded_count"], corrected.json()["accepted"][0]["state"]) == (1, "corrected")
    assert (await states_of(school, TODAY))[tardy, "am"] == "received_late"
    [current] = await marks_seen(school, placement_id=tardy)
    assert (current["suggested_code"], current["supersedes_id"] is not None) == ("M", True)
    history = await marks_seen(school, placement_id=tardy, superseded=True)
    assert sorted(each["suggested_code"] for each in history) == ["M", "N"]
