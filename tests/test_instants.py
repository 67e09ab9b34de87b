"""Instants at the edge of what is accepted, in every offset: what one request may store every later one can read."""

import pytest

from tests.world import World

EDGES = [
    "1990-01-01T00:00:00+14:00",
    "1990-01-01T00:00:00+00:00",
    "2100-12-31T23:59:59-14:00",
    "2100-12-31T23:59:59Z",
    "1990-01-01T00:00:00+23:59",
    "2100-12-31T23:59:59-23:59",
]


@pytest.mark.parametrize("instant", EDGES)
async def test_an_alert_with_any_instant_is_raised_and_every_list_still_reads(world: World, instant: str) -> None:
    placement = await world.placement()
    body = {"placement_id": placement, "last_seen_at": instant}
    raised = await world.provider.post("/v1/absconding-alerts", body)
    assert raised.status_code == 201
    for party in (world.provider, world.school, world.council):
        assert (await party.get("/v1/absconding-alerts")).status_code == 200
        assert (await party.get(f"/v1/absconding-alerts/{raised.json()['id']}")).status_code == 200


@pytest.mark.parametrize("instant", EDGES)
async def test_a_key_with_any_expiry_is_answered(world: World, instant: str) -> None:
    client = await world.council.post("/v1/api-clients", {"name": "x", "scopes": ["events:read"]})
    answer = await world.council.post(f"{client.headers['Location']}/keys", {"kind": "api_key", "expires_at": instant})
    assert answer.status_code in (201, 422)
    assert (await world.council.get("/v1/api-clients")).status_code == 200
