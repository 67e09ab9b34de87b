"""Councils, schools and providers."""

from tests.world import World

FARM = {"name": "Hollow Farm", "category": "charity", "identifiers": [{"scheme": "urn", "value": "102345"}]}


async def test_a_council_registers_a_provider_that_it_alone_sees_until_published(world: World) -> None:
    made = await world.council.post("/v1/providers", FARM)
    assert made.status_code == 201, made.text
    path = made.headers["Location"]
    assert (await world.council.get(path)).json() == made.json()
    assert (await world.other_council.get(path)).status_code == 404
    published = await world.council.change("PATCH", path, {"published": True})
    assert published.status_code == 200
    assert (await world.school.get(path)).json()["published"] is True


async def test_a_stale_change_is_refused(world: World) -> None:
    path = (await world.council.post("/v1/providers", FARM)).headers["Location"]
    etag = (await world.council.get(path)).headers["ETag"]
    await world.council.change("PATCH", path, {"offer": "Animal care"})
    stale = await world.council.http.patch(path, json={"offer": "Joinery"}, headers={"If-Match": etag})
    assert stale.status_code == 412
    assert (await world.council.get(path)).json()["offer"] == "Animal care"


async def test_the_same_key_registers_once(world: World) -> None:
    first = await world.council.post("/v1/providers", FARM, key="one")
    again = await world.council.post("/v1/providers", FARM, key="one")
    assert again.json() == first.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    other = await world.council.post("/v1/providers", FARM | {"name": "Other"}, key="one")
    assert other.status_code == 422


async def test_pages_hold_every_provider_once(world: World) -> None:
    for number in range(7):
        await world.council.post("/v1/providers", FARM | {"name": f"Farm {number}"})
    seen: list[str] = []
    path: str | None = "/v1/providers?limit=3"
    while path:
        page = await world.council.get(path)
        seen += [item["id"] for item in page.json()["items"]]
        path = page.links["next"]["url"] if "next" in page.links else None
    assert len(seen) == len(set(seen)) == 7 + 2  # and the two of the world
