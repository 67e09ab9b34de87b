"""What a suspension shows of its days, and a placement of being suspended."""

from datetime import UTC, datetime

from tests.asking import AGREED, REFUSED, answer, read
from tests.attendance_days import MORNINGS
from tests.coming_out import outcome
from tests.ledger import Ledger
from tests.test_placement_facts import FACTS
from tests.test_suspensions import agreed, days, requested
from tests.world import TIMETABLE, World

MONDAY = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)


async def another_placement(world: World, placement: str) -> str:
    """A later placement of the same child."""
    pupil = (await read(world.council, f"/v1/placements/{placement}"))["pupil_id"]
    return await world.placement(pupil_id=pupil, starts_on="2027-01-04", planned_end_on="2027-03-25")


async def test_pupil_days_are_counted_by_the_school_year(world: World) -> None:
    placement = await world.placement(planned_end_on="2026-12-18")
    first = await agreed(world, placement, "2026-11-26", "2026-11-30")
    shown = await read(world.school, first)
    # The Friday between is INSET.
    assert (shown["pupil_days"], shown["school_year"], shown["school_year_days"]) == (2, "2026-27", 2)
    second = await requested(world, placement, "2026-12-01", "2026-12-03")
    shown = await read(world.school, second)
    assert (shown["pupil_days"], shown["school_year_days"], shown["warnings"]) == (3, 2, [])
    later = await requested(world, await another_placement(world, placement), "2027-01-11", "2027-01-12")
    assert (await read(world.school, later))["school_year_days"] == 2


async def test_more_days_than_are_usual_are_warned_of_and_not_refused(world: World) -> None:
    placement = await world.placement(planned_end_on="2027-03-25")
    path = await requested(world, placement, "2026-12-01", "2027-02-26")
    shown = await read(world.school, path)
    assert (shown["state"], shown["pupil_days"], shown["school_year_days"]) == ("requested", 49, 0)
    (warning,) = shown["warnings"]
    assert (warning["code"], warning["source"]) == ("many_days_in_school_year", "from memory, to be checked")
    for party in (world.school, world.council):
        assert (await answer(party, path)).status_code == 200
    assert (await read(world.school, path))["school_year_days"] == 49
    refused = await requested(world, placement, "2027-03-01", "2027-03-01")
    assert len((await read(world.school, refused))["warnings"]) == 1
    await answer(world.council, refused, REFUSED)
    assert (await read(world.school, refused))["warnings"] == []


async def test_days_that_were_served_count_when_the_rest_is_withdrawn(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    path = await agreed(world, placement, "2026-11-30", "2026-12-04")
    await ledger.stand_at(datetime(2026, 12, 1, 12, 30, tzinfo=UTC))
    await world.provider.act(path, "withdrawal")
    assert (await read(world.school, path))["school_year_days"] == 2


async def test_a_placement_says_that_its_pupil_is_suspended(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    path = f"/v1/placements/{placement}"
    await agreed(world, placement, "2026-11-30", "2026-12-01")
    before = await world.council.get(path)
    assert before.json()["suspended_until"] is None
    await ledger.stand_at(MONDAY)
    during = await world.council.http.get(path, headers={"If-None-Match": before.headers["ETag"]})
    assert (during.status_code, during.json()["suspended_until"]) == (200, "2026-12-01")
    listed = (await world.council.get("/v1/placements", changed_since="2026-11-30T07:00:00Z")).json()["items"]
    assert [each["suspended_until"] for each in listed] == ["2026-12-01"]
    await ledger.stand_at(datetime(2026, 12, 2, 8, 0, tzinfo=UTC))
    after = await world.council.http.get(path, headers={"If-None-Match": during.headers["ETag"]})
    assert (after.status_code, after.json()["suspended_until"]) == (200, None)
    assert (await world.council.get("/v1/placements", changed_since="2026-12-02T00:00:00Z")).json()["items"] != []
    assert (await world.council.get("/v1/placements", changed_since="2026-12-04T00:00:00Z")).json()["items"] == []


async def test_a_request_suspends_nobody_until_all_have_agreed(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    path = await requested(world, placement, "2026-11-30", "2026-11-30")
    await answer(world.school, path)
    await ledger.stand_at(MONDAY)
    assert (await read(world.council, f"/v1/placements/{placement}"))["suspended_until"] is None
    await answer(world.council, path)
    assert (await read(world.council, f"/v1/placements/{placement}"))["suspended_until"] == "2026-11-30"
    await world.provider.act(path, "withdrawal")
    assert (await read(world.council, f"/v1/placements/{placement}"))["suspended_until"] is None


async def test_asking_after_the_fact_is_told_what_is_left(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    await ledger.stand_at(datetime(2026, 11, 24, 9, 0, tzinfo=UTC))
    refusal = (await world.provider.post("/v1/suspensions", days(placement, "2026-11-24", "2026-11-25"))).json()
    assert refusal["rule"] == "suspension_not_prior"
    assert refusal["still_to_agree"] == ["commissioner", "host_school"]
    assert "an absence that nobody agreed to" in refusal["would_be_lawful"][1]


async def test_one_suspension_may_follow_another(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    for day in ("2026-11-30", "2026-12-01", "2026-12-02"):
        await agreed(world, placement, day, day)
    assert len(await ledger.waived(placement)) == 6
    assert len((await world.school.get("/v1/suspensions", state="agreed")).json()["items"]) == 3


async def test_a_child_that_one_provider_places_with_another(world: World, ledger: Ledger) -> None:
    """Sub-commissioning: the first provider commissions, and agrees as commissioner; the council is no party."""
    calendar = await world.calendar()
    first = await world.placement(calendar_id=calendar, timetable=MORNINGS)
    pupil = (await read(world.provider, f"/v1/placements/{first}"))["pupil_id"]
    body = await world.proposal(
        calendar_id=calendar,
        pupil_id=pupil,
        provider_id=str(world.other_provider.id),
        starts_on="2026-12-01",
        planned_end_on="2026-12-18",
        timetable=[slot for slot in TIMETABLE if slot not in MORNINGS],
    )
    stranger = await world.other_provider.post("/v1/placements", body | {"provider_id": str(world.provider.id)})
    assert (stranger.status_code, stranger.json()["errors"][0]["code"]) == (422, "pupil_not_found")
    doubled = await world.provider.post("/v1/placements", body | {"timetable": TIMETABLE})
    assert (doubled.status_code, doubled.json()["rule"]) == (409, "timetabled_elsewhere")
    proposed = await world.provider.post("/v1/placements", body)
    assert proposed.status_code == 201, proposed.text
    assert proposed.json()["calendar_basis"] == "placed_under"
    path = proposed.headers["Location"]
    assert (await world.other_provider.act(path, "acceptance")).status_code == 200
    made = await world.other_provider.post("/v1/suspensions", days(path[-36:], "2026-12-07", "2026-12-07"))
    needed = {each["organisation_id"]: each["roles"] for each in made.json()["agreements_needed"]}
    assert needed == {str(world.provider.id): ["commissioner"], str(world.school.id): ["host_school"]}
    asked = made.headers["Location"]
    assert (await answer(world.council, asked)).status_code == 404
    await answer(world.provider, asked, AGREED)
    assert (await answer(world.school, asked)).json()["state"] == "agreed"
    facts = await world.provider.change("PUT", f"{path}/facts", FACTS)
    assert facts.status_code == 200, facts.text
    came_out = await world.provider.post("/v1/outcomes", outcome(path[-36:]))
    assert came_out.status_code == 201, came_out.text
    assert (await world.council.post("/v1/outcomes", outcome(path[-36:]))).status_code == 404


async def test_a_provider_places_nobody_that_is_not_with_it(world: World) -> None:
    offered = await world.council.post("/v1/placements", await world.proposal())
    pupil = offered.json()["pupil_id"]
    body = await world.proposal(pupil_id=pupil, provider_id=str(world.other_provider.id))
    refusal = await world.provider.post("/v1/placements", body)
    assert (refusal.status_code, refusal.json()["rule"]) == (409, "not_placed_with_commissioner")
    placed = await world.placement()
    with_it = (await read(world.provider, f"/v1/placements/{placed}"))["pupil_id"]
    own = await world.provider.post("/v1/placements", await world.proposal(pupil_id=with_it))
    assert (own.status_code, own.json()["rule"]) == (409, "commissioner_is_provider")
    later = body | {"pupil_id": with_it, "starts_on": "2027-02-22", "planned_end_on": "2027-03-25"}
    refusal = await world.provider.post("/v1/placements", later)
    assert (refusal.status_code, refusal.json()["rule"]) == (409, "not_placed_with_commissioner")
