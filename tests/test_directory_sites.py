"""Sites of providers."""

from typing import Any

import pytest

from tests.world import TIMETABLE, World

BARN = {"name": "The barn", "address": "1 Lane End", "postcode": "M5 3EQ"}


async def _provider(world: World, **changes: Any) -> str:
    body = {"name": "Hollow Farm", "category": "charity"} | changes
    return str((await world.council.post("/v1/providers", body)).headers["Location"])


async def test_the_registering_council_keeps_the_sites(world: World) -> None:
    provider = await _provider(world)
    made = await world.council.post(f"{provider}/sites", BARN)
    assert made.status_code == 201, made.text
    path = made.headers["Location"]
    changed = await world.council.change("PATCH", path, {"name": "The old barn"})
    assert changed.json() == made.json() | {"name": "The old barn"}
    assert (await world.council.get(provider)).json()["sites"] == [changed.json()]
    assert (await world.council.get(f"{provider}/sites")).json()["items"] == [changed.json()]
    removed = await world.council.change("DELETE", path, None)
    assert (removed.status_code, removed.content) == (204, b"")
    assert not {"content-type", "content-length"} & removed.headers.keys()
    assert (await world.council.get(path)).status_code == 404
    assert (await world.council.get(provider)).json()["sites"] == []


async def test_a_provider_keeps_its_own_sites_and_a_change_moves_its_entry_on(world: World) -> None:
    entry = f"/v1/providers/{world.provider.id}"
    before = (await world.provider.get(entry)).headers["ETag"]
    path = (await world.provider.post(f"{entry}/sites", BARN)).headers["Location"]
    stale = await world.provider.http.patch(entry, json={"published": True}, headers={"If-Match": before})
    assert stale.status_code == 412
    assert (await world.provider.change("PATCH", entry, {"published": True})).status_code == 200
    assert (await world.school.get(path)).json()["postcode"] == "M5 3EQ"


async def test_others_who_find_the_provider_change_no_site(world: World) -> None:
    provider = await _provider(world, published=True)
    path = (await world.council.post(f"{provider}/sites", BARN)).headers["Location"]
    for stranger in (world.other_council, world.provider):
        assert (await stranger.get(path)).status_code == 200
        assert (await stranger.post(f"{provider}/sites", BARN)).status_code == 404
        assert (await stranger.change("PATCH", path, {"name": "Mine"})).status_code == 404
        assert (await stranger.change("DELETE", path, None)).status_code == 404
    assert (await world.school.post(f"{provider}/sites", BARN)).status_code == 403
    assert (await world.council.get(path)).json()["name"] == "The barn"


async def test_sites_of_an_unpublished_provider_are_not_found(world: World) -> None:
    provider = await _provider(world)
    path = (await world.council.post(f"{provider}/sites", BARN)).headers["Location"]
    for stranger in (world.other_council, world.school, world.provider):
        assert (await stranger.get(path)).status_code == 404
        assert (await stranger.get(f"{provider}/sites")).status_code == 404


async def test_a_site_is_found_under_its_own_provider_only(world: World) -> None:
    path = (await world.council.post(f"{await _provider(world)}/sites", BARN)).headers["Location"]
    elsewhere = f"{await _provider(world)}/sites/{path.rsplit('/', 1)[-1]}"
    assert (await world.council.get(elsewhere)).status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"name": None}, id="null for a name"),
        pytest.param({"postcode": "m5 3eq"}, id="a postcode in small letters"),
        pytest.param({"address": "  "}, id="a blank address"),
        pytest.param({"phone": "1"}, id="an unknown member"),
    ],
)
async def test_a_malformed_change_changes_nothing(world: World, change: dict[str, Any]) -> None:
    path = (await world.council.post(f"{await _provider(world)}/sites", BARN)).headers["Location"]
    assert (await world.council.change("PATCH", path, change)).status_code == 422
    unchanged = (await world.council.get(path)).json()
    assert {k: unchanged[k] for k in BARN} == BARN


async def test_a_provider_has_at_most_fifty_sites(world: World) -> None:
    provider = await _provider(world, sites=[BARN] * 50)
    assert (await world.council.post(f"{provider}/sites", BARN)).status_code == 409


async def test_a_site_that_a_timetable_names_stays_on_record(world: World) -> None:
    site = await world.provider.post(f"/v1/providers/{world.provider.id}/sites", BARN)
    slots = [slot | {"site_id": site.json()["id"]} for slot in TIMETABLE]
    await world.placement(timetable=slots)
    assert (await world.provider.change("DELETE", site.headers["Location"], None)).status_code == 409
    assert (await world.provider.get(site.headers["Location"])).json() == site.json()
