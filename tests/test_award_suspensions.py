"""A council suspends an award: nothing new begins under it, and what was made goes on."""

import asyncio
from typing import Any

import pytest
from httpx import Response

from tests.ledger import Ledger
from tests.test_frameworks import a_lot, award, fault
from tests.world import World

PATH = "/v1/lot-award-suspensions"
LIFT = {"reason": "A head has started"}


async def held(world: World, **changes: Any) -> tuple[str, str]:
    """A lot of the council's, and the award of it to the provider."""
    lot = await a_lot(world.council, pattern="full_time", key_stages=[], delivery_options=[])
    made = await award(world.council, lot, str(world.provider.id), delivery_options=[], **changes)
    assert made.status_code == 201, made.text
    return lot, made.json()["id"]


async def suspend(world: World, award_id: str, from_on: str = "2026-11-24", **changes: Any) -> Response:
    body = {"lot_award_id": award_id, "from_on": from_on, "reason": "No head of provision in post"} | changes
    return await world.council.post(PATH, body)


async def test_nothing_begins_under_a_suspended_award_and_what_was_made_goes_on(world: World, ledger: Ledger) -> None:
    lot, held_award = await held(world)
    placement = await world.placement(lot_id=lot, spot_purchase=False)
    body = await world.proposal(lot_id=lot, spot_purchase=False)
    proposed = (await world.council.post("/v1/placements", body)).headers["Location"]
    made = await suspend(world, held_award)
    assert made.status_code == 201, made.text
    path = made.headers["Location"]
    assert (await world.school.get(f"/v1/lot-awards/{held_award}")).json()["state"] == "suspended"
    for refused in (await world.council.post("/v1/placements", body), await world.provider.act(proposed, "acceptance")):
        assert (refused.status_code, refused.json()["rule"]) == (409, "award_suspended")
    assert (await world.council.get(f"/v1/placements/{placement}")).json()["status"] == "active"
    assert (await world.council.act(path, "lifting", LIFT)).json()["state"] == "lifted"
    assert (await world.provider.act(proposed, "acceptance")).status_code == 200
    both = {world.council.id, world.provider.id}
    assert await ledger.told("lot-award-suspension.made", path) == both
    assert await ledger.told("lot-award-suspension.lifted", path) == both


async def test_a_placement_that_begins_after_the_suspension_is_made(world: World) -> None:
    lot, held_award = await held(world)
    await suspend(world, held_award, until_on="2026-12-04")
    for day, status in (("2026-12-04", 409), ("2026-12-07", 201)):
        body = await world.proposal(lot_id=lot, spot_purchase=False, starts_on=day)
        assert (await world.council.post("/v1/placements", body)).status_code == status


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        pytest.param({"from_on": "2026-11-23"}, "award_suspension_in_past", id="from yesterday"),
        pytest.param({"from_on": "2027-09-01"}, "award_suspension_outside_award", id="after the award"),
        pytest.param({"from_on": "2026-12-18"}, "award_suspension_overlaps", id="a day suspended already"),
    ],
)
async def test_a_suspension_that_does_not_fit_is_refused(world: World, changes: dict[str, str], rule: str) -> None:
    _, held_award = await held(world)
    await suspend(world, held_award, "2026-12-01", until_on="2026-12-18")
    refused = await suspend(world, held_award, **changes)
    assert (refused.status_code, refused.json()["rule"]) == (409, rule)
    assert len((await world.council.get(PATH)).json()["items"]) == 1


async def test_schools_read_the_days_and_not_the_reason(world: World) -> None:
    _, held_award = await held(world)
    path = (await suspend(world, held_award)).headers["Location"]
    assert (await world.provider.get(path)).json()["reason"] == "No head of provision in post"
    seen = (await world.school.get(path)).json()
    assert (seen["state"], seen["reason"]) == ("in_force", None)
    for stranger in (world.other_council, world.other_school, world.other_provider):
        assert (await stranger.get(path)).status_code == 404
        assert (await stranger.get(PATH)).json()["items"] == []


async def test_only_the_council_suspends_and_lifts(world: World) -> None:
    _, held_award = await held(world)
    body = {"lot_award_id": held_award, "from_on": "2026-11-24", "reason": "Mine"}
    foreign = await world.other_council.post(PATH, body)
    assert (foreign.status_code, fault(foreign)) == (422, ("/lot_award_id", "award_not_found"))
    assert (await world.provider.post(PATH, body)).status_code == 403
    for changes, code in (({"until_on": "2026-11-23"}, "ends_before_start"), ({"reason": ""}, "too_short")):
        malformed = await suspend(world, held_award, **changes)
        assert (malformed.status_code, fault(malformed)[1]) == (422, code)
    path = (await suspend(world, held_award)).headers["Location"]
    assert (await world.other_council.act(path, "lifting", LIFT)).status_code == 404
    assert (await world.provider.act(path, "lifting", LIFT)).status_code == 403
    assert (await world.council.get(path)).json()["state"] == "in_force"


async def test_a_suspension_is_lifted_once_and_not_when_it_is_over(world: World) -> None:
    _, held_award = await held(world)
    first = (await suspend(world, held_award, until_on="2026-11-24")).headers["Location"]
    second = (await suspend(world, held_award, "2026-12-01")).headers["Location"]
    answers = await asyncio.gather(*[world.council.act(second, "lifting", LIFT) for _ in range(2)])
    assert sorted(each.status_code for each in answers)[0] == 200
    assert sorted(each.status_code for each in answers)[1] in (409, 412)
    assert (await world.council.http.put("/v1/sandbox/clock", json={"now": "2026-11-25T08:00:00Z"})).status_code == 200
    late = await world.council.act(first, "lifting", LIFT)
    assert (late.status_code, late.json()["rule"], late.json()["state"]) == (409, "wrong_state", "over")


async def test_of_a_suspension_and_an_acceptance_at_once_each_sees_the_other(world: World) -> None:
    lot, held_award = await held(world)
    body = await world.proposal(lot_id=lot, spot_purchase=False)
    proposed = (await world.council.post("/v1/placements", body)).headers["Location"]
    made, accepted = await asyncio.gather(suspend(world, held_award), world.provider.act(proposed, "acceptance"))
    assert made.status_code == 201
    assert accepted.status_code == 200 or accepted.json()["rule"] == "award_suspended"


async def test_suspensions_and_awards_are_filtered_by_state_and_by_what_time_changed(world: World) -> None:
    _, held_award = await held(world)
    await suspend(world, held_award, "2026-11-26", until_on="2026-11-27")
    for day, state, award_state in (
        (24, "upcoming", "current"),
        (26, "in_force", "suspended"),
        (28, "over", "current"),
    ):
        await world.council.http.put("/v1/sandbox/clock", json={"now": f"2026-11-{day}T09:00:00Z"})
        since = {"changed_since": f"2026-11-{day}T00:00:00Z"}
        assert len((await world.council.get(PATH, state=state, lot_award_id=held_award, **since)).json()["items"]) == 1
        listed = (await world.council.get("/v1/lot-awards", state=award_state, **since)).json()["items"]
        assert [each["id"] for each in listed] == [held_award]
        others = {"upcoming", "in_force", "over", "lifted"} - {state}
        assert all([not (await world.council.get(PATH, state=each)).json()["items"] for each in others])
    await world.council.http.put("/v1/sandbox/clock", json={"now": "2026-11-30T09:00:00Z"})
    assert (await world.council.get(PATH, changed_since="2026-11-30T00:00:00Z")).json()["items"] == []
