"""Each world is swept once a day; a clock is told of once when it is due and once when it is overdue."""

from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI

from app.rules.clocks import ClockKind
from app.services import duties, duties_clocks
from app.services.duties import do_duties, do_duties_in_order
from app.services.duties_clocks import tell_clocks
from app.services.duties_part_time_plans import lapse_part_time_plans
from tests.ledger import Ledger
from tests.part_time_planning import agreed, answer, proposed
from tests.world import World


@pytest.fixture(autouse=True)
def without_follow_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaves out what every placement asks for every week and half-term: see `test_clocks_follow_up`."""
    follow_up = {ClockKind.HALF_TERMLY_REVIEW, ClockKind.HOST_SCHOOL_CHECK, ClockKind.PROGRESS_REPORT}
    monkeypatch.setattr(duties_clocks, "TOLD", duties_clocks.TOLD - follow_up)


def at(day: str, hour: int = 8) -> datetime:
    return datetime.fromisoformat(f"{day}T{hour:02}:00:00+00:00").astimezone(UTC)


async def events(ledger: Ledger, resource: str) -> list[tuple[Any, ...]]:
    """The clocks told of at a resource: type and London day, in order."""
    return [
        tuple(row)
        for row in await ledger.sql(
            "select type, timezone('Europe/London', occurred_at)::date::text from events"
            " where resource = :resource and type like 'clock.%' order by occurred_at, type",
            resource=resource,
        )
    ]


async def test_day_by_day_a_review_is_told_due_and_overdue_once(world: World, app: FastAPI, ledger: Ledger) -> None:
    placement = await world.placement()
    await ledger.watches(world.other_council.id, placement)
    await agreed(world, placement)
    path = f"/v1/placements/{placement}/clocks"
    expected: list[tuple[Any, ...]] = []
    for day, new in (
        ("2026-11-24", []),
        ("2026-11-27", [("clock.due", "2026-11-27")]),
        ("2026-11-28", []),
        ("2026-12-11", []),
        ("2026-12-12", [("clock.overdue", "2026-12-12")]),
        ("2026-12-13", []),
    ):
        for hour in (8, 12):
            assert (await do_duties(app.state.worker_sessions, world.sandbox_id, at(day, hour))).failed == ()
        expected += new
        assert await events(ledger, path) == expected, day
    everybody = {world.council.id, world.school.id, world.provider.id, world.other_council.id}
    assert await ledger.told("clock.overdue", path) == everybody


async def test_a_large_step_tells_what_the_days_between_would_have_told(
    world: World, app: FastAPI, ledger: Ledger
) -> None:
    placement = await world.placement()
    await agreed(world, placement)
    await do_duties_in_order(app.state.worker_sessions, world.sandbox_id, at("2026-11-24"))
    await do_duties_in_order(app.state.worker_sessions, world.sandbox_id, at("2027-01-12"))
    assert await events(ledger, f"/v1/placements/{placement}/clocks") == [
        ("clock.due", "2026-11-27"),
        ("clock.overdue", "2026-12-12"),
        ("clock.due", "2026-12-25"),
        ("clock.due", "2026-12-27"),
        ("clock.overdue", "2027-01-09"),
        ("clock.due", "2027-01-10"),
        ("clock.overdue", "2027-01-11"),
    ]


async def test_what_is_held_in_time_is_never_told_overdue(world: World, app: FastAPI, ledger: Ledger) -> None:
    placement = await world.placement()
    path = await agreed(world, placement)
    await ledger.stand_at(at("2026-12-10"))
    review = {"held_on": "2026-12-10", "led_by": "A. Head", "note": "Going well", "decision": "continue"}
    assert (await world.school.act(path, "reviews", review)).status_code == 200
    await do_duties(app.state.worker_sessions, world.sandbox_id, at("2026-12-14"))
    assert await events(ledger, f"/v1/placements/{placement}/clocks") == []


async def test_a_provider_that_reaches_the_threshold_is_told_with_its_councils(
    world: World, app: FastAPI, ledger: Ledger
) -> None:
    placement = await world.placement()
    await ledger.sql(
        "update organisations set registered_by_id = :by where id = :id", by=world.council.id, id=world.provider.id
    )
    path = f"/v1/providers/{world.provider.id}/clocks"
    await do_duties(app.state.worker_sessions, world.sandbox_id, at("2026-11-24"))
    assert await events(ledger, path) == []
    await world.council.change("PUT", f"/v1/placements/{placement}/facts", {"ehcp": True})
    await do_duties(app.state.worker_sessions, world.sandbox_id, at("2026-11-24", 12))
    assert await events(ledger, path) == []
    for day in ("2026-11-25", "2026-11-26"):
        await do_duties(app.state.worker_sessions, world.sandbox_id, at(day))
    assert await events(ledger, path) == [("clock.due", "2026-11-25")]
    assert await ledger.told("clock.due", path) == {world.provider.id, world.council.id}


@pytest.mark.parametrize("most", [1, 2, 3, 2_000])
async def test_a_sweep_in_batches_reaches_every_placement_once(
    world: World, app: FastAPI, ledger: Ledger, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    calendar = await world.calendar()
    placements = [await world.placement(calendar_id=calendar) for _ in range(3)]
    for placement in placements:
        await agreed(world, placement)
    monkeypatch.setattr(duties, "MOST_AT_ONCE", most)
    for hour in (8, 9):
        await do_duties(app.state.worker_sessions, world.sandbox_id, at("2026-11-27", hour))
    for placement in placements:
        assert await events(ledger, f"/v1/placements/{placement}/clocks") == [("clock.due", "2026-11-27")]


async def test_a_sweep_that_broke_off_begins_anew_on_the_next_day(world: World, app: FastAPI, ledger: Ledger) -> None:
    calendar = await world.calendar()
    placements = [await world.placement(calendar_id=calendar) for _ in range(3)]
    for placement in placements:
        await agreed(world, placement)
    async with app.state.worker_sessions() as session:
        assert (await tell_clocks(session, world.sandbox_id, at("2026-11-26"), 2)).done == 2
        await session.commit()
    async with app.state.worker_sessions() as session:
        batch = await tell_clocks(session, world.sandbox_id, at("2026-11-27"), None)
        assert (batch.done, len(batch.tellings)) == (3, 3)


async def test_a_proposal_lapses_once_and_all_are_told(world: World, app: FastAPI, ledger: Ledger) -> None:
    placement = await world.placement()
    path = await proposed(world.school, placement)
    for hour in (8, 9):
        await do_duties(app.state.worker_sessions, world.sandbox_id, at("2026-11-30", hour))
    assert await ledger.told("part-time-plan.lapsed", path) == {world.council.id, world.school.id, world.provider.id}
    await ledger.stand_at(at("2026-11-30"))
    assert (await world.school.get(path)).json()["settled_at"] == "2026-11-30T00:00:00Z"


async def test_an_agreement_in_progress_is_not_lapsed_underneath(world: World, app: FastAPI, ledger: Ledger) -> None:
    placement = await world.placement()
    path = await proposed(world.school, placement)
    assert (await answer(world.council, path)).status_code == 200
    async with app.state.worker_sessions() as session:
        batch = await lapse_part_time_plans(session, world.sandbox_id, at("2026-11-30"), None)
        assert batch.done == 0
