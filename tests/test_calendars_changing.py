"""A calendar that governs placements may change for days to come; what is expected follows."""

from asyncio import gather
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import Response

from app.services.duties import DutiesDone, do_duties
from tests.asking import CHRISTMAS, FEBRUARY, days_of, read
from tests.attendance_days import mark, sessions_seen, submit
from tests.ledger import Ledger
from tests.test_suspensions import agreed, requested
from tests.test_terminations import give, given
from tests.world import CALENDAR, TUESDAY_MORNING, Party, World

HALF_TERMS: Any = CALENDAR["half_terms"]
SUMMER = {"term": "summer", "half": 1, "first": "2027-04-12", "last": "2027-05-28"}


async def change(party: Party, calendar: str, *closed: str, **changes: Any) -> Response:
    """Puts the calendar with these days closed, and no others."""
    closures = [{"date": day, "reason": "Closed"} for day in closed]
    return await party.change("PUT", f"/v1/calendars/{calendar}", CALENDAR | {"closures": closures} | changes)


async def follow(app: FastAPI, world: World) -> DutiesDone:
    return await do_duties(app.state.worker_sessions, world.sandbox_id, TUESDAY_MORNING)


async def test_nothing_is_expected_on_a_day_that_is_closed_save_what_was_received(
    world: World, ledger: Ledger, app: FastAPI
) -> None:
    calendar = await world.calendar()
    placement, other = await world.placement(calendar_id=calendar), await world.placement(calendar_id=calendar)
    assert len((await submit(world.provider, mark(other))).json()["accepted"]) == 1
    before = await ledger.sessions(placement)
    assert (await change(world.council, calendar, "2026-11-24", "2026-11-27", "2026-12-07")).status_code == 200
    assert (await follow(app, world)).failed == ()
    after = await ledger.sessions(placement)
    assert before.keys() - after.keys() == {"2026-12-07 am", "2026-12-07 pm"}
    assert {each for each, by in after.items() if by} == {"2026-11-24 am", "2026-11-24 pm"}
    today = {each["session"]: each for each in await sessions_seen(world.school, placement_id=other)}
    assert [(each["state"], each["waived_by"], each["suggested_code"]) for each in today.values()] == [
        ("received_on_time", "closure", None),
        ("waived", "closure", "Y4"),
    ]
    outstanding = (await world.council.get("/v1/attendance-outstanding", on_date="2026-12-07")).json()
    assert outstanding["expected"] == 0


async def test_a_day_that_is_opened_is_expected_by_the_timetable_of_that_day(
    world: World, ledger: Ledger, app: FastAPI
) -> None:
    calendar = await world.calendar()
    placement = await world.placement(calendar_id=calendar)
    mornings = [{"weekday": "friday", "session": "am", "starts_at": "09:00", "ends_at": "12:00"}]
    changed = {"applies_from": "2026-11-26", "slots": mornings}
    assert (await world.provider.act(f"/v1/placements/{placement}", "timetables", changed)).status_code == 201
    before = await ledger.sessions(placement)
    assert (await change(world.council, calendar, "2026-12-11")).status_code == 200
    await follow(app, world)
    after = await ledger.sessions(placement)
    assert (after.keys() - before.keys(), before.keys() - after.keys()) == ({"2026-11-27 am"}, {"2026-12-11 am"})
    assert await follow(app, world) == DutiesDone(0, ())
    assert await ledger.sessions(placement) == after


async def test_half_terms_published_later_are_expected_of_a_placement_that_lasts_so_long(
    world: World, ledger: Ledger, app: FastAPI
) -> None:
    calendar = await world.calendar()
    placement = await world.placement(calendar_id=calendar, planned_end_on="2027-05-28", planned_end_by_agreement=True)
    assert list(await ledger.sessions(placement))[-1] == "2027-03-25 pm"
    grown = await change(world.council, calendar, "2026-11-27", half_terms=[*CALENDAR["half_terms"], SUMMER])
    assert grown.status_code == 200, grown.text
    await follow(app, world)
    assert list(await ledger.sessions(placement))[-1] == "2027-05-28 pm"


@pytest.mark.parametrize(
    ("closed", "changes", "rule"),
    [
        pytest.param(["2026-10-23", "2026-11-27"], {}, "day_has_been", id="a day long ago is closed"),
        pytest.param(
            ["2026-11-27"], {"half_terms": CALENDAR["half_terms"][:3]}, "published_half_terms_stay", id="one taken out"
        ),
        pytest.param(
            ["2026-11-27"],
            {"half_terms": [*HALF_TERMS[:3], HALF_TERMS[3] | {"last": "2027-04-01"}]},
            "published_half_terms_stay",
            id="one that lasts longer",
        ),
    ],
)
async def test_what_may_not_change_is_refused_and_nothing_moves(
    world: World, ledger: Ledger, closed: list[str], changes: dict[str, Any], rule: str
) -> None:
    calendar = await world.calendar()
    placement = await world.placement(calendar_id=calendar)
    before = (await ledger.sessions(placement), await read(world.council, f"/v1/calendars/{calendar}"))
    refusal = await change(world.council, calendar, *closed, **changes)
    assert (refusal.status_code, refusal.json()["rule"]) == (409, rule)
    assert (await ledger.sessions(placement), await read(world.council, f"/v1/calendars/{calendar}")) == before


async def test_a_closed_day_is_not_opened_once_it_has_come(world: World, ledger: Ledger) -> None:
    calendar = await world.calendar()
    await world.placement(calendar_id=calendar)
    await ledger.stand_at(datetime(2026, 11, 27, 7, 0, tzinfo=UTC))
    assert (await change(world.council, calendar)).json()["rule"] == "day_has_been"


async def test_a_calendar_that_governs_nothing_changes_freely(world: World) -> None:
    calendar = await world.calendar()
    assert (await change(world.council, calendar, half_terms=CALENDAR["half_terms"][1:])).status_code == 200
    assert (await change(world.other_council, calendar)).status_code == 404


async def test_a_notice_keeps_its_day_when_that_day_is_closed_and_later_ones_name_the_new(
    world: World, ledger: Ledger, app: FastAPI
) -> None:
    calendar = await world.calendar()
    placement, other = await world.placement(calendar_id=calendar), await world.placement(calendar_id=calendar)
    notice = await given(world.provider, placement)
    assert (await change(world.council, calendar, "2026-11-27", CHRISTMAS)).status_code == 200
    await follow(app, world)
    shown = await read(world.school, notice)
    assert (shown["state"], shown["effective_on"]) == ("standing", CHRISTMAS)
    assert await days_of(world, placement) == (FEBRUARY, CHRISTMAS)
    assert list(await ledger.sessions(placement))[-1] == "2026-12-17 pm"
    refusal = (await give(world.provider, other)).json()
    assert (refusal["rule"], refusal["next_lawful_dates"]) == ("not_last_day_of_half_term", ["2026-12-17"])
    assert (await give(world.provider, other, "2026-12-17")).status_code == 201


async def test_suspensions_follow_too(world: World, ledger: Ledger, app: FastAPI) -> None:
    calendar = await world.calendar()
    placement = await world.placement(calendar_id=calendar)
    standing = await agreed(world, placement, "2026-11-26", "2026-11-30")
    open_ = await requested(world, placement, "2026-12-01", "2026-12-03")
    assert (await change(world.council, calendar, "2026-12-01")).status_code == 200
    await follow(app, world)
    assert "2026-11-27 am" in await ledger.waived(placement)
    assert (await read(world.school, standing))["pupil_days"] == 3
    assert (await read(world.school, open_))["takes_effect_at"] == "2026-12-02T09:00:00Z"


async def test_it_follows_the_owner_that_sees_none_of_the_placements(
    world: World, ledger: Ledger, app: FastAPI
) -> None:
    child = {"given_name": "Ada", "family_name": "Example", "date_of_birth": "2012-03-04"}
    pupil = (await world.school.post("/v1/pupils", child)).json()["id"]
    calendar = await world.calendar()
    body = await world.proposal(calendar_id=calendar, pupil_id=pupil)
    path = (await world.school.post("/v1/placements", body)).headers["Location"]
    assert (await world.provider.act(path, "acceptance")).status_code == 200
    assert (await world.council.get(path)).status_code == 404
    placement = path.rsplit("/", 1)[1]
    assert (await change(world.council, calendar, "2026-11-27", "2026-12-07")).status_code == 200
    await follow(app, world)
    assert "2026-12-07 am" not in await ledger.sessions(placement)


async def test_the_sandbox_clock_lets_the_ledger_follow_before_it_asks_who_is_missing(
    world: World, ledger: Ledger
) -> None:
    calendar = await world.calendar()
    placement = await world.placement(calendar_id=calendar)
    await change(world.council, calendar, "2026-11-24", "2026-11-27")
    moved = await world.council.http.put("/v1/sandbox/clock", json={"now": "2026-11-24T12:00:00Z"})
    assert moved.status_code == 200
    assert (await ledger.sessions(placement))["2026-11-24 am"] == "closure"
    assert (
        await ledger.sql("select 1 from events where type = 'attendance.missing' and placement_id = :p", p=placement)
        == []
    )


async def test_a_placement_that_is_being_changed_is_followed_the_next_time(
    world: World, ledger: Ledger, app: FastAPI
) -> None:
    calendar = await world.calendar()
    placement = await world.placement(calendar_id=calendar)
    await change(world.council, calendar, "2026-11-27", "2026-12-07")
    done, notice = await gather(follow(app, world), give(world.provider, placement))
    assert (done.failed, notice.status_code) == ((), 201)
    await follow(app, world)
    sessions = await ledger.sessions(placement)
    assert "2026-12-07 am" not in sessions
    assert list(sessions)[-1] == f"{CHRISTMAS} pm"
