"""A pupil on two rolls: dated periods with reasons, one of a pair for any day."""

from asyncio import gather
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from httpx import Response

from tests.ledger import Ledger
from tests.world import Party, World


async def register(world: World, party: Party, placement: str, **changes: Any) -> Response:
    body = {
        "placement_id": placement,
        "main_school_id": str(world.school.id),
        "subsidiary_id": str(world.provider.id),
        "from_on": "2026-11-02",
        "reason": "alternative_provision",
    }
    return await party.post("/v1/dual-registrations", body | changes)


async def registered(world: World, placement: str, **changes: Any) -> str:
    made = await register(world, world.school, placement, **changes)
    assert made.status_code == 201, made.text
    return made.headers["Location"]


@pytest.mark.parametrize("who", ["council", "school"])
async def test_the_placing_side_records_a_period_on_two_rolls(world: World, ledger: Ledger, who: str) -> None:
    placement = await world.placement()
    sessions = [{"weekday": "monday", "session": "am"}, {"weekday": "friday", "session": "pm"}]
    made = await register(world, getattr(world, who), placement, sessions=sessions, until_on="2026-12-18")
    assert made.status_code == 201, made.text
    path, body = made.headers["Location"], made.json()
    assert (body["state"], body["sessions"], body["until_on"]) == ("standing", sessions, "2026-12-18")
    for party in (world.council, world.school, world.provider):
        assert (await party.get(path)).json() == body
        for filters in ({"placement_id": placement}, {"pupil_id": body["pupil_id"]}, {"on_date": "2026-12-18"}):
            assert (await party.get("/v1/dual-registrations", **filters)).json()["items"] == [body]
    everybody = {world.council.id, world.school.id, world.provider.id}
    assert await ledger.told("dual-registration.recorded", path) == everybody
    for filters in ({"on_date": "2026-12-19"}, {"state": "withdrawn"}, {"changed_since": "2026-12-01T00:00:00Z"}):
        assert (await world.council.get("/v1/dual-registrations", **filters)).json()["items"] == []
    for stranger in (world.other_council, world.other_school, world.other_provider):
        assert (await stranger.get(path)).status_code == 404
        assert (await stranger.get("/v1/dual-registrations")).json()["items"] == []


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        pytest.param({"subsidiary_id": "school"}, "one_school_twice", id="one school"),
        pytest.param(
            {"main_school_id": "other_school", "subsidiary_id": "other_provider"}, "not_of_this_placement", id="strange"
        ),
        pytest.param({"until_on": "2026-11-01"}, "registration_backwards", id="backwards"),
    ],
)
async def test_what_cannot_be_is_refused(world: World, changes: dict[str, str], rule: str) -> None:
    placement = await world.placement()
    named = {k: str(getattr(world, v).id) if k.endswith("_id") else v for k, v in changes.items()}
    refusal = await register(world, world.school, placement, **named)
    assert (refusal.status_code, refusal.json()["rule"]) == (409, rule)


async def test_every_fault_of_a_body_is_named(world: World) -> None:
    placement = await world.placement()
    strange = await register(
        world, world.school, placement, main_school_id=str(uuid4()), subsidiary_id=str(world.council.id)
    )
    assert {each["pointer"] for each in strange.json()["errors"]} == {"/main_school_id", "/subsidiary_id"}
    twice = [{"weekday": "monday", "session": "am"}] * 2
    repeated = await register(world, world.school, placement, sessions=twice)
    assert [(e["pointer"], e["code"]) for e in repeated.json()["errors"]] == [("/sessions/1", "repeated")]
    assert (await register(world, world.school, placement, reason="because")).status_code == 422
    assert (await world.school.get("/v1/dual-registrations")).json()["items"] == []


async def test_only_the_placing_side_records(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    provider = await register(world, world.provider, placement)
    assert provider.json()["type"] == "/problems/wrong-kind-of-organisation"
    assert (await register(world, world.other_school, placement)).status_code == 404
    await ledger.watches(world.other_school.id, placement)
    assert (await register(world, world.other_school, placement)).json()["rule"] == "not_a_party"


async def test_a_pair_has_one_period_for_any_day(world: World) -> None:
    placement = await world.placement()
    both = await gather(register(world, world.school, placement), register(world, world.council, placement))
    assert sorted(each.status_code for each in both) == [201, 409]
    refusal = await register(world, world.school, placement, from_on="2027-06-01")
    assert refusal.json()["rule"] == "dual_registration_overlaps"
    assert (await register(world, world.school, placement, until_on="2026-11-01", from_on="2026-09-01")).is_success
    other_pair = await register(world, world.school, placement, subsidiary_id=str(world.other_school.id))
    assert other_pair.status_code == 201


async def test_the_database_keeps_periods_apart_that_a_caller_cannot_see(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    path = await registered(world, placement)
    later = {"starts_on": "2027-02-22", "planned_end_on": "2027-03-25"}
    pupil = (await world.school.get(path)).json()["pupil_id"]
    hidden = await world.council.post("/v1/placements", await world.proposal(pupil_id=pupil, **later))
    await ledger.sql("delete from placement_viewers where placement_id = :id", id=placement)
    refusal = await register(world, world.school, hidden.json()["id"])
    assert (refusal.status_code, refusal.json()["type"]) == (409, "/problems/conflict")
    assert "rule" not in refusal.json()


async def test_a_period_is_ended_moved_and_opened_again(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    path = await registered(world, placement)
    await ledger.stand_at(datetime(2026, 12, 1, 9, tzinfo=UTC))
    ended = await world.council.act(path, "ending", {"until_on": "2026-12-18"})
    assert (ended.status_code, ended.json()["until_on"]) == (200, "2026-12-18")
    assert await ledger.told("dual-registration.ended", path) == {world.council.id, world.school.id, world.provider.id}
    backwards = await world.council.act(path, "ending", {"until_on": "2026-11-01"})
    assert backwards.json()["rule"] == "registration_backwards"
    later = await registered(world, placement, from_on="2027-01-04")
    reopened = await world.school.act(path, "ending", {"until_on": None})
    assert reopened.json()["rule"] == "dual_registration_overlaps"
    assert (await world.school.act(later, "withdrawal", {"reason": "Wrong pupil"})).status_code == 200
    assert (await world.school.act(path, "ending", {"until_on": None})).json()["until_on"] is None
    since = await world.provider.get("/v1/dual-registrations", changed_since="2026-12-01T00:00:00Z")
    assert len(since.json()["items"]) == 2


async def test_what_was_withdrawn_stays_on_record_and_counts_no_more(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    path = await registered(world, placement)
    assert (await world.provider.act(path, "withdrawal", {"reason": "x"})).status_code == 403
    assert (await world.other_school.act(path, "withdrawal", {"reason": "x"})).status_code == 404
    gone = await world.council.act(path, "withdrawal", {"reason": "Recorded for the wrong pupil"})
    assert (gone.json()["state"], gone.json()["withdrawn_because"]) == ("withdrawn", "Recorded for the wrong pupil")
    again = await world.council.act(path, "ending", {"until_on": None})
    assert (again.status_code, again.json()["rule"]) == (409, "wrong_state")
    assert (await world.school.get("/v1/dual-registrations", on_date="2026-11-24")).json()["items"] == []
    assert (await register(world, world.school, placement)).status_code == 201
    assert await ledger.told("dual-registration.withdrawn", path) >= {world.provider.id}
