"""A placement must fit the lot it is made under, and the award its provider holds on the first day."""

from typing import Any

import pytest

from tests.test_frameworks import a_lot, award
from tests.world import World

LOT = {"pattern": "full_time", "online": False, "key_stages": ["ks3", "ks4"]}


async def proposed_under_lot(world: World, lot: str, **changes: Any) -> Any:
    body = await world.proposal(lot_id=lot, spot_purchase=False, key_stage="ks3", **changes)
    return await world.council.post("/v1/placements", body)


async def test_a_placement_that_fits_its_lot_is_made(world: World) -> None:
    lot = await a_lot(world.council, **LOT)
    await award(world.council, lot, str(world.provider.id))
    made = await proposed_under_lot(world, lot)
    assert (made.status_code, made.json().get("lot_id")) == (201, lot), made.text


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        pytest.param({"pattern": "part_time"}, "pattern_not_in_lot", id="part time under a full-time lot"),
        pytest.param({"online": True}, "online_not_in_lot", id="online under a lot in person"),
        pytest.param({"key_stage": "ks2"}, "key_stage_not_in_lot", id="a key stage that the lot is not for"),
        pytest.param({"spot_purchase": True}, "spot_purchase_with_lot", id="a spot purchase under a lot"),
    ],
)
async def test_a_placement_that_does_not_fit_its_lot_is_refused(
    world: World, change: dict[str, Any], rule: str
) -> None:
    lot = await a_lot(world.council, **LOT)
    await award(world.council, lot, str(world.provider.id))
    body = await world.proposal(lot_id=lot, spot_purchase=False, key_stage="ks3") | change
    answer = await world.council.post("/v1/placements", body)
    assert (answer.status_code, answer.json().get("rule")) == (409, rule), answer.text


async def test_a_lot_the_provider_does_not_hold_or_no_longer_holds_is_refused(world: World) -> None:
    lot = await a_lot(world.council, **LOT)
    assert (await proposed_under_lot(world, lot)).json()["rule"] == "lot_not_awarded"
    await award(world.council, lot, str(world.provider.id), ends_on="2026-10-23")
    assert (await proposed_under_lot(world, lot)).json()["rule"] == "award_not_current"


async def test_a_school_places_under_a_lot_of_its_own_council_alone(world: World) -> None:
    lot = await a_lot(world.council, **LOT)
    await award(world.council, lot, str(world.provider.id))
    for school, expected in ((world.school, 201), (world.other_school, 409)):
        child = {"given_name": "Ada", "family_name": "Example", "date_of_birth": "2012-03-04"}
        pupil = (await school.post("/v1/pupils", child)).json()["id"]
        body = await world.proposal(
            lot_id=lot, spot_purchase=False, key_stage="ks3", pupil_id=pupil, host_school_id=str(school.id)
        )
        assert (await school.post("/v1/placements", body)).status_code == expected
