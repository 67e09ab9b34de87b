"""The extract per home council: who is taught elsewhere, at which places, and for how long."""

import csv
from io import StringIO
from typing import Any

from app.db.embedded_database import Addresses
from tests.attendance_days import mark, placement_accepted_at, set_clock, submit
from tests.test_attendance_census import EVENING, MONDAY, UPN, child
from tests.world import TIMETABLE, Party, World

PATH = "/v1/children-not-in-school"
SITE = {"name": "The Barn", "address": "1 Invented Lane", "postcode": "M1 1AA", "satellite": True}


async def extract(party: Party, **asked: Any) -> list[dict[str, Any]]:
    answer = await party.get(PATH, **({"month": "2026-11"} | asked))
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def site(world: World, **changes: Any) -> str:
    made = await world.provider.post(f"/v1/providers/{world.provider.id}/sites", SITE | changes)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def placed(world: World, database: Addresses, **changes: Any) -> str:
    """A child who lives in the council's area and came this morning, from Monday on."""
    pupil = await child(world, upn=UPN)
    placement = await placement_accepted_at(database, world, MONDAY, pupil_id=pupil, **changes)
    set_clock(database, world, EVENING)
    assert (await submit(world.provider, mark(placement))).json()["recorded_count"] == 1
    return placement


async def test_it_names_provider_type_places_and_time(world: World, database: Addresses) -> None:
    barn, hall = await site(world), await site(world, name="The Hall", satellite=False)
    slots: list[dict[str, Any]] = [each | {"site_id": barn if each["session"] == "am" else hall} for each in TIMETABLE]
    slots[1] = {**TIMETABLE[1], "online": True}
    placement = await placed(world, database, timetable=slots)
    [row] = await extract(world.council)
    assert (row["placement_id"], row["upn"], row["on_school_roll"]) == (placement, UPN, True)
    assert (row["arranged_by"], row["host_school_name"]) == ("council", world.school.name)
    assert (row["provider_name"], row["setting_type"]) == (world.provider.name, "other_unregistered")
    places = {each["site_name"]: each for each in row["places"]}
    assert places.keys() == {"The Barn", "The Hall", None}
    there = places["The Barn"]
    assert (there["address"], there["postcode"], there["satellite"], there["place_stated"]) == (
        "1 Invented Lane",
        "M1 1AA",
        True,
        True,
    )
    mornings = there["sessions_timetabled"]
    assert mornings > 0
    assert there["minutes_timetabled"] == mornings * 180
    assert (there["sessions_attended"], there["minutes_attended"]) == (1, 180)
    assert (places["The Hall"]["sessions_attended"], places["The Hall"]["minutes_attended"]) == (0, 0)
    online = places[None]
    assert (online["taught_online"], online["address"], online["place_stated"]) == (True, None, False)


async def test_the_only_site_of_a_provider_is_where_the_child_is(world: World, database: Addresses) -> None:
    await placed(world, database)
    [row] = await extract(world.council)
    [place] = row["places"]
    assert (place["address"], place["place_stated"]) == (None, False)
    await site(world)
    [row] = await extract(world.council)
    assert (row["places"][0]["address"], row["places"][0]["place_stated"]) == ("1 Invented Lane", False)
    await site(world, name="The Hall")
    [row] = await extract(world.council)
    assert row["places"][0]["address"] is None


async def test_only_the_home_council_reads_it_for_its_own_days(world: World, database: Addresses) -> None:
    placement = await placed(world, database)
    [row] = await extract(world.council)
    [place] = row["places"]
    moved = {"home_council_id": str(world.other_council.id), "from_on": "2026-11-24"}
    assert (await world.council.act(f"/v1/pupils/{row['pupil_id']}", "home-council", moved)).status_code == 200
    [before], [after] = await extract(world.council), await extract(world.other_council)
    assert (before["placement_id"], after["placement_id"]) == (placement, placement)
    sessions = [each["places"][0]["sessions_timetabled"] for each in (before, after)]
    assert sum(sessions) == place["sessions_timetabled"]
    assert [each["places"][0]["sessions_attended"] for each in (before, after)] == [0, 1]
    assert await extract(world.council, month="2026-12") == []
    for party in (world.school, world.provider):
        answer = await party.get(PATH)
        assert (answer.status_code, answer.json()["needed_kinds"]) == (403, ["council"])


async def test_the_commissioner_alone_is_no_home_council(world: World, database: Addresses) -> None:
    pupil = await child(world, home_council_id=str(world.other_council.id))
    await placement_accepted_at(database, world, MONDAY, pupil_id=pupil)
    assert await extract(world.council) == []
    assert len(await extract(world.other_council)) == 1


async def test_a_file_has_a_line_for_each_place(world: World, database: Addresses) -> None:
    barn, hall = await site(world), await site(world, name="The Hall")
    slots: list[dict[str, Any]] = [each | {"site_id": barn if each["session"] == "am" else hall} for each in TIMETABLE]
    placement = await placed(world, database, timetable=slots)
    answer = await world.council.get(f"{PATH}.csv", month="2026-11")
    lines = list(csv.DictReader(StringIO(answer.text, newline="")))
    assert [each["placement_id"] for each in lines] == [placement] * 2
    assert {each["site_name"] for each in lines} == {"The Barn", "The Hall"}
    assert "places" not in lines[0]
    answer = await world.other_council.get(f"{PATH}.csv", month="2026-11")
    assert [each["record"] for each in csv.DictReader(StringIO(answer.text, newline=""))] == ["nil_return"]
    assert (await world.council.get(f"{PATH}.xlsx", month="2026-11")).content.startswith(b"PK")
    for stranger in (world.school, world.provider):
        assert (await stranger.get(f"{PATH}.xlsx")).status_code == 403


async def test_a_child_without_a_session_in_the_period_is_there_without_a_place(
    world: World, database: Addresses
) -> None:
    await placed(world, database)
    answer = await world.council.get(f"{PATH}.csv", school_year="2026-27", term="spring")
    assert answer.status_code == 200
    assert [each["taught_online"] for each in csv.DictReader(StringIO(answer.text, newline=""))] in ([""], ["no"])
