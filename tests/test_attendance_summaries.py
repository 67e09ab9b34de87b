"""Attendance summed: what counts, for whom, and who may see it."""

from typing import Any

from app.db.embedded_database import Addresses
from tests.attendance_days import mark, placement_accepted_at, set_clock, submit
from tests.world import Party, World

MONDAY = "2026-11-23T08:00:00+00:00"


async def summed(party: Party, **asked: Any) -> list[dict[str, Any]]:
    answer = await party.get("/v1/attendance-summaries", **asked)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_x(world: World, database: Addresses) -> None:
    placement = await placement_accepted_at(database, world, MONDAY)
    set_clock(database, world, "2026-11-24T15:00:00+00:00")
    await submit(world.provider, mark(placement), mark(placement, session="pm", fact="absent", reason="ill"))
    for by in ("pupil", "placement", "provider", "host_school", "council"):
        print(await summed(world.school, by=by))
    assert 0
