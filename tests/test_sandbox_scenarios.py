"""Scenarios of a sandbox: a missed deadline, an absconding and the eve of a half-term's end, each in one call."""

from typing import Any

import pytest

from tests.ledger import Ledger
from tests.world import TIMETABLE, Party, World

SCENARIOS = "/v1/sandbox/scenarios"


async def play(party: Party, scenario: str, **members: Any) -> Any:
    return await party.post(SCENARIOS, {"scenario": scenario, **members})


async def two_providers(world: World) -> tuple[str, str]:
    """Two placements with sessions ahead, each with a provider of its own."""
    calendar = await world.calendar()
    late = await world.placement(calendar_id=calendar)
    body = await world.proposal(calendar_id=calendar, provider_id=str(world.other_provider.id))
    proposed = await world.council.post("/v1/placements", body)
    accepted = await world.other_provider.act(proposed.headers["Location"], "acceptance")
    assert accepted.status_code == 200, accepted.text
    return late, str(accepted.json()["id"])


async def test_one_provider_misses_the_deadline_and_the_others_do_not(world: World) -> None:
    late, other = await two_providers(world)
    played = await play(world.council, "provider_misses_deadline", placement_id=late)
    assert played.status_code == 200, played.text
    assert played.json() == {
        "scenario": "provider_misses_deadline",
        "now": "2026-11-24T09:31:00Z",
        "placement_id": late,
        "provider_id": str(world.provider.id),
        "alert_id": None,
        "reported_count": 1,
        "ends_on": None,
    }
    outstanding = (await world.council.get("/v1/attendance-outstanding")).json()
    assert [(each["provider_id"], each["missing"]) for each in outstanding["providers"]] == [
        (str(world.provider.id), 1)
    ]
    mark = (await world.council.get("/v1/attendance-marks", placement_id=other)).json()["items"][0]
    assert (mark["fact"], mark["on_date"], mark["session"]) == ("present", "2026-11-24", "am")
    told = (await world.school.get("/v1/events", types="attendance.missing")).json()["items"]
    assert len(told) == 1
    assert str(world.provider.id) in told[0]["resource"]
    (email,) = (await world.council.get("/v1/sandbox/emails")).json()["items"]
    assert "- Meadow Farm: 1 session, due 09:30; no telephone number known" in email["body"]


async def test_an_act_for_another_is_audited_as_that_one(world: World, ledger: Ledger) -> None:
    late, other = await two_providers(world)
    await play(world.council, "provider_misses_deadline", placement_id=late)
    entries = await ledger.sql(
        "select organisation_id, array_to_string(placement_ids, ' ') from audit_entries"
        " where operation = 'play_scenario' and organisation_id = any(:parties)",
        parties=[party.id for party in world.parties],
    )
    assert set(entries) == {(world.other_provider.id, other), (world.council.id, late)}


async def test_a_pupil_absconds_at_twenty_to_eleven(world: World) -> None:
    placement = await world.placement()
    played = (await play(world.school, "pupil_absconds")).json()
    assert (played["now"], played["placement_id"]) == ("2026-11-24T10:40:00Z", placement)
    alert = (await world.school.get(f"/v1/absconding-alerts/{played['alert_id']}")).json()
    assert (alert["state"], alert["last_seen_at"], alert["flags"]) == ("raised", "2026-11-24T10:40:00Z", [])
    assert alert["raised_by_id"] == str(world.provider.id)


async def test_the_half_term_ends_tomorrow(world: World) -> None:
    placement = await world.placement()
    played = (await play(world.council, "half_term_ends_tomorrow")).json()
    assert (played["now"], played["ends_on"]) == ("2026-12-17T08:50:00Z", "2026-12-18")
    notice = {"placement_id": placement, "effective_on": played["ends_on"], "reason": "Returns to school"}
    given = await world.council.post("/v1/termination-notices", notice)
    assert given.status_code == 201, given.text


async def test_a_second_play_goes_on_from_the_first(world: World) -> None:
    await two_providers(world)
    times = [(await play(world.council, "provider_misses_deadline")).json()["now"] for _ in range(3)]
    assert times == ["2026-11-24T09:31:00Z", "2026-11-25T09:31:00Z", "2026-11-26T09:31:00Z"]


async def test_a_scenario_needs_a_placement_with_a_morning_ahead(world: World) -> None:
    afternoons = [slot for slot in TIMETABLE if slot["session"] == "pm"]
    await world.placement(timetable=afternoons, pattern="part_time")
    refused = await play(world.council, "pupil_absconds")
    assert refused.status_code == 409
    assert "morning ahead" in refused.json()["detail"]


async def test_a_stranger_plays_with_no_placement_of_others(world: World) -> None:
    placement = await world.placement()
    refused = await play(world.other_council, "pupil_absconds", placement_id=placement)
    assert refused.status_code == 404
    assert (await world.council.get("/v1/absconding-alerts")).json()["items"] == []
    assert (await world.council.get("/v1/sandbox/clock")).json()["now"] == "2026-11-24T08:00:00Z"


@pytest.mark.parametrize("body", [{}, {"scenario": "fire"}, {"scenario": "pupil_absconds", "placement_id": 5}])
async def test_a_malformed_play_changes_nothing(world: World, body: object) -> None:
    assert (await world.council.post(SCENARIOS, body)).status_code == 422
    assert (await world.council.get("/v1/sandbox/clock")).json()["now"] == "2026-11-24T08:00:00Z"
