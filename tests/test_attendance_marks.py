"""Marks as a school enters them in its register: what stands, what stood, and whose they are."""

from app.db.embedded_database import Addresses
from tests.attendance_days import mark, marks_seen, placement_accepted_at, set_clock, submit
from tests.world import World

NOWHERE = "3f0c8e0a-8d0e-4a65-9a57-0a1a3c1f2b77"


async def test_the_register_shows_what_stands_with_its_suggested_code(world: World, database: Addresses) -> None:
    placement = await world.placement()
    set_clock(database, world, "2026-11-24T14:15:00+00:00")
    await submit(
        world.provider,
        mark(placement, fact="late", arrived_at="09:12", minutes_late=12),
        mark(placement, session="pm", left_at="14:10", reason="ill", code="\\"),
    )
    morning, afternoon = sorted(await marks_seen(world.school), key=lambda each: str(each["session"]))
    assert (morning["fact"], morning["arrived_at"], morning["minutes_late"]) == ("late", "09:12", 12)
    assert (morning["code"], morning["suggested_code"], morning["current"]) == (None, "K", True)
    assert (afternoon["left_at"], afternoon["reason"], afternoon["code"]) == ("14:10", "ill", "\\")


async def test_filters_by_day_submission_placement_and_time(world: World, database: Addresses) -> None:
    first = await placement_accepted_at(database, world, "2026-11-23T08:00:00+00:00")
    second = await world.placement()
    monday = (await submit(world.provider, mark(first, on_date="2026-11-23"))).json()["id"]
    set_clock(database, world, "2026-11-24T09:00:00+00:00")
    await submit(world.provider, mark(first), mark(second))
    assert len(await marks_seen(world.school)) == 3
    assert len(await marks_seen(world.school, placement_id=first)) == 2
    assert [m["on_date"] for m in await marks_seen(world.school, submission_id=monday)] == ["2026-11-23"]
    assert [m["on_date"] for m in await marks_seen(world.school, to="2026-11-23")] == ["2026-11-23"]
    assert len(await marks_seen(world.school, **{"from": "2026-11-24"})) == 2
    assert len(await marks_seen(world.school, changed_since="2026-11-24T08:30:00Z")) == 2


async def test_a_mark_is_read_by_its_id_by_those_it_concerns(world: World) -> None:
    placement = await world.placement()
    await submit(world.provider, mark(placement))
    [seen] = await marks_seen(world.school)
    path = f"/v1/attendance-marks/{seen['id']}"
    for party in (world.school, world.council, world.provider):
        answer = await party.get(path)
        assert (answer.status_code, answer.json()) == (200, seen)
        assert "ETag" in answer.headers
    missing = (await world.other_school.get(f"/v1/attendance-marks/{NOWHERE}")).json()
    for stranger in (world.other_council, world.other_school, world.other_provider):
        refused = await stranger.get(path)
        assert refused.status_code == 404
        assert refused.json()["detail"] == missing["detail"]
        assert await marks_seen(stranger, superseded=True) == []


async def test_a_superseded_mark_is_found_by_its_id_and_no_longer_stands(world: World) -> None:
    placement = await world.placement()
    await submit(world.provider, mark(placement))
    [first] = await marks_seen(world.school)
    await submit(world.provider, mark(placement, fact="absent"))
    again = (await world.school.get(f"/v1/attendance-marks/{first['id']}")).json()
    assert again == {**first, "current": False}
