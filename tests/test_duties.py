"""The duties as the worker does them: each by itself, in batches, and left to whoever is at it."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.embedded_database import Addresses
from app.services import duties
from app.services.duties import DUTIES, DutiesDone, do_duties
from app.services.duties_alerts import escalate_alerts
from tests.assuring import another_provider, confirm, hold_lot, insure, plan_visits
from tests.placing import (
    TUESDAY,
    ask_both_sides,
    ask_to_leave,
    expect,
    mark_before_it_was_known,
    move_to_be_checked,
    owner_session,
    place,
    propose_part_time_plan,
    publish_calendar,
    request_suspension,
    sever,
)
from tests.planning import announce_files, plan_and_worry
from tests.referring import offered, taken_up
from tests.returning import ask_for_returns
from tests.test_absconding_alerts import PATH, broken, refuse
from tests.world import TUESDAY_MORNING, World

THREE_WEEKS = timedelta(weeks=3)
"""To days of which there are emails still at Christmas."""
CHRISTMAS = datetime(2026, 12, 20, 12, 0, tzinfo=UTC)
EVENTS = {
    "placement.started": 6,  # those of the alerts too
    "placement.ended": 3,
    "absconding-alert.escalated": 18,  # in two steps
    "absconding-alert.raised": 3,
    "suspension.lapsed": 3,
    "early-departure.lapsed": 3,
    "immediate-termination.lapsed": 3,
    "extension.lapsed": 3,
    "part-time-plan.lapsed": 3,
    "referral-offer.lapsed": 3,
    "attendance.missing": 3,
    "attendance.suggested-anew": 3,
    "pupil.removed": 3,
    "lot-award.expiring": 3,
    "lot-award.expired": 3,
    "insurance-certificate.expiring": 3,
    "insurance-certificate.lapsed": 3,
    "safeguarding-confirmation.expiring": 1,  # the newest alone
    "safeguarding-confirmation.lapsed": 1,
    "qa-visit.overdue": 3,
    "sustained-check.due": 3,
    "progress-report.overdue": 6,
    "qa-return.due": 3,
    "action.due": 3,
    "action.overdue": 3,
    "qa-return.overdue": 3,
    "clock.overdue": 6,  # reviews that were not held
}
ELSEWHERE = 4 + 6
"""Of another provider and the council that registered it, confirmations that end; for the council alone, reviews of
plans that were not held and concerns that wait for it."""


async def much_is_due(world: World, database: Addresses) -> None:
    """Three or more of everything, all due by Christmas."""
    placements = [await world.placement() for _ in range(3)]
    open_to = await world.calendar()
    for _ in range(3):
        await offered(world, await taken_up(world), calendar_id=open_to)
    async with broken(database, *refuse("events")):
        for placement in placements:
            assert (await world.provider.post(PATH, {"placement_id": placement})).status_code == 201
    async with owner_session(database.owner) as session:
        await session.execute(text("delete from expected_sessions where provider_id = :id"), {"id": world.provider.id})
        calendar = await publish_calendar(session, world)
        for day in (TUESDAY, date(2026, 11, 25), date(2026, 11, 26)):
            placed = await place(session, world, calendar)
            await expect(session, placed, world.provider, day)
            await expect(session, placed, world.provider, day + THREE_WEEKS, received_at=TUESDAY_MORNING)
            await mark_before_it_was_known(session, placed, world.provider, day)
            await request_suspension(session, placed, world.provider, day)
            await ask_to_leave(session, placed, world.provider, day)
            await propose_part_time_plan(session, world, placed, day)
            await sever(session, world.provider)
            await ask_both_sides(session, placed, world.provider, day)
            await move_to_be_checked(session, world.school, placed, day)
        changed = "update calendars set follow_from = '2027-06-01', follow_to = '2027-07-01' where owner_id = :id"
        await session.execute(text(changed), {"id": world.council.id})
        await much_ends(session, world)


async def much_ends(session: AsyncSession, world: World) -> None:
    """Three of each thing that is the provider's, or due of it, have 10 December as their last day."""
    last_day = date(2026, 12, 10)
    await ask_for_returns(session, world, last_day, 3)
    await plan_and_worry(session, world, last_day, 3)
    await announce_files(session, world, 3)
    for _ in range(3):
        await hold_lot(session, world, ends_on=last_day)
        await insure(session, world.provider.id, last_day)
    for provider in (world.provider.id, *[await another_provider(session, world) for _ in range(2)]):
        await confirm(session, provider, last_day)
    await plan_visits(session, world, last_day, 3)


async def told(world: World, database: Addresses) -> dict[str, int]:
    async with owner_session(database.owner) as session:
        found = await session.execute(
            text(
                "select e.type, count(*) from events e join event_audiences a on a.event_id = e.id"
                " where a.organisation_id = :id and e.type = any(:types) group by 1"
            ),
            {"id": world.provider.id, "types": list(EVENTS)},
        )
        return {row[0]: row[1] for row in found}


async def test_no_duty_takes_more_at_once_than_it_may(world: World, app: FastAPI, database: Addresses) -> None:
    await much_is_due(world, database)
    async with app.state.worker_sessions() as session:
        for duty in DUTIES:
            assert (await duty(session, world.sandbox_id, CHRISTMAS, 2)).done == 2, duty


async def test_after_an_outage_everything_is_caught_up_with_in_batches(
    world: World, app: FastAPI, database: Addresses, monkeypatch: pytest.MonkeyPatch
) -> None:
    await much_is_due(world, database)
    monkeypatch.setattr(duties, "MOST_AT_ONCE", 1)
    done = await do_duties(app.state.worker_sessions, world.sandbox_id, CHRISTMAS)
    assert done == DutiesDone(sum(EVENTS.values()) + ELSEWHERE, ())
    assert await told(world, database) == EVENTS
    assert await do_duties(app.state.worker_sessions, world.sandbox_id, CHRISTMAS) == DutiesDone(0, ())


@pytest.mark.parametrize(
    ("table", "failed", "untold"),
    [
        pytest.param("suspensions", "lapse_suspensions", {"suspension.lapsed"}, id="suspensions"),
        pytest.param("extensions", "lapse_extensions", {"extension.lapsed"}, id="extensions"),
        pytest.param(
            "expected_sessions",
            "tell_missing_attendance suggest_again",
            {"attendance.missing", "attendance.suggested-anew"},
            id="attendance",
        ),
    ],
)
async def test_a_duty_that_fails_stops_no_other(
    world: World, app: FastAPI, database: Addresses, table: str, failed: str, untold: set[str]
) -> None:
    await much_is_due(world, database)
    async with broken(database, *refuse(table)):
        done = await do_duties(app.state.worker_sessions, world.sandbox_id, CHRISTMAS)
    assert done.failed == tuple(failed.split())
    assert await told(world, database) == {each: EVENTS[each] for each in EVENTS.keys() - untold}


async def test_what_another_worker_is_at_is_not_waited_for(world: World, app: FastAPI, database: Addresses) -> None:
    await much_is_due(world, database)
    lock = text("select pg_advisory_xact_lock(hashtextextended(:key, 0))")
    async with app.state.worker_sessions() as other:
        await other.execute(lock, {"key": f"duties of {world.sandbox_id} lapse_suspensions"})
        async with asyncio.timeout(2):
            done = await do_duties(app.state.worker_sessions, world.sandbox_id, CHRISTMAS)
    assert done == DutiesDone(sum(EVENTS.values()) + ELSEWHERE - EVENTS["suspension.lapsed"], ())
    async with app.state.worker_sessions() as step:
        await step.execute(lock, {"key": f"duties of {world.sandbox_id}"})
        async with asyncio.timeout(2):
            assert await do_duties(app.state.worker_sessions, world.sandbox_id, CHRISTMAS) == DutiesDone(0, ())


async def test_where_nothing_is_due_one_transaction_looks_into_all(world: World, app: FastAPI) -> None:
    begun: list[object] = []
    count = begun.append
    engine = app.state.worker_engine.sync_engine
    event.listen(engine, "begin", count)
    try:
        assert await do_duties(app.state.worker_sessions, world.sandbox_id, CHRISTMAS) == DutiesDone(0, ())
    finally:
        event.remove(engine, "begin", count)
    assert len(begun) == 1


def test_what_cannot_wait_comes_first() -> None:
    assert DUTIES[0] is escalate_alerts
