"""What organisations publish or register is told in the feed, to those whom it concerns."""

from tests.ledger import Ledger
from tests.test_qa_visits import PARTS
from tests.world import CALENDAR, World

FRAMEWORK = {"name": "AP framework", "starts_on": "2026-09-01", "ends_on": "2028-08-31"}


async def test_a_calendar_tells_its_owner_and_all_who_see_placements_under_it(world: World, ledger: Ledger) -> None:
    path = f"/v1/calendars/{await world.calendar()}"
    assert await ledger.told("calendar.published", path) == {world.council.id}
    placement = await world.placement(calendar_id=path.rsplit("/", 1)[1])
    await ledger.watches(world.other_council.id, placement)
    summer = {"term": "summer", "half": 1, "first": "2027-04-12", "last": "2027-05-28"}
    grown = CALENDAR | {"half_terms": [*CALENDAR["half_terms"], summer]}
    assert (await world.council.change("PUT", path, grown)).status_code == 200
    parties = {world.council.id, world.school.id, world.provider.id, world.other_council.id}
    assert await ledger.told("calendar.changed", path) == parties


async def test_the_owner_of_a_calendar_tells_those_whose_placements_it_does_not_see(
    world: World, ledger: Ledger
) -> None:
    """The school places a child of its own under its council's calendar."""
    made = await world.council.post("/v1/calendars", CALENDAR)
    path = made.headers["Location"]
    child = {"given_name": "Ada", "family_name": "Example", "date_of_birth": "2012-03-04"}
    pupil = (await world.school.post("/v1/pupils", child)).json()["id"]
    body = await world.proposal(pupil_id=pupil, calendar_id=made.json()["id"])
    placed = (await world.school.post("/v1/placements", body)).headers["Location"]
    assert (await world.council.get(placed)).status_code == 404
    assert (await world.council.change("PUT", path, CALENDAR)).status_code == 200
    told = {world.council.id, world.school.id, world.provider.id}
    assert await ledger.told("calendar.changed", path) == told


async def test_nobody_learns_from_the_database_who_goes_by_anothers_calendar(world: World, ledger: Ledger) -> None:
    calendar = await world.calendar()
    await world.placement(calendar_id=calendar)
    asked = "select organisation_id from calendar_viewers(cast(:calendar as uuid), '2026-11-24')"
    assert len(await ledger.sql_as(world.council.id, asked, calendar=calendar)) == 3
    assert await ledger.sql_as(world.provider.id, asked, calendar=calendar) == []


async def test_frameworks_lots_and_qa_frameworks_are_told_to_their_council(world: World, ledger: Ledger) -> None:
    framework = (await world.council.post("/v1/frameworks", FRAMEWORK)).headers["Location"]
    lot = (await world.council.post(f"{framework}/lots", {"number": 1, "name": "Full time"})).headers["Location"]
    qa = (await world.council.post("/v1/qa-frameworks", {"name": "QA", **PARTS})).headers["Location"]
    for event, resource in (("framework.opened", framework), ("lot.added", lot), ("qa-framework.made", qa)):
        assert await ledger.told(event, resource) == {world.council.id}, event
        assert (await world.council.get(resource)).status_code == 200


async def test_a_registered_pupil_is_told_to_the_one_who_registered_it(world: World, ledger: Ledger) -> None:
    child = {"given_name": "Ada", "family_name": "Example", "date_of_birth": "2012-03-04"}
    pupil = (await world.school.post("/v1/pupils", child)).headers["Location"]
    assert await ledger.told("pupil.registered", pupil) == {world.school.id}
