"""A school returns what it commissioned and what ended, or nil; a school that files nothing is seen by its council."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import Response

from app.db.embedded_database import Addresses
from app.models.organisations import OrganisationKind
from tests.ledger import Ledger
from tests.world import TUESDAY_MORNING, Party, World, another_party, make_world

PATH, MISSING, MOVEMENTS = "/v1/placement-returns", "/v1/placement-returns-missing", "/v1/placement-movements"
BY = {"filed_by": "A. Head, headteacher"}
DECEMBER = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)


async def file(party: Party, period: str = "2026-11", *, nil: bool = False, **more: Any) -> Response:
    return await party.post(PATH, {"period": period, "nil_return": nil, **BY, **more})


async def commissioned(world: World, **changes: Any) -> str:
    """A placement that the school itself commissioned, and the provider accepted."""
    child = {"given_name": "Ada", "family_name": "Example", "date_of_birth": "2012-03-04"}
    child["home_council_id"] = str(world.council.id)
    pupil = (await world.school.post("/v1/pupils", child)).json()["id"]
    calendar = (await world.council.get("/v1/calendars")).json()["items"]
    calendar_id = calendar[0]["id"] if calendar else await world.calendar()
    body = await world.proposal(pupil_id=pupil, calendar_id=calendar_id, **changes)
    made = await world.school.post("/v1/placements", body)
    assert made.status_code == 201, made.text
    accepted = await world.provider.act(made.headers["Location"], "acceptance")
    assert accepted.status_code == 200, accepted.text
    return str(accepted.json()["id"])


async def in_november(world: World, ledger: Ledger) -> str:
    """One that began on 2 November; it is December by now."""
    await ledger.stand_at(TUESDAY_MORNING)
    placement = await commissioned(world)
    await ledger.stand_at(DECEMBER)
    return placement


async def test_a_school_returns_what_began_and_its_council_reads_it(world: World, ledger: Ledger) -> None:
    placement = await in_november(world, ledger)
    filed = await file(world.school, note="One was backdated")
    assert filed.status_code == 201, filed.text
    read = filed.json()
    assert (read["commissioned"], read["ended"], read["nil_return"], read["number"]) == (1, 0, False, 1)
    assert read["placements"] == [{"placement_id": placement, "commissioned": True, "ended": False}]
    assert (read["first_on"], read["last_on"], read["filed_by"]) == ("2026-11-01", "2026-11-30", BY["filed_by"])
    seen = await world.council.get(filed.headers["Location"])
    assert (seen.json(), "ETag" in seen.headers) == (read, True)
    told = await ledger.told("placement-return.filed", filed.headers["Location"])
    assert told == {world.school.id, world.council.id}
    for stranger in (world.other_council, world.other_school):
        assert (await stranger.get(filed.headers["Location"])).status_code == 404
        assert (await stranger.get(PATH)).json()["items"] == []
    assert (await world.provider.get(PATH)).status_code == 403


async def test_a_council_that_sees_no_placement_reads_how_many_there_are(world: World, ledger: Ledger) -> None:
    placement = await in_november(world, ledger)
    await ledger.sql(
        "delete from placement_viewers where placement_id = :p and organisation_id = :who",
        p=placement,
        who=world.council.id,
    )
    filed = await file(world.school)
    seen = (await world.council.get(filed.headers["Location"])).json()
    assert (seen["commissioned"], seen["placements"], seen["placements_not_shown"]) == (1, [], 1)


async def test_a_nil_return_is_filed_on_purpose(world: World, ledger: Ledger) -> None:
    await ledger.stand_at(DECEMBER)
    refused = await file(world.school)
    assert (refused.status_code, refused.json()["rule"]) == (409, "nothing_to_return")
    filed = await file(world.school, nil=True)
    assert (filed.json()["nil_return"], filed.json()["placements"]) == (True, [])
    again = await file(world.school, nil=True)
    assert (again.status_code, again.json()["rule"]) == (409, "return_unchanged")
    await in_november(world, ledger)
    refused = await file(world.school, nil=True)
    assert (refused.status_code, refused.json()["rule"]) == (409, "not_a_nil_return")


async def test_what_changed_since_is_filed_again_and_takes_its_place(world: World, ledger: Ledger) -> None:
    await ledger.stand_at(DECEMBER)
    first = await file(world.school, nil=True)
    await in_november(world, ledger)
    second = await file(world.school)
    assert (second.json()["number"], second.json()["superseded_by_id"]) == (2, None)
    before = (await world.school.get(first.headers["Location"])).json()
    assert (before["nil_return"], before["superseded_by_id"]) == (True, second.json()["id"])
    standing = (await world.council.get(PATH, standing="true")).json()["items"]
    assert [each["id"] for each in standing] == [second.json()["id"]]
    assert len((await world.council.get(PATH, period="2026-11")).json()["items"]) == 2
    assert (await world.council.get(PATH, period="2026-09")).json()["items"] == []
    assert (await world.council.get(PATH, school_id=str(world.other_school.id))).json()["items"] == []
    assert (await world.council.get(PATH, changed_since="2027-01-01T00:00:00Z")).json()["items"] == []


async def test_a_return_waits_for_the_end_of_its_period(world: World) -> None:
    for period, lawful in (("2026-11", "2026-12-01"), ("2026-27-autumn", "2027-01-01")):
        refused = await file(world.school, period, nil=True)
        assert (refused.status_code, refused.json()["rule"]) == (409, "return_before_end")
        assert refused.json()["next_lawful_dates"] == [lawful]


async def test_an_ended_placement_is_in_the_return_of_its_last_day(world: World, ledger: Ledger) -> None:
    placement = await in_november(world, ledger)
    await ledger.sql("update placements set ends_on = '2026-11-20' where id = :id", id=placement)
    read = (await file(world.school)).json()
    assert (read["commissioned"], read["ended"], len(read["placements"])) == (1, 1, 1)


async def test_the_movements_are_what_a_return_is_made_of(world: World, ledger: Ledger) -> None:
    placement = await in_november(world, ledger)
    await ledger.stand_at(TUESDAY_MORNING)
    await world.placement()
    for party in (world.school, world.council):
        found = (await party.get(MOVEMENTS, month="2026-11")).json()
        assert [each["placement_id"] for each in found["items"]] == [placement], "the council's own is no school's"
    [row] = found["items"]
    assert (row["commissioned"], row["ended"], row["commissioner_name"]) == (True, False, world.school.name)
    assert (row["family_name"], row["destination"]) == ("Example", None)
    nothing = (await world.council.get(MOVEMENTS, month="2026-11", school_id=str(world.other_school.id))).json()
    assert nothing["nil_return"]
    answer = await world.school.get(f"{MOVEMENTS}.csv", month="2026-11")
    assert placement in answer.text
    assert (await world.school.get(f"{MOVEMENTS}.xlsx", month="2026-11")).content.startswith(b"PK")
    assert (await world.provider.get(MOVEMENTS)).status_code == 403
    for stranger in (world.other_council, world.other_school):
        assert (await stranger.get(MOVEMENTS, month="2026-11")).json()["nil_return"]


async def test_a_council_sees_which_of_its_schools_filed_nothing(app: FastAPI, database: Addresses) -> None:
    async with (
        make_world(app, database.owner) as world,
        another_party(app, database.owner, world, OrganisationKind.SCHOOL, "Dale School", world.council) as dale,
    ):
        assert (await file(world.school, "2026-10", nil=True)).status_code == 201
        missing = (await world.council.get(MISSING, period="2026-10")).json()["items"]
        assert missing == [
            {
                "school_id": str(dale.id),
                "school_name": "Dale School",
                "period": "2026-10",
                "last_on": "2026-10-31",
                "overdue": True,
            }
        ]
        assert (await world.council.get(MISSING)).json()["items"] == missing
        both = (await world.council.get(MISSING, period="2026-27-autumn")).json()["items"]
        assert [each["overdue"] for each in both] == [False, False]
        others = (await world.other_council.get(MISSING, period="2026-10")).json()["items"]
        assert [each["school_id"] for each in others] == [str(world.other_school.id)]
        assert (await world.school.get(MISSING, period="2026-10")).status_code == 403


@pytest.mark.parametrize("period", ["2026-13", "2026", "2026-27", "2026-27-winter", "2026-28-autumn", "", "26-10"])
async def test_a_period_is_a_month_or_a_term_of_a_school_year(world: World, period: str) -> None:
    refused = await file(world.school, period, nil=True)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/period")
    assert (await world.council.get(MISSING, period=period)).status_code == 422
    assert (await world.school.get(PATH)).json()["items"] == []


async def test_only_a_school_with_a_council_files(world: World, ledger: Ledger) -> None:
    for party in (world.council, world.provider):
        assert (await file(party, nil=True)).status_code == 403
    await ledger.sql("update organisations set council_id = null where id = :id", id=world.other_school.id)
    assert (await file(world.other_school, "2026-10", nil=True)).status_code == 409


async def test_of_two_that_file_at_once_one_return_stands(world: World) -> None:
    answers = await asyncio.gather(*(file(world.school, "2026-10", nil=True) for _ in range(2)))
    assert sorted(each.status_code for each in answers) == [201, 409]
    assert len((await world.council.get(PATH)).json()["items"]) == 1


async def test_the_database_lets_nobody_file_for_another(world: World, ledger: Ledger) -> None:
    placement = await in_november(world, ledger)
    filed = (await file(world.school)).json()["id"]
    forbidden = [
        "update placement_returns set nil_return = true where id = :filed",
        "delete from placement_returns where id = :filed",
        "update placement_return_lines set ended = true where return_id = :filed",
    ]
    for statement in forbidden:
        with pytest.raises(Exception, match="permission denied"):
            await ledger.sql_as(world.school.id, statement, filed=filed)
    for organisation in (world.council.id, world.other_school.id):
        with pytest.raises(Exception, match="row-level security"):
            await ledger.sql_as(
                organisation,
                "insert into placement_return_lines (id, return_id, placement_id, commissioned, ended)"
                " values (gen_random_uuid(), :filed, :placement, true, true)",
                filed=filed,
                placement=placement,
            )
    assert await ledger.sql_as(world.provider.id, "select id from placement_returns") == []
    assert await ledger.sql_as(world.provider.id, "select id from placement_return_lines") == []
