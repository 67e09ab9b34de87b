"""Who may see a placement, from and until which day: a child's home moves, and what was seen stays seen."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from tests.ledger import Ledger
from tests.test_suspensions import days
from tests.world import Party, World

CHILD = {"given_name": "Ada", "family_name": "Example", "date_of_birth": "2012-03-04"}
LATER = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)


async def at_home_with(world: World, council: Party | None) -> tuple[str, str]:
    """The paths of a pupil of the school's, at home with a council, and of its placement by the school."""
    home = council and str(council.id)
    pupil = (await world.school.post("/v1/pupils", CHILD | {"home_council_id": home})).headers["Location"]
    body = await world.proposal(pupil_id=pupil.rsplit("/", 1)[1])
    proposed = await world.school.post("/v1/placements", body)
    assert proposed.status_code == 201, proposed.text
    path = proposed.headers["Location"]
    assert (await world.provider.act(path, "acceptance")).status_code == 200
    return pupil, path


async def moved(world: World, pupil: str, to: Party | None, from_on: str) -> Any:
    return await world.school.act(pupil, "home-council", {"home_council_id": to and str(to.id), "from_on": from_on})


async def viewers(party: Party, placement: str) -> set[tuple[str, str, str | None, str | None]]:
    answer = await party.get(f"{placement}/viewers")
    assert answer.status_code == 200, answer.text
    return {(v["organisation_id"], v["basis"], v["from_on"], v["until_on"]) for v in answer.json()["viewers"]}


async def test_every_party_sees_who_sees(world: World) -> None:
    _, placement = await at_home_with(world, world.other_council)
    expected = {
        (str(world.school.id), "commissioner", None, None),
        (str(world.school.id), "host_school", None, None),
        (str(world.provider.id), "provider", None, None),
        (str(world.other_council.id), "home_council", None, None),
    }
    for party in (world.school, world.provider, world.other_council):
        assert await viewers(party, placement) == expected
    assert (await world.other_provider.get(f"{placement}/viewers")).status_code == 404


async def test_a_new_home_council_sees_from_its_day_on_and_the_old_keeps_its_own(world: World, ledger: Ledger) -> None:
    pupil, placement = await at_home_with(world, world.other_council)
    id_ = placement.rsplit("/", 1)[1]
    before = (await world.provider.post("/v1/suspensions", days(id_, "2026-12-07", "2026-12-07"))).headers["Location"]
    await ledger.stand_at(LATER)
    assert (await moved(world, pupil, world.council, "2026-12-01")).status_code == 200
    after = (await world.provider.post("/v1/suspensions", days(id_, "2026-12-08", "2026-12-08"))).headers["Location"]
    assert (await world.other_council.get(before)).status_code == 200
    assert (await world.other_council.get(after)).status_code == 404
    assert (await world.council.get(before)).status_code == 404
    assert (await world.council.get(after)).status_code == 200
    days_around = {"from": "2026-11-30", "to": "2026-12-01", "placement_id": id_}
    for party, day in ((world.other_council, "2026-11-30"), (world.council, "2026-12-01")):
        sessions = (await party.get("/v1/expected-sessions", **days_around)).json()["items"]
        assert {each["on_date"] for each in sessions} == {day}


async def test_one_that_has_left_is_not_told_where_the_child_went(world: World, ledger: Ledger) -> None:
    pupil, placement = await at_home_with(world, world.other_council)
    assert (await moved(world, pupil, world.council, "2026-11-20")).status_code == 200
    left = (str(world.other_council.id), "home_council", None, "2026-11-19")
    came = (str(world.council.id), "home_council", "2026-11-20", None)
    assert {left, came} <= await viewers(world.provider, placement)
    assert came not in await viewers(world.other_council, placement)
    assert left not in await viewers(world.council, placement)
    seen = (await world.other_council.get(pupil)).json()
    assert (seen["home_council_id"], seen["home_council_since"]) == (None, None)
    for party in (world.school, world.provider, world.council):
        seen = (await party.get(pupil)).json()
        assert (seen["home_council_id"], seen["home_council_since"]) == (str(world.council.id), "2026-11-20")
    told = await ledger.told("placement.viewers-changed", f"{placement}/viewers")
    assert told == {world.school.id, world.provider.id, world.council.id}
    assert await ledger.told("pupil.changed", pupil) == {world.school.id}


async def test_a_child_may_come_back_and_go_to_nobody(world: World) -> None:
    pupil, placement = await at_home_with(world, None)
    for to, day in ((world.council, "2026-11-10"), (None, "2026-11-12"), (world.council, "2026-11-20")):
        assert (await moved(world, pupil, to, day)).status_code == 200
    homes = {
        (since, until) for _, basis, since, until in await viewers(world.school, placement) if basis == "home_council"
    }
    assert homes == {("2026-11-10", "2026-11-11"), ("2026-11-20", None)}


async def test_a_later_placement_is_seen_by_the_new_home_alone(world: World) -> None:
    pupil, _ = await at_home_with(world, world.other_council)
    assert (await moved(world, pupil, world.council, "2026-11-20")).status_code == 200
    mine = [slot for slot in (await world.proposal())["timetable"] if slot["session"] == "am"]
    body = await world.proposal(pupil_id=pupil.rsplit("/", 1)[1], starts_on="2027-02-22", planned_end_on="2027-03-25")
    proposed = await world.school.post("/v1/placements", body | {"timetable": mine})
    assert proposed.status_code == 201, proposed.text
    assert (await world.council.get(proposed.headers["Location"])).status_code == 200
    assert (await world.other_council.get(proposed.headers["Location"])).status_code == 404


@pytest.mark.parametrize(
    ("day", "rule"),
    [
        pytest.param("2026-11-25", "home_move_in_future", id="tomorrow"),
        pytest.param("2026-11-20", "home_move_out_of_order", id="on the day of the move before"),
        pytest.param("2026-11-24", "home_council_unchanged", id="to where it is"),
    ],
)
async def test_a_move_is_told_in_order(world: World, day: str, rule: str) -> None:
    pupil, placement = await at_home_with(world, world.other_council)
    assert (await moved(world, pupil, world.council, "2026-11-20")).status_code == 200
    before = await viewers(world.school, placement)
    to = world.council if rule == "home_council_unchanged" else world.other_council
    answer = await moved(world, pupil, to, day)
    assert (answer.status_code, answer.json()["rule"]) == (409, rule)
    assert await viewers(world.school, placement) == before


async def test_a_home_is_a_council_and_said_by_the_registrar(world: World, ledger: Ledger) -> None:
    pupil, _ = await at_home_with(world, world.other_council)
    nowhere = await moved(world, pupil, world.other_school, "2026-11-20")
    assert (nowhere.status_code, nowhere.json()["errors"][0]["pointer"]) == (422, "/home_council_id")
    by_viewer = await world.other_council.act(pupil, "home-council", {"home_council_id": None, "from_on": "2026-11-20"})
    assert by_viewer.status_code == 404
    assert (await world.provider.act(pupil, "home-council", {})).status_code == 403
    with pytest.raises(DBAPIError, match="permission denied"):
        await ledger.sql_as(world.school.id, "update pupils set home_council_id = null")
    with pytest.raises(DBAPIError, match="permission denied"):
        await ledger.sql_as(world.school.id, "delete from placement_viewers")
