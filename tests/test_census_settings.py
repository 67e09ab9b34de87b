"""How the census names a provider, and the primary reasons in rank order."""

from tests.world import World


async def test_a_provider_is_named_by_exactly_one(world: World) -> None:
    numbers = [{"scheme": "ukprn", "value": "10000001"}, {"scheme": "urn", "value": "105000"}]
    for identifiers, named in (
        (numbers, {"urn": "105000", "ukprn": None, "setting_type": None}),
        (numbers[:1], {"urn": None, "ukprn": "10000001", "setting_type": None}),
        ([], {"urn": None, "ukprn": None, "setting_type": "non_maintained_fe"}),
    ):
        body = {"name": "Northshire College", "category": "further_education", "identifiers": identifiers}
        made = (await world.council.post("/v1/providers", body)).json()["id"]
        told = await world.council.get(f"/v1/providers/{made}/census-setting")
        assert told.json() == {"provider_id": made, **named}
        assert (await world.other_council.get(f"/v1/providers/{made}/census-setting")).status_code == 404


async def test_one_to_one_tuition_shows_in_the_placements(world: World) -> None:
    path = f"/v1/providers/{world.provider.id}/census-setting"
    await world.placement(delivery="in_person_one_to_one")
    assert (await world.council.get(path)).json()["setting_type"] == "one_on_one_tuition"
    await world.placement(delivery="in_person_group_5_to_8")
    assert (await world.council.get(path)).json()["setting_type"] == "other_unregistered"


async def test_primary_reasons_are_told_in_rank_order(world: World) -> None:
    items = (await world.school.get("/v1/reference-data/primary-reasons")).json()["items"]
    assert items[0] == {"reason": "permanent_exclusion", "rank": 1, "census_code": None}
    ranks = {each["reason"]: each["rank"] for each in items}
    assert ranks["suspension"] < ranks["mental_health_need"]
