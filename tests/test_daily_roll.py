"""The day's roll: everyone who comes, with hours, sites and states, and nothing of anybody else."""

from typing import Any

from fastapi import FastAPI

from app.access.scopes import Scope
from app.db.embedded_database import Addresses
from app.models.organisations import OrganisationKind
from tests.attendance_days import mark, placement_with_another, set_clock, submit
from tests.ledger import Ledger
from tests.part_time_planning import agreed as planned
from tests.test_placement_contacts import LEAD, TUTOR, listed
from tests.test_suspensions import agreed as suspended
from tests.world import TIMETABLE, Party, World, open_party

ROLL = "/v1/daily-roll"


async def roll(party: Party, **query: Any) -> dict[str, dict[str, Any]]:
    """The entries by placement."""
    answer = await party.get(ROLL, **query)
    assert answer.status_code == 200, answer.text
    return {each["placement_id"]: each for each in answer.json()["items"]}


async def test_a_provider_fetches_its_day_with_hours_sites_and_whom_to_ask(world: World) -> None:
    barn = {"name": "The barn", "address": "1 Lane End", "postcode": "M5 3EQ"}
    made = await world.provider.post(f"/v1/providers/{world.provider.id}/sites", barn)
    site = made.headers["Location"].rsplit("/", 1)[1]
    timetable = [TIMETABLE[2] | {"site_id": site}, TIMETABLE[3] | {"online": True}]
    placement = await world.placement(timetable=timetable, pattern="part_time")
    elsewhere = await placement_with_another(world)
    for party, contact in ((world.school, LEAD), (world.provider, TUTOR)):
        assert (await listed(party, f"/v1/placements/{placement}", contact)).status_code == 200
    [entry] = (await roll(world.provider)).values()
    assert (entry["given_name"], entry["family_name"], entry["date_of_birth"]) == ("Ada", "Example", "2012-03-04")
    assert (entry["host_school_id"], entry["host_school_name"]) == (str(world.school.id), "Hill School")
    assert entry["ap_leads"] == [{"name": "A. Lead", "email": None, "phone": "0161 496 0000"}]
    am, pm = entry["sessions"]
    assert (am["session"], am["starts_at"], am["ends_at"], am["due_at"]) == (
        "am",
        "09:00",
        "12:00",
        "2026-11-24T09:30:00Z",
    )
    assert (am["site_id"], am["site_name"], am["online"], am["state"]) == (site, "The barn", False, "expected")
    assert (pm["site_id"], pm["site_name"], pm["online"]) == (None, None, True)
    assert (await roll(world.school)).keys() == (await roll(world.council)).keys() == {placement, elsewhere}
    assert (await roll(world.council, provider_id=str(world.other_provider.id))).keys() == {elsewhere}
    for stranger in (world.other_council, world.other_school):
        assert await roll(stranger) == {}
    assert "upn" not in (await world.provider.get(ROLL)).text


async def test_it_says_why_nobody_comes_and_leaves_out_whom_nothing_awaits(world: World) -> None:
    away, part, gone = await world.placement(), await world.placement(), await world.placement()
    await suspended(world, away, "2026-11-30", "2026-11-30")
    await planned(world, part, ends_on="2026-12-11", review_dates=["2026-12-11"])
    tuesdays = {"applies_from": "2026-11-25", "slots": TIMETABLE[2:4]}
    assert (await world.school.act(f"/v1/placements/{gone}", "timetables", tuesdays)).status_code == 201
    entries = await roll(world.provider, on_date="2026-11-30")
    assert entries.keys() == {away, part}
    shown = {
        key: [(each["state"], each["waived_by"], each["suggested_code"]) for each in entry["sessions"]]
        for key, entry in entries.items()
    }
    assert shown == {
        away: [("waived", "suspension", "E")] * 2,
        part: [("waived", "part_time_plan", "C2"), ("expected", None, None)],
    }
    assert await roll(world.provider, on_date="2026-11-28") == {}


async def test_a_poll_learns_of_what_changed_and_of_a_deadline_that_passed(
    world: World, database: Addresses, ledger: Ledger
) -> None:
    placement = await world.placement()
    etag = (await world.provider.get(ROLL)).headers["ETag"]

    async def poll() -> int:
        nonlocal etag
        answer = await world.provider.http.get(ROLL, headers={"If-None-Match": etag})
        etag = answer.headers["ETag"]
        return answer.status_code

    assert [await poll(), await poll()] == [304, 304]
    set_clock(database, world, "2026-11-24T09:30:00+00:00")
    assert await poll() == 304
    set_clock(database, world, "2026-11-24T09:31:00+00:00")
    assert [await poll(), await poll()] == [200, 304]
    await submit(world.provider, mark(placement))
    assert [await poll(), await poll()] == [200, 304]
    [entry] = (await roll(world.provider)).values()
    assert [each["state"] for each in entry["sessions"]] == ["received_late", "expected"]
    audited = await ledger.sql(
        "select placement_ids, pupil_ids from audit_entries where operation = 'get_daily_roll'"
        " and organisation_id = :me order by id limit 1",
        me=world.provider.id,
    )
    assert [[str(each) for each in row] for row in audited[0]] == [[placement], [entry["pupil_id"]]]


async def test_it_reaches_two_weeks_ahead_and_comes_in_pages(world: World) -> None:
    placements = {await world.placement(), await world.placement(), await world.placement()}
    for day, status in (("2026-12-08", 200), ("2026-12-09", 422), ("2026-10-27", 200), ("2026-10-26", 422)):
        assert (await world.provider.get(ROLL, on_date=day)).status_code == status, day
    found: list[str] = []
    cursor: dict[str, str] = {}
    while cursor or not found:
        page = (await world.provider.get(ROLL, limit=2, **cursor)).json()
        found += [each["placement_id"] for each in page["items"]]
        cursor = {"cursor": page["next_cursor"]} if page["next_cursor"] else {}
    assert (len(found), set(found)) == (3, placements)


async def test_names_are_for_clients_that_may_read_pupils(world: World, app: FastAPI, database: Addresses) -> None:
    await world.placement()
    with_names = set(Scope) - {Scope.PUPILS_READ}
    ledger = Ledger(database, world)
    await ledger.sql(
        "update api_clients set scopes = :scopes where id = :id",
        scopes=[each.value for each in with_names],
        id=world.provider.client_id,
    )
    [entry] = (await roll(world.provider)).values()
    assert (entry["given_name"], entry["family_name"], entry["date_of_birth"]) == (None, None, None)
    scopes = frozenset(Scope) - {Scope.ATTENDANCE_READ}
    async with open_party(app, database.owner, OrganisationKind.PROVIDER, scopes) as unscoped:
        assert (await unscoped.get(ROLL)).status_code == 403
