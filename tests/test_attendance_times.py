"""The ledger draws the same line between what can have happened and what cannot as the rule does."""

from datetime import datetime

import pytest

from app.db.embedded_database import Addresses
from app.rules.attendance_facts import MarkFact
from tests.attendance_days import mark, marks_seen, set_clock, submit
from tests.rules.test_attendance_times import CASES
from tests.world import World

POINTERS = {
    "session_not_begun": "/session",
    "arrived_in_future": "",
    "left_in_future": "/left_at",
    "arrived_after_end": "/arrived_at",
    "left_before_start": "/left_at",
    "late_but_on_time": "/arrived_at",
    "late_past_end": "/minutes_late",
}


@pytest.mark.parametrize(("said", "now", "code"), CASES)
async def test_a_row_is_judged_by_the_clock_and_the_sessions_hours(
    world: World, database: Addresses, said: MarkFact, now: datetime, code: str
) -> None:
    placement = await world.placement()
    set_clock(database, world, now.isoformat())
    times = {
        name: None if clock is None else f"{clock:%H:%M}"
        for name, clock in (("arrived_at", said.arrived_at), ("left_at", said.left_at))
    }
    row = mark(placement, fact=said.fact.value, minutes_late=said.minutes_late, **times)
    result = (await submit(world.provider, row)).json()
    assert [each["code"] for each in result["rejected"]] == ([code] if code else [])
    assert [each["pointer"] for each in result["rejected"]] == ([f"/rows/0{POINTERS[code]}"] if code else [])
    assert result["recorded_count"] == len(await marks_seen(world.school)) == (0 if code else 1)


async def test_an_afternoon_is_not_stated_in_the_morning_unless_as_an_absence(world: World) -> None:
    first, second = await world.placement(), await world.placement()
    rows = [mark(first, session="pm"), mark(second, session="pm", fact="absent", reason="medical")]
    result = (await submit(world.provider, *rows)).json()
    assert [(each["index"], each["code"]) for each in result["rejected"]] == [(0, "session_not_begun")]
    assert [each["index"] for each in result["accepted"]] == [1]
