"""Lots: the size of their groups, and what may still be changed of them."""

import asyncio
from typing import Any

import pytest

from tests.ledger import Ledger
from tests.test_frameworks import a_lot, award, fault
from tests.world import World

PLAIN: dict[str, Any] = {"pattern": None, "key_stages": [], "delivery_options": []}
LIMIT = {"delivery": "online_group", "key_stage": "ks1", "most": 30}


async def placed(world: World, lot: str, **changes: Any) -> str:
    await award(world.council, lot, str(world.provider.id), delivery_options=[])
    return await world.placement(lot_id=lot, spot_purchase=False, **changes)


async def test_salfords_lot_nine_has_at_most_thirty_online_at_key_stage_one(world: World) -> None:
    lot = await a_lot(world.council, number=9, **PLAIN | {"key_stages": ["ks1", "ks2"]}, group_limits=[LIMIT])
    assert (await world.school.get(f"/v1/lots/{lot}")).json()["group_limits"] == [LIMIT]


@pytest.mark.parametrize(
    ("limits", "rule"),
    [
        pytest.param([LIMIT | {"delivery": "in_person_group_2_to_4", "most": 5}], "group_limit_too_large", id="five"),
        pytest.param([LIMIT, LIMIT], "group_limit_repeated", id="twice"),
        pytest.param([LIMIT | {"key_stage": "ks4"}], "group_limit_not_in_lot", id="another key stage"),
    ],
)
async def test_a_size_that_makes_no_sense_is_refused(world: World, limits: list[Any], rule: str) -> None:
    lot = await a_lot(world.council, **PLAIN | {"key_stages": ["ks1"]})
    refused = await world.council.change("PATCH", f"/v1/lots/{lot}", {"group_limits": limits})
    assert (refused.status_code, refused.json()["rule"]) == (409, rule)


async def test_a_lot_that_nobody_holds_becomes_anything(world: World, ledger: Ledger) -> None:
    lot = await a_lot(world.council)
    path = f"/v1/lots/{lot}"
    changed = await world.council.change("PATCH", path, {"pattern": None, "key_stages": [], "name": "Vocational"})
    assert changed.status_code == 200, changed.text
    assert (changed.json()["pattern"], changed.json()["key_stages"], changed.json()["name"]) == (None, [], "Vocational")
    assert await ledger.told("lot.changed", path) == {world.council.id}


async def test_a_lot_that_is_held_fixes_only_what_it_left_open(world: World, ledger: Ledger) -> None:
    lot = await a_lot(world.council, **PLAIN | {"pattern": "full_time"})
    placement = await placed(world, lot, key_stage="ks3")
    path = f"/v1/lots/{lot}"
    for change, rule in (
        ({"pattern": "part_time"}, "lot_point_is_fixed"),
        ({"pattern": None}, "lot_point_is_fixed"),
        ({"online": True}, "lot_change_breaks_placement"),
        ({"key_stages": ["ks4"]}, "lot_change_breaks_placement"),
    ):
        refused = await world.council.change("PATCH", path, change)
        assert (refused.status_code, refused.json()["rule"]) == (409, rule)
    kept = await world.council.change("PATCH", path, {"online": False, "key_stages": ["ks3", "ks4"]})
    assert kept.status_code == 200, kept.text
    assert (await world.council.get(f"/v1/placements/{placement}")).json()["status"] == "active"
    assert await ledger.told("lot.changed", path) == {world.council.id, world.provider.id}


async def test_no_way_of_delivery_goes_that_was_awarded(world: World) -> None:
    lot = await a_lot(world.council, **PLAIN)
    await award(world.council, lot, str(world.provider.id), delivery_options=["in_person_one_to_one"])
    change = {"delivery_options": ["in_person_group_2_to_4"]}
    refused = await world.council.change("PATCH", f"/v1/lots/{lot}", change)
    assert (refused.status_code, refused.json()["rule"]) == (409, "lot_change_breaks_award")


async def test_a_change_that_is_not_the_councils_or_not_valid_changes_nothing(world: World) -> None:
    lot = await a_lot(world.council)
    path = f"/v1/lots/{lot}"
    before = (await world.council.get(path)).json()
    assert (await world.other_council.change("PATCH", path, {"name": "Mine"})).status_code == 404
    assert (await world.provider.change("PATCH", path, {"name": "Mine"})).status_code == 403
    malformed = await world.council.change("PATCH", path, {"number": 4})
    assert (malformed.status_code, fault(malformed)[1]) == (422, "unknown_member")
    assert (await world.council.change("PATCH", path, {"online": True})).json()["rule"] == "delivery_contradicts_online"
    assert (await world.council.get(path)).json() == before


async def test_of_a_change_and_an_acceptance_at_once_one_wins(world: World) -> None:
    for _ in range(3):
        lot = await a_lot(world.council, **PLAIN)
        await award(world.council, lot, str(world.provider.id), delivery_options=[])
        body = await world.proposal(lot_id=lot, spot_purchase=False)
        proposed = (await world.council.post("/v1/placements", body)).headers["Location"]
        change, acceptance = await asyncio.gather(
            world.council.change("PATCH", f"/v1/lots/{lot}", {"pattern": "part_time"}),
            world.provider.act(proposed, "acceptance"),
        )
        outcome = (change.status_code, acceptance.status_code)
        assert outcome in ((200, 409), (409, 200)), (change.text, acceptance.text)
        rule = {(200, 409): "pattern_not_in_lot", (409, 200): "lot_change_breaks_placement"}[outcome]
        assert rule in (change.json().get("rule"), acceptance.json().get("rule"))
