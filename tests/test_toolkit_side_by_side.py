"""The history of assessments: all thirteen areas of each, side by side in the order of time, for whom may read them."""

import pytest

from app.db.embedded_database import Addresses
from app.settings import Settings
from tests.overseen import award
from tests.toolkit_assessing import AREA_SLUGS, SUB_AREA_SLUGS, begin, completed, numbers_in
from tests.world import World

SIDES = "/v1/toolkit-assessments-side-by-side"


@pytest.fixture
async def overseen(world: World, database: Addresses, settings: Settings) -> World:
    """A world whose provider stands on the framework of `council`, not on that of `other_council`."""
    await award(database, settings, world.council.id, world.provider.id)
    return world


async def test_whole_assessments_stand_side_by_side_in_the_order_of_time(overseen: World) -> None:
    council, provider = overseen.council, overseen.provider
    first = await completed(provider, provider, "self_evaluation")
    await council.post("/v1/sandbox/clock/advance", {"seconds": 3600})
    second = await completed(council, provider, "council_quality_assurance")
    await begin(council, provider, "council_quality_assurance")
    shown = (await council.get(SIDES, provider_id=str(provider.id))).json()
    ids = [path.rsplit("/", 1)[1] for path in (first, second)]
    assert [each["id"] for each in shown["assessments"]] == ids
    assert [area["area"] for area in shown["areas"]] == AREA_SLUGS
    parts = [*shown["areas"], *(each for area in shown["areas"] for each in area["sub_areas"])]
    assert [part["area"] for part in parts[13:]] == SUB_AREA_SLUGS
    assert all([said["assessment_id"] for said in part["said"]] == ids for part in parts)
    whole = (await council.get(first)).json()["areas"][4]
    side = shown["areas"][4]["said"][0]
    assert {member: side[member] for member in side if member != "assessment_id"} == {
        member: whole[member] for member in side if member != "assessment_id"
    }
    assert numbers_in(shown) == []
    assert (await provider.get(SIDES)).json() == shown


async def test_pages_and_a_use_narrow_the_history_to_whole_assessments(overseen: World) -> None:
    council, provider = overseen.council, overseen.provider
    made = [await completed(provider, provider, "self_evaluation") for _ in range(2)]
    last = await completed(council, provider, "council_quality_assurance")
    page = (await provider.get(SIDES, limit=2)).json()
    rest = (await provider.get(SIDES, limit=2, cursor=page["next_cursor"])).json()
    found = [each["id"] for part in (page, rest) for each in part["assessments"]]
    assert sorted(found) == sorted(path.rsplit("/", 1)[1] for path in [*made, last])
    assert rest["next_cursor"] is None
    assert all(len(area["said"]) == 1 for area in rest["areas"])
    by_use = (await provider.get(SIDES, use="council_quality_assurance")).json()
    assert [each["use"] for each in by_use["assessments"]] == ["council_quality_assurance"]
    for faulty in ({"limit": 1}, {"limit": 11}, {"area": "qualifications"}, {"order_by": "strengths"}):
        assert (await provider.get(SIDES, **faulty)).status_code == 422


async def test_who_may_not_read_them_is_shown_thirteen_empty_areas(overseen: World) -> None:
    await completed(overseen.provider, overseen.provider, "self_evaluation")
    for stranger in (overseen.other_council, overseen.school, overseen.other_provider):
        shown = (await stranger.get(SIDES, provider_id=str(overseen.provider.id))).json()
        assert shown["assessments"] == []
        assert [area["said"] for area in shown["areas"]] == [[]] * 13
