"""The commissioner alone states the facts that clocks depend on."""

from asyncio import gather
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from tests.ledger import Ledger
from tests.world import World

FACTS = {"looked_after": False, "ehcp": True, "exclusion": {"kind": "permanent", "on": "2026-11-20"}}


async def test_the_commissioner_states_facts_and_states_them_anew(world: World, ledger: Ledger) -> None:
    path = f"/v1/placements/{await world.placement()}/facts"
    unstated = (await world.provider.get(path)).json()
    assert (unstated["looked_after"], unstated["ehcp"], unstated["exclusion"]) == (None, None, None)
    stated = await world.council.change("PUT", path, FACTS)
    assert stated.status_code == 200, stated.text
    assert stated.json()["exclusion"] == {"kind": "permanent", "on": "2026-11-20", "pupil_days": None}
    assert (await world.school.get(path)).json() == stated.json()
    assert (await world.council.change("PUT", path, {"ehcp": True})).json()["exclusion"] is None
    told = await ledger.told("placement.facts-stated", path)
    assert told == {world.council.id, world.school.id, world.provider.id}


async def test_of_a_proposal_too(world: World) -> None:
    placed = (await world.council.post("/v1/placements", await world.proposal())).json()["id"]
    assert (await world.council.change("PUT", f"/v1/placements/{placed}/facts", FACTS)).status_code == 200


async def test_nobody_else_states_them(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    path = f"/v1/placements/{placement}/facts"
    assert (await world.school.change("PUT", path, FACTS)).json()["rule"] == "wrong_party"
    assert (await world.provider.change("PUT", path, FACTS)).json()["rule"] == "wrong_party"
    headers = {"If-Match": '"0-0000000000000000"'}
    assert (await world.other_council.http.put(path, json=FACTS, headers=headers)).status_code == 404
    assert (await world.other_council.get(path)).status_code == 404
    await ledger.watches(world.other_council.id, placement)
    assert (await world.other_council.change("PUT", path, FACTS)).json()["rule"] == "not_a_party"
    state = "insert into placement_facts (id, created_at, changed_at, version, placement_id) values (:p, now(), now(), 1, :p)"
    for party in (world.school, world.provider, world.other_council):
        with pytest.raises(DBAPIError, match="row-level security"):
            await ledger.sql_as(party.id, state, p=placement)
    await ledger.sql_as(world.council.id, state, p=placement)


@pytest.mark.parametrize(
    ("exclusion", "status", "code"),
    [
        pytest.param({"kind": "permanent", "on": "2026-11-25"}, 409, "exclusion_in_future", id="tomorrow's"),
        pytest.param({"kind": "suspension", "on": "2026-11-20"}, 422, "length_unclear", id="a suspension for ever"),
        pytest.param(
            {"kind": "permanent", "on": "2026-11-20", "pupil_days": 3}, 422, "length_unclear", id="permanent for days"
        ),
        pytest.param(
            {"kind": "suspension", "on": "2026-11-20", "pupil_days": 0}, 422, "too_small", id="a suspension of none"
        ),
    ],
)
async def test_an_exclusion_that_cannot_be_is_refused(
    world: World, exclusion: dict[str, Any], status: int, code: str
) -> None:
    path = f"/v1/placements/{await world.placement()}/facts"
    refusal = await world.council.change("PUT", path, {"exclusion": exclusion})
    assert (refusal.status_code, refusal.json().get("rule") or refusal.json()["errors"][0]["code"]) == (status, code)
    assert (await world.council.get(path)).json()["exclusion"] is None


async def test_two_that_state_at_one_instant_do_not_overwrite_one_another(world: World) -> None:
    path = f"/v1/placements/{await world.placement()}/facts"
    said = await gather(*(world.council.change("PUT", path, {"ehcp": each}) for each in (True, False)))
    assert sorted(each.status_code for each in said) == [200, 412]
