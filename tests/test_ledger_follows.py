"""The whole ledger after every kind of change made after the fact, against a model of its own."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest
from fastapi import FastAPI

from app.db.embedded_database import Addresses
from app.outbox.recording import record_events
from app.services.duties_attendance import tell_missing_attendance
from app.services.duties_calendars import follow_calendars
from tests.asking import answer as answer_both
from tests.asking import asked, at_once, longer
from tests.attendance_days import mark, submit
from tests.ledger import Ledger
from tests.ledger_model import FULL, Away, Known, Weekly, both, expected_of, instant, only
from tests.part_time_planning import agreed as planned
from tests.test_suspensions import agreed as suspended
from tests.world import CALENDAR, Party, World, make_world

RECEIVED = {("2026-11-20", "am"): "2026-11-20T10:05", ("2026-11-23", "am"): "2026-11-23T09:10"}
TODAY, TOMORROW, YESTERDAY = "2026-11-24", "2026-11-25", "2026-11-23"
PLAN = {"ends_on": "2026-12-11", "review_dates": ["2026-12-11"]}
PLAN_PARTS = {("monday", "am"), ("friday", "pm")}


@dataclass
class Story:
    """A placement since 17 November, under a calendar of the council's or the provider's, and what happens to it."""

    world: World
    ledger: Ledger
    app: FastAPI
    owner: Party
    calendar: str
    placement: str

    async def at(self, time: str, day: str = TODAY) -> None:
        """The clock moves, and the duties of the ledger are done."""
        now = instant(f"{day}T{time}")
        await self.ledger.stand_at(now)
        async with self.app.state.worker_sessions() as session:
            for duty in (follow_calendars, tell_missing_attendance):
                batch = await duty(session, self.world.sandbox_id, now, None)
                await record_events(session, sorted(batch.tellings, key=lambda each: each.occurred_at))
            await session.commit()

    async def timetable(self, applies_from: str, weekly: Weekly, party: Party | None = None) -> None:
        body = {"applies_from": applies_from, "slots": slots(weekly)}
        done = await (party or self.world.council).act(f"/v1/placements/{self.placement}", "timetables", body)
        assert done.status_code == 201, done.text

    async def close(self, *days: str) -> None:
        """These days and the INSET day are closed, and no others."""
        closures = [{"date": day, "reason": "Snow"} for day in days] + CALENDAR["closures"]  # type: ignore[operator]
        done = await self.owner.change("PUT", f"/v1/calendars/{self.calendar}", CALENDAR | {"closures": closures})
        assert done.status_code == 200, done.text

    async def receive(self, day: str, part: str, fact: str = "present") -> None:
        done = await submit(self.world.provider, mark(self.placement, on_date=day, session=part, fact=fact))
        assert len(done.json()["accepted"]) == 1, done.text

    async def ends(self, body: dict[str, Any]) -> None:
        path = await asked(self.world.provider, body)
        for party in (self.world.school, self.world.council):
            assert (await answer_both(party, path)).status_code == 200


def slots(weekly: Weekly) -> list[dict[str, str]]:
    ends = {"am": "12:00", "pm": "15:00"}
    return [{"weekday": d, "session": p, "starts_at": at, "ends_at": ends[p]} for (d, p), at in weekly.items()]


async def nothing(story: Story) -> None:
    await story.at("09:31")


async def a_late_start(story: Story) -> None:
    await story.at("09:20")
    await story.timetable(TODAY, both("10:00"), story.world.provider)
    await story.at("09:31")


async def no_more_mornings(story: Story) -> None:
    await story.at("09:20")
    await story.timetable(TODAY, only("pm"), story.world.provider)
    await story.at("09:31")


async def no_more_mornings_too_late(story: Story) -> None:
    await story.at("09:40")
    await story.timetable(TODAY, only("pm"))
    await story.at("09:41")


async def due_anew(story: Story) -> None:
    await story.at("09:40")
    await story.timetable(TODAY, both("10:30"))
    await story.at("11:01")


async def an_early_start(story: Story) -> None:
    await story.at("08:10")
    await story.timetable(TODAY, both("08:00"))
    await story.at("08:31")


async def mornings_alone_since(story: Story) -> None:
    await story.timetable("2026-11-18", only("am"))
    await story.at("09:31")


async def afternoons_alone_since(story: Story) -> None:
    await story.timetable("2026-11-19", only("pm"))
    await story.at("09:31")


async def all_day_since(story: Story) -> None:
    await story.timetable("2026-11-19", FULL)
    await story.at("09:31")


async def snow(story: Story) -> None:
    await story.at("07:30")
    await story.close(TODAY)
    await story.at("09:31")


async def snow_after_a_mark(story: Story) -> None:
    await story.at("07:20")
    await story.receive(TODAY, "am", "absent")
    await snow(story)


async def a_past_day_closed(story: Story) -> None:
    await story.close(YESTERDAY)
    await story.at("09:31")


async def snow_that_melts(story: Story) -> None:
    await story.at("07:30")
    await story.close(TODAY)
    await story.at("08:10")
    await story.close()
    await story.at("09:31")


async def a_past_day_closed_by_mistake(story: Story) -> None:
    await a_past_day_closed(story)
    await story.close()
    await story.at("09:35")


async def a_day_to_come_closed(story: Story) -> None:
    await story.close("2026-12-07")
    await story.at("09:31")


async def an_inset_day_that_moves_twice(story: Story) -> None:
    await a_day_to_come_closed(story)
    await story.close("2026-12-08")
    await story.at("09:35")


async def a_suspension(story: Story) -> None:
    await suspended(story.world, story.placement, "2026-11-26", "2026-11-30")
    await story.at("09:31")


async def a_suspension_withdrawn_on_its_day(story: Story) -> None:
    path = await suspended(story.world, story.placement, "2026-11-26", "2026-11-30")
    await story.at("10:00", "2026-11-26")
    assert (await story.world.provider.act(path, "withdrawal")).status_code == 200


async def a_suspension_under_snow(story: Story) -> None:
    await suspended(story.world, story.placement, "2026-11-26", "2026-11-30")
    await story.at("07:30", "2026-11-26")
    await story.close("2026-11-26")
    await story.at("09:31", "2026-11-26")


async def a_suspension_and_other_hours(story: Story) -> None:
    await suspended(story.world, story.placement, "2026-11-26", "2026-11-30")
    await story.timetable("2026-11-26", both("10:00", "13:30"))
    await story.at("09:31")


async def a_plan(story: Story) -> None:
    await planned(story.world, story.placement, **PLAN)
    await story.at("09:31")


async def a_plan_ended_early(story: Story) -> None:
    path = await planned(story.world, story.placement, **PLAN)
    await story.at("09:31", "2026-12-07")
    assert (await story.world.school.act(path, "ending", {"because": "Full time again"})).status_code == 200


async def a_plan_and_a_suspension(story: Story) -> None:
    await planned(story.world, story.placement, **PLAN)
    await suspended(story.world, story.placement, "2026-11-26", "2026-12-04")
    await story.at("09:31")


async def a_suspension_withdrawn_from_a_plan(story: Story) -> None:
    path = await suspended(story.world, story.placement, "2026-11-26", "2026-12-04")
    await planned(story.world, story.placement, **PLAN)
    assert (await story.world.provider.act(path, "withdrawal")).status_code == 200
    await story.at("09:31")


async def ended_at_once(story: Story) -> None:
    await story.at("10:00")
    await story.ends(at_once(story.placement, TODAY))
    await story.at("13:31")


async def ended_within_a_plan_and_a_suspension(story: Story) -> None:
    await planned(story.world, story.placement, **PLAN)
    await suspended(story.world, story.placement, "2026-12-02", "2026-12-04")
    await story.ends(at_once(story.placement, "2026-12-03"))
    await story.at("09:31")


async def extended(story: Story) -> None:
    await story.ends(longer(story.placement, "2026-12-18"))
    await story.at("09:31")


async def succeeded(story: Story) -> None:
    """By a placement for another school under the provider's calendar, which is closed on 9 December."""
    closures = [*CALENDAR["closures"], {"date": "2026-12-09", "reason": "Staff"}]
    calendar = await story.world.provider.post("/v1/calendars", CALENDAR | {"closures": closures})
    body = {
        "starts_on": "2026-12-08",
        "host_school_id": str(story.world.other_school.id),
        "calendar_id": calendar.json()["id"],
    }
    made = await story.world.council.post(f"/v1/placements/{story.placement}/successor", body)
    assert made.status_code == 201, made.text
    assert (await story.world.provider.act(made.headers["Location"], "acceptance")).status_code == 200
    await story.at("09:31")
    story.placement = str(made.json()["id"])


@pytest.fixture(scope="module")
async def one_world(app: FastAPI, database: Addresses) -> AsyncIterator[World]:
    """Each row has a placement and a calendar of its own in it, and moves its clock as it needs."""
    async with make_world(app, database.owner) as made:
        yield made


Change = Callable[[Story], Awaitable[None]]
SUSPENDED = Away("suspension", "2026-11-26", "2026-11-30")
PLANNED = Away("part_time_plan", "2026-11-30", "2026-12-11", parts=PLAN_PARTS)
LONG = Away("suspension", "2026-11-26", "2026-12-04")


def since(day: str, weekly: Weekly) -> dict[str, Any]:
    return {"versions": {"2026-11-17": FULL, day: weekly}}


ROWS: list[tuple[str, Change, dict[str, Any], int]] = [
    ("nothing", nothing, {}, 1),
    ("a start at 10:00 instead, at 09:20", a_late_start, since(TODAY, both("10:00")), 0),
    ("no morning after all, at 09:20", no_more_mornings, since(TODAY, only("pm")), 0),
    ("no morning after all, at 09:40", no_more_mornings_too_late, since(TODAY, only("pm")), 1),
    ("a start at 10:30 instead, at 09:40", due_anew, since(TODAY, both("10:30")) | {"now": "11:01"}, 2),
    ("a start at 08:00 instead", an_early_start, since(TODAY, both("08:00")) | {"now": "08:31"}, 1),
    ("mornings alone, backdated", mornings_alone_since, since("2026-11-18", only("am")), 1),
    ("afternoons alone, backdated", afternoons_alone_since, since("2026-11-19", only("pm")), 0),
    ("all day, backdated", all_day_since, {"versions": {"2026-11-17": only("am"), "2026-11-19": FULL}}, 1),
    ("snow", snow, {"closed": {TODAY}}, 0),
    (
        "snow after a mark",
        snow_after_a_mark,
        {"closed": {TODAY}, "received": {**RECEIVED, (TODAY, "am"): f"{TODAY}T07:20"}},
        0,
    ),
    ("a past day closed", a_past_day_closed, {"closed": {YESTERDAY}}, 1),
    ("snow that melts", snow_that_melts, {}, 1),
    ("a past day closed by mistake", a_past_day_closed_by_mistake, {"now": "09:35"}, 1),
    ("a day to come closed", a_day_to_come_closed, {"closed": {"2026-12-07"}}, 1),
    ("an INSET day that moves twice", an_inset_day_that_moves_twice, {"closed": {"2026-12-08"}, "now": "09:35"}, 1),
    ("a suspension", a_suspension, {"away": [SUSPENDED]}, 1),
    (
        "a suspension withdrawn on its day",
        a_suspension_withdrawn_on_its_day,
        {"away": [replace(SUSPENDED, until="2026-11-26T10:00")], "now": "2026-11-26T10:00"},
        2,
    ),
    (
        "a suspension under snow",
        a_suspension_under_snow,
        {"away": [SUSPENDED], "closed": {"2026-11-26"}, "now": "2026-11-26T09:31", "at": "2026-11-26T07:30"},
        2,
    ),
    (
        "a suspension and other hours",
        a_suspension_and_other_hours,
        {"away": [SUSPENDED]} | since("2026-11-26", both("10:00", "13:30")),
        1,
    ),
    ("a plan", a_plan, {"away": [PLANNED]}, 1),
    (
        "a plan ended early",
        a_plan_ended_early,
        {"away": [replace(PLANNED, until="2026-12-07T09:31")], "now": "2026-12-07T09:31"},
        2,
    ),
    ("a plan and a suspension", a_plan_and_a_suspension, {"away": [PLANNED, LONG]}, 1),
    ("a suspension withdrawn from a plan", a_suspension_withdrawn_from_a_plan, {"away": [PLANNED]}, 1),
    ("ended at once", ended_at_once, {"last": TODAY, "now": "13:31"}, 2),
    (
        "ended within a plan and a suspension",
        ended_within_a_plan_and_a_suspension,
        {"away": [PLANNED, Away("suspension", "2026-12-02", "2026-12-03")], "last": "2026-12-03"},
        1,
    ),
    ("extended", extended, {}, 1),
    ("succeeded under another calendar", succeeded, {"first": "2026-12-08", "closed": {"2026-12-09"}}, 0),
]


@pytest.mark.parametrize(("change", "known", "told_today"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
async def test_the_ledger_follows(
    one_world: World, database: Addresses, app: FastAPI, change: Change, known: dict[str, Any], told_today: int
) -> None:
    versions = known.get("versions", {"2026-11-17": FULL})
    original = versions[min(versions)]
    story = await begun(
        one_world, Ledger(database, one_world), app, original, "2026-12-11" if change is extended else "2026-12-18"
    )
    before = await shown(story)
    assert before == expected_of(facts({"versions": {"2026-11-17": original}, "now": "08:00"} | planned_end(change)))
    await change(story)
    held = before.keys() if change is not succeeded else set()
    assert await shown(story) == expected_of(replace(facts(known), held=held))
    await insist_on_what_was_told(story, told_today)


def planned_end(change: Change) -> dict[str, Any]:
    return {"last": "2026-12-11"} if change is extended else {}


def facts(known: Mapping[str, Any]) -> Known:
    now = known.get("now", "09:31")
    now = now if len(now) > 5 else f"{TODAY}T{now}"
    given: dict[str, Any] = {"versions": {"2026-11-17": FULL}, "received": RECEIVED, "at": now} | dict(known)
    return Known(**given | {"now": now})


async def begun(
    world: World, ledger: Ledger, app: FastAPI, weekly: Weekly, last: str, owner: Party | None = None
) -> Story:
    """Accepted before its first day; on two mornings something was received, and the rest has been told as missing."""
    owner = owner or world.council
    calendar = (await owner.post("/v1/calendars", CALENDAR)).json()["id"]
    await ledger.stand_at(instant("2026-11-16T09:00"))
    body = {"starts_on": "2026-11-17", "planned_end_on": last, "planned_end_by_agreement": True}
    body |= {"calendar_id": calendar, "timetable": slots(weekly)}
    placement = await world.placement(**body, pattern="full_time" if weekly is FULL else "part_time")
    story = Story(world, ledger, app, owner, calendar, placement)
    for (day, part), at in RECEIVED.items():
        await story.at(at[11:], day)
        await story.receive(day, part)
    await story.at("08:00")
    return story


async def shown(story: Story) -> dict[tuple[str, str], tuple[str, datetime, str, str | None]]:
    """Every session of the window as the council reads it; what was received still shows its mark."""
    query: dict[str, Any] = {"from": "2026-11-17", "to": "2026-12-18", "placement_id": story.placement, "limit": 200}
    rows = (await story.world.council.get("/v1/expected-sessions", **query)).json()["items"]
    for row in rows:
        assert (row["mark"] is not None) == row["state"].startswith("received")
        assert (row["waived_at"] is not None) == (row["waived_by"] is not None)
    return {
        (row["on_date"], row["session"]): (
            row["starts_at"],
            datetime.fromisoformat(row["due_at"]),
            row["state"],
            row["waived_by"],
        )
        for row in rows
    }


async def insist_on_what_was_told(story: Story, told_today: int) -> None:
    """Each session that went missing was told once, and what is missing now has been."""
    rows = await story.ledger.sql(
        "select on_date::text, session, missing_told_at from expected_sessions where placement_id = :p",
        p=story.placement,
    )
    noted = {(day, part) for day, part, told in rows if told is not None}
    missing = {key for key, (_, _, state, _) in (await shown(story)).items() if state == "missing"}
    assert missing <= noted
    events = await story.ledger.sql(
        "select resource from events where type = 'attendance.missing' and placement_id = :p", p=story.placement
    )
    by_day = Counter(row[0].split("on_date=")[1][:10] for row in events)
    sessions = Counter(day for day, _ in noted)
    told = "update expected_sessions set missing_told_at = now() where placement_id = :p"
    await story.ledger.sql(told, p=story.placement)  # so that no row after this one hears of it
    assert by_day[TODAY] == told_today
    assert {day: by_day[day] for day in by_day if day != TODAY} == {d: n for d, n in sessions.items() if d != TODAY}


async def test_a_provider_does_not_undo_what_it_owed(world: World, ledger: Ledger, app: FastAPI) -> None:
    story = await begun(world, ledger, app, FULL, "2026-12-18")
    before = await shown(story)
    for applies_from, weekly in (("2026-11-18", only("am")), ("2026-11-19", only("pm"))):
        body = {"applies_from": applies_from, "slots": slots(weekly)}
        refusal = await world.provider.act(f"/v1/placements/{story.placement}", "timetables", body)
        assert (refusal.status_code, refusal.json()["rule"]) == (409, "owed_already")
    assert refusal.json()["overdue_sessions"][0] == "2026-11-19 am"
    await story.at("09:40")
    body = {"applies_from": TODAY, "slots": slots(both("10:30"))}
    refusal = await world.provider.act(f"/v1/placements/{story.placement}", "timetables", body)
    assert (refusal.json()["rule"], refusal.json()["overdue_sessions"]) == ("owed_already", [f"{TODAY} am"])
    assert await shown(story) == before | {(TODAY, "am"): (*before[TODAY, "am"][:2], "missing", None)}
    long_ago = {"applies_from": "2026-11-16", "slots": slots(FULL)}
    refused = await world.council.act(f"/v1/placements/{story.placement}", "timetables", long_ago)
    assert refused.json()["errors"][0]["code"] == "day_not_open"


async def test_a_closed_day_is_told_and_what_was_received_may_be_corrected(
    world: World, ledger: Ledger, app: FastAPI
) -> None:
    story = await begun(world, ledger, app, FULL, "2026-12-18", world.provider)
    await a_past_day_closed(story)
    resource = f"/v1/expected-sessions?on_date={YESTERDAY}&provider_id={world.provider.id}&state=waived"
    assert await ledger.told("attendance.waived", resource) == {world.provider.id, world.school.id, world.council.id}
    [closure] = [
        c
        for c in (await world.school.get(f"/v1/calendars/{story.calendar}")).json()["closures"]
        if c["date"] == YESTERDAY
    ]
    assert closure["declared_at"] == f"{TODAY}T08:00:00Z"
    said = {"on_date": YESTERDAY, "fact": "absent", "reason": "site_closed"}
    corrected = await submit(world.provider, mark(story.placement, **said))
    assert [each["state"] for each in corrected.json()["accepted"]] == ["corrected"]
    late = await submit(world.provider, mark(story.placement, **said, session="pm"))
    assert [each["code"] for each in late.json()["rejected"]] == ["session_waived"]
    assert (await shown(story))[YESTERDAY, "am"][2:] == ("received_on_time", "closure")
