"""Councils, schools and providers."""

from datetime import UTC, datetime

from tests.ledger import Ledger
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


async def test_a_council_registers_a_school_of_its_own_that_everybody_finds(world: World) -> None:
    body = {"name": "Lake School", "identifiers": [{"scheme": "dfe_number", "value": "355/4001"}]}
    made = await world.council.post("/v1/schools", body)
    assert made.status_code == 201, made.text
    assert made.json()["council_id"] == str(world.council.id)
    assert made.json()["identifiers"] == [{"scheme": "dfe_number", "value": "3554001"}]
    assert made.json()["warnings"] == []
    for party in world.parties:
        assert (await party.get(made.headers["Location"])).json() == made.json()


async def test_schools_and_providers_register_no_school(world: World) -> None:
    for party in (world.school, world.provider):
        assert (await party.post("/v1/schools", {"name": "Lake School"})).status_code == 403


async def test_an_unknown_authority_is_a_warning_and_never_a_refusal(world: World) -> None:
    odd = [{"scheme": "dfe_number", "value": "9994001"}]
    school = await world.council.post("/v1/schools", {"name": "Lake School", "identifiers": odd})
    provider = await world.council.post("/v1/providers", FARM | {"identifiers": odd})
    for made in (school, provider):
        assert (made.status_code, len(made.json()["warnings"])) == (201, 1)
        assert "999" in made.json()["warnings"][0]


async def test_misshapen_and_repeated_identifiers_are_refused(world: World) -> None:
    identifiers = [{"scheme": "urn", "value": "102345"}, {"scheme": "urn", "value": "x"}]
    for path, body in (("/v1/schools", {"name": "Lake School"}), ("/v1/providers", FARM)):
        refused = await world.council.post(path, body | {"identifiers": identifiers})
        found = [(e["pointer"], e["code"]) for e in refused.json()["errors"]]
        assert (refused.status_code, found) == (
            422,
            [("/identifiers/1/scheme", "repeated"), ("/identifiers/1/value", "identifier_malformed")],
        )


async def test_null_is_no_value_for_a_member_that_always_has_one(world: World) -> None:
    path = (await world.council.post("/v1/providers", FARM)).headers["Location"]
    for change in ({"published": None}, {"target_groups": None}):
        assert (await world.council.change("PATCH", path, change)).status_code == 422
    assert (await world.council.change("PATCH", path, {"offer": None})).status_code == 200


async def test_councils_schools_and_providers_are_found_by_when_they_changed(world: World, ledger: Ledger) -> None:
    before = {path: (await world.council.get(path)).json()["items"] for path in ("/v1/councils", "/v1/schools")}
    await ledger.stand_at(datetime(2026, 11, 25, 8, 0, tzinfo=UTC))
    school = (await world.council.post("/v1/schools", {"name": "Lake School"})).json()
    provider = (await world.council.post("/v1/providers", FARM)).json()
    since = {"changed_since": "2026-11-25T08:00:00Z"}
    for path, expected in (("/v1/councils", []), ("/v1/schools", [school]), ("/v1/providers", [provider])):
        assert (await world.council.get(path, **since)).json()["items"] == expected, path
    for path, items in before.items():
        assert len(items) == 2, path
