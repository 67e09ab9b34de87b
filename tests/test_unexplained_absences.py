"""Absences whose reason nobody knows: listed, to be resolved within five school days, and told of once when they are not."""

from typing import Any

import pytest
from fastapi import FastAPI

from app.db.embedded_database import Addresses
from app.rules.clocks import ClockKind
from app.services import duties_clocks
from app.services.duties import do_duties
from tests.attendance_days import ONLINE, mark, marks_seen, set_clock, submit
from tests.ledger import Ledger
from tests.test_clocks import clocks
from tests.test_duties_clocks import at, events
from tests.test_register_codes import enter
from tests.world import World

KIND = "unexplained_absence"


@pytest.fixture(autouse=True)
def this_clock_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duties_clocks, "TOLD", frozenset({ClockKind.UNEXPLAINED_ABSENCE}))


async def unresolved(world: World, **filters: Any) -> list[tuple[str, str, str]]:
    found = await marks_seen(world.school, unresolved=True, **filters)
    return [(each["placement_id"], each["session"], each["resolve_by"]) for each in found]


async def test_what_is_to_be_resolved_is_listed_with_the_day_by_which(world: World) -> None:
    placement, explained = await world.placement(), await world.placement()
    online = await world.placement(timetable=ONLINE)
    await submit(
        world.provider,
        mark(placement, fact="absent"),
        mark(placement, session="pm", fact="absent", reason="unknown"),
        mark(explained, fact="absent", reason="ill"),
        mark(explained, session="pm", fact="absent", code="N"),
        mark(online),
    )
    by = "2026-12-02"  # five school days on, with a closure between
    assert sorted(await unresolved(world)) == sorted(
        [(placement, "am", by), (placement, "pm", by), (explained, "pm", by), (online, "am", by)]
    )
    [ill] = await marks_seen(world.school, unresolved=False)
    assert (ill["unresolved"], ill["resolve_by"], ill["placement_id"]) == (False, None, explained)
    assert await unresolved(world, placement_id=explained, session="am") == []


async def test_a_reason_or_the_registers_code_resolves_it(world: World) -> None:
    placement = await world.placement()
    await submit(world.provider, mark(placement, fact="absent"), mark(placement, session="pm", fact="absent"))
    await submit(world.provider, mark(placement, fact="absent", reason="carer_says_ill"))
    await enter(world.school, placement, session="pm", code="N")
    assert await unresolved(world) == [(placement, "pm", "2026-12-02")]
    await enter(world.school, placement, session="pm", code="O")
    assert await unresolved(world) == []
    assert await marks_seen(world.school, unresolved=True, superseded=True) == []


async def test_it_is_told_once_when_it_is_due_and_once_when_it_is_overdue(
    world: World, app: FastAPI, ledger: Ledger, database: Addresses
) -> None:
    placement = await world.placement()
    await submit(world.provider, mark(placement, fact="absent"), mark(placement, session="pm", fact="absent"))
    path = f"/v1/placements/{placement}/clocks"
    expected: list[tuple[Any, ...]] = []
    for day, new in (
        ("2026-12-01", []),
        ("2026-12-02", [("clock.due", "2026-12-02")]),
        ("2026-12-03", [("clock.overdue", "2026-12-03")]),
        ("2026-12-04", []),
    ):
        for hour in (7, 9):
            assert (await do_duties(app.state.worker_sessions, world.sandbox_id, at(day, hour))).failed == ()
        expected += new
        assert await events(ledger, path) == expected, day
    assert await ledger.told("clock.overdue", path) == {world.council.id, world.school.id, world.provider.id}
    set_clock(database, world, "2026-12-03T09:00:00+00:00")
    assert await clocks(world.school, placement, KIND) == [(KIND, "2026-12-02", "overdue", None)]
    [shown] = [c for c in (await world.provider.get(path)).json()["clocks"] if c["kind"] == KIND]
    assert (shown["counted"], shown["subject"]) == (2, f"/v1/attendance-marks?placement_id={placement}&unresolved=true")
    assert len((await world.school.get(shown["subject"])).json()["items"]) == 2
    for session in ("am", "pm"):
        await enter(world.school, placement, session=session, code="O")
    assert await clocks(world.school, placement, KIND) == []
