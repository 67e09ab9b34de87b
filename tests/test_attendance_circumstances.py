"""What is known of a session beside the fact: dual registration, age, plans and suspensions lead to other codes."""

import asyncio
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from fastapi import FastAPI

from app.db.embedded_database import Addresses
from app.rules.attendance_circumstances import circumstance_of, compulsory_age_ends_on
from app.rules.calendars import SchoolSession
from app.rules.dual_registrations import DualRegistration, WeeklySession
from app.rules.timetables import WEEKDAYS
from app.services.duties import do_duties
from tests.attendance_days import mark, marks_seen, sessions_seen, set_clock, submit
from tests.ledger import Ledger
from tests.part_time_planning import agreed as plan_agreed
from tests.test_dual_registrations import registered
from tests.test_duties_clocks import at
from tests.test_suspensions import agreed as suspended
from tests.world import World

TUESDAY_AM = {"weekday": "tuesday", "session": "am"}
YEAR_13 = {"given_name": "Ada", "family_name": "Example", "date_of_birth": "2009-03-04"}
AFTERNOON = "2026-11-24T13:30:00+00:00"
D, X = "at_other_registered_school", "not_required_after_16"


async def suggested(world: World, *rows: dict[str, Any]) -> list[tuple[str, str]]:
    result = (await submit(world.provider, *rows)).json()
    assert result["rejected"] == []
    return [(row["suggested_code"], row["suggested_by"]) for row in result["accepted"]]


async def known(ledger: Ledger, placement: str) -> dict[str, str]:
    rows = await ledger.sql(
        "select on_date || ' ' || session, circumstance from expected_sessions"
        " where placement_id = :p and circumstance is not null order by 1",
        p=placement,
    )
    return {row[0]: row[1] for row in rows}


async def placed_at(world: World, born: str, **changes: Any) -> str:
    pupil = (await world.council.post("/v1/pupils", YEAR_13 | {"date_of_birth": born})).json()["id"]
    return await world.placement(pupil_id=pupil, **changes)


async def test_a_session_at_the_other_registered_school_is_d_whatever_the_pupil_did(
    world: World, database: Addresses
) -> None:
    placement = await world.placement()
    set_clock(database, world, AFTERNOON)
    await registered(world, placement, sessions=[TUESDAY_AM])
    rows = [mark(placement), mark(placement, session="pm")]
    assert await suggested(world, *rows) == [
        ("D", "scheduled_at_other_registered_school"),
        ("K", "attended_in_person_council_commissioned"),
    ]
    [morning, afternoon] = await sessions_seen(world.school)
    assert (morning["circumstance"], afternoon["circumstance"]) == (D, None)
    absent = await suggested(world, mark(placement, fact="absent", reason="ill"))
    assert absent == [("D", "scheduled_at_other_registered_school")]


async def test_sessions_added_later_know_of_a_registration_too(world: World, ledger: Ledger) -> None:
    pupil = await world.pupil()
    first = await world.placement(pupil_id=pupil, planned_end_on="2026-12-18")
    await registered(world, first, sessions=[TUESDAY_AM], until_on="2027-01-12")
    later = await world.placement(pupil_id=pupil, starts_on="2027-01-04", planned_end_on="2027-02-12")
    assert await known(ledger, later) == {"2027-01-05 am": D, "2027-01-12 am": D}


async def test_a_registration_recorded_late_changes_what_was_suggested(
    world: World, app: FastAPI, ledger: Ledger, database: Addresses
) -> None:
    placement = await world.placement()
    set_clock(database, world, AFTERNOON)
    [first] = (await submit(world.provider, mark(placement, arrived_at="09:00"))).json()["accepted"]
    set_clock(database, world, "2026-11-25T08:00:00+00:00")
    path = await registered(world, placement, sessions=[TUESDAY_AM])
    for _ in range(2):
        assert (await do_duties(app.state.worker_sessions, world.sandbox_id, at("2026-11-25", 9))).failed == ()
    [stands] = await marks_seen(world.school, changed_since="2026-11-25T08:30:00Z")
    assert (stands["suggested_code"], stands["origin"], stands["supersedes_id"]) == (
        "D",
        "circumstances",
        first["mark_id"],
    )
    assert (stands["client_id"], stands["acting_for"], stands["correction_reason"]) == (None, None, None)
    assert (stands["fact"], stands["arrived_at"], stands["received_at"]) == ("present", "09:00", "2026-11-25T09:00:00Z")
    everybody = {world.council.id, world.school.id, world.provider.id}
    resource = f"/v1/attendance-marks?placement_id={placement}"
    assert await ledger.told("attendance.suggested-anew", resource) == everybody
    submission = (await world.provider.get(f"/v1/attendance-submissions/{stands['submission_id']}")).json()
    assert (submission["recorded_count"], [each["id"] for each in submission["marks"]]) == (1, [first["mark_id"]])
    set_clock(database, world, "2026-11-25T10:00:00+00:00")
    again = (await submit(world.provider, mark(placement, arrived_at="09:00"))).json()
    assert [(row["state"], row["mark_id"]) for row in again["accepted"]] == [("unchanged", stands["id"])]
    await world.school.act(path, "withdrawal", {"reason": "Wrong pupil"})
    await do_duties(app.state.worker_sessions, world.sandbox_id, at("2026-11-25", 11))
    history = (await world.school.get(f"/v1/attendance-marks/{first['mark_id']}/history")).json()["marks"]
    assert [each["suggested_code"] for each in history] == ["K", "D", "K"]
    assert [each["current"] for each in history] == [False, False, True]
    assert len(await ledger.sql("select from events where resource = :r", r=resource)) == 2


async def test_a_registration_and_a_submission_at_once_leave_no_suggestion_behind(world: World, app: FastAPI) -> None:
    placement = await world.placement()
    await submit(world.provider, mark(placement))
    await asyncio.gather(
        registered(world, placement, sessions=[TUESDAY_AM]),
        *(submit(world.provider, mark(placement, fact=fact)) for fact in ("absent", "late")),
    )
    await do_duties(app.state.worker_sessions, world.sandbox_id, at("2026-11-24", 9))
    [stands] = await marks_seen(world.school)
    assert stands["suggested_code"] == "D"
    assert len({each["supersedes_id"] for each in await marks_seen(world.school, superseded=True)}) >= 3


async def test_past_compulsory_age_an_absence_is_x_only_where_attendance_is_not_required(
    world: World, ledger: Ledger, app: FastAPI, database: Addresses
) -> None:
    set_clock(database, world, AFTERNOON)
    placement, younger = await placed_at(world, "2009-03-04"), await placed_at(world, "2011-03-04")
    absent = [mark(placement, fact="absent"), mark(placement, session="pm"), mark(younger, fact="absent")]
    assert [code for code, _ in await suggested(world, *absent)] == ["N", "K", "N"]
    for each in (placement, younger):
        stated = await world.council.change("PUT", f"/v1/placements/{each}/facts", {"required_after_16": False})
        assert (stated.status_code, stated.json()["required_after_16"]) == (200, False)
    assert set((await known(ledger, placement)).values()) == {X}
    assert await known(ledger, younger) == {}
    await do_duties(app.state.worker_sessions, world.sandbox_id, at("2026-11-24", 9))
    seen = {(each["placement_id"], each["session"]): each for each in await marks_seen(world.school)}
    assert seen[placement, "am"]["suggested_by"] == "post_16_not_required"
    assert (seen[placement, "pm"]["suggested_code"], seen[younger, "am"]["suggested_code"]) == ("K", "N")
    again = await world.council.change("PUT", f"/v1/placements/{placement}/facts", {"required_after_16": True})
    assert again.status_code == 200, again.text
    assert await known(ledger, placement) == {}


async def test_a_mended_date_of_birth_is_followed(world: World, ledger: Ledger) -> None:
    placement = await placed_at(world, "2011-03-04")
    await world.council.change("PUT", f"/v1/placements/{placement}/facts", {"required_after_16": False})
    assert await known(ledger, placement) == {}
    pupil = (await world.council.get(f"/v1/placements/{placement}")).json()["pupil_id"]
    mended = await world.council.change("PATCH", f"/v1/pupils/{pupil}", {"date_of_birth": "2009-03-04"})
    assert mended.status_code == 200, mended.text
    assert set((await known(ledger, placement)).values()) == {X}


@pytest.mark.parametrize(
    ("by", "code", "rule"),
    [
        pytest.param("plan", "C2", "not_timetabled_under_part_time_plan", id="off a part-time plan"),
        pytest.param("suspension", "E", "suspended_with_nothing_arranged", id="suspended"),
    ],
)
async def test_what_is_stated_of_a_waived_session_is_taken_and_is_never_late(
    world: World, database: Addresses, by: str, code: str, rule: str
) -> None:
    placement = await world.placement()
    if by == "plan":
        await plan_agreed(world, placement)
    else:
        await suspended(world, placement, "2026-11-30", "2026-11-30")
    set_clock(database, world, "2026-11-30T11:00:00+00:00")
    row = mark(placement, on_date="2026-11-30", fact="absent")
    [absent] = (await submit(world.provider, row)).json()["accepted"]
    assert (absent["suggested_code"], absent["suggested_by"], absent["punctuality"]) == (code, rule, "on_time")
    came = await suggested(world, row | {"fact": "present"})
    assert came == [("K", "attended_in_person_council_commissioned")]
    [morning] = [each for each in await sessions_seen(world.school) if each["session"] == "am"]
    assert (morning["state"], morning["mark"]["fact"]) == ("received_on_time", "present")
    for state, found in (("received_on_time", 1), ("received_late", 0), ("missing", 1)):
        seen = await sessions_seen(world.school, state=state)
        assert len([each for each in seen if each["session"] == "am"]) == (found if state != "missing" else 0)


async def test_the_database_knows_what_the_rule_says(world: World, ledger: Ledger) -> None:
    born = date(2010, 1, 1)
    placement = await placed_at(world, born.isoformat(), starts_on="2026-11-02", planned_end_on="2027-03-25")
    sessions = [{"weekday": "monday", "session": "pm"}, {"weekday": "friday", "session": "am"}]
    await registered(world, placement, sessions=sessions, from_on="2026-11-09", until_on="2027-02-05")
    await world.council.change("PUT", f"/v1/placements/{placement}/facts", {"required_after_16": False})
    registration = DualRegistration(
        world.school.id,
        world.provider.id,
        date(2026, 11, 9),
        date(2027, 2, 5),
        frozenset(WeeklySession(WEEKDAYS[each], SchoolSession(part)) for each, part in ((0, "pm"), (4, "am"))),
    )
    found = await ledger.sql(
        "select on_date, session, circumstance from expected_sessions where placement_id = :p", p=placement
    )
    assert {row[2] for row in found} == {D, X}
    for day, part, circumstance in found:
        said = circumstance_of(
            day, SchoolSession(part), registrations=[registration], date_of_birth=born, required_after_16=False
        )
        assert circumstance == said, (day, part)


async def test_the_database_knows_when_compulsory_age_ends(ledger: Ledger) -> None:
    days = [date(2008, 1, 1) + timedelta(days=31 * month + day) for month, day in product(range(120), (0, 1, 30))]
    [row] = await ledger.sql(
        "select array_agg(compulsory_age_ends_on(b) order by n) from unnest(cast(:days as date[])) with ordinality as d(b, n)",
        days=days,
    )
    assert row[0] == [compulsory_age_ends_on(day) for day in days]
