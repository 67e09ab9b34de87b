"""Every fault that one row of a submission can have: named by index, pointer and code, and its row changes nothing."""

from collections.abc import Callable
from typing import Any

import pytest

from app.db.embedded_database import Addresses
from tests.attendance_days import MORNINGS, ONLINE, mark, marks_seen, placement_with_another, set_clock, submit
from tests.world import World

NOWHERE = "3f0c8e0a-8d0e-4a65-9a57-0a1a3c1f2b77"

Row = Callable[[str], Any]


@pytest.mark.parametrize(
    ("row", "pointer", "code"),
    [
        pytest.param(lambda p: "5", "", "object_expected", id="a text for a row"),
        pytest.param(lambda p: None, "", "object_expected", id="null for a row"),
        pytest.param(lambda p: [], "", "object_expected", id="an array for a row"),
        pytest.param(lambda p: mark(p, surprise=1), "/surprise", "unknown_member", id="an unknown member"),
        pytest.param(lambda p: mark(p, on_date=None), "/on_date", "required", id="no day"),
        pytest.param(lambda p: mark(p, on_date="24/11/2026"), "/on_date", "day_expected", id="a day written oddly"),
        pytest.param(lambda p: mark("5"), "/placement_id", "id_expected", id="an id that is none"),
        pytest.param(lambda p: mark(p, session="evening"), "/session", "not_one_of", id="a session that is none"),
        pytest.param(lambda p: mark(p, fact="here"), "/fact", "not_one_of", id="a fact that is none"),
        pytest.param(
            lambda p: mark(p, fact="late", minutes_late="5"),
            "/minutes_late",
            "whole_number_expected",
            id="minutes as text",
        ),
        pytest.param(
            lambda p: mark(p, fact="late", minutes_late=0), "/minutes_late", "too_small", id="no minutes late"
        ),
        pytest.param(lambda p: mark(p, arrived_at="09.12"), "/arrived_at", "not_as_written", id="a time written oddly"),
        pytest.param(lambda p: mark(p, fact=None), "", "fact_or_code_missing", id="neither fact nor code"),
        pytest.param(lambda p: mark(p, code="ZZ"), "/code", "unknown_code", id="a code that is none"),
        pytest.param(lambda p: mark(p, fact=None, code="H"), "/code", "code_withdrawn", id="a withdrawn code"),
        pytest.param(lambda p: mark(p, fact=None, code="#"), "/code", "code_not_of_a_pupil", id="a planned closure"),
        pytest.param(lambda p: mark(p, fact="absent", code="Z"), "/code", "code_not_of_a_pupil", id="not yet on roll"),
        pytest.param(lambda p: mark(p, code="\\"), "/code", "code_of_other_session", id="the afternoon's code"),
        pytest.param(
            lambda p: mark(p, session="pm", code="present-am"),
            "/code",
            "code_of_other_session",
            id="/ in the afternoon",
        ),
        pytest.param(lambda p: mark(p, fact="absent", code="/"), "/code", "code_contradicts_fact", id="absent with /"),
        pytest.param(lambda p: mark(p, code="I"), "/code", "code_contradicts_fact", id="present with an absence code"),
        pytest.param(lambda p: mark(p, code="L"), "/code", "code_contradicts_fact", id="present with L"),
        pytest.param(
            lambda p: mark(p, fact="absent", arrived_at="09:12"), "", "absent_but_came", id="absent, yet arrived"
        ),
        pytest.param(lambda p: mark(p, minutes_late=5), "", "present_but_late", id="present, yet late"),
        pytest.param(
            lambda p: mark(p, arrived_at="10:00", left_at="09:00"), "", "left_before_arriving", id="left too early"
        ),
        pytest.param(lambda p: mark(p, reason="ill"), "", "reason_without_absence", id="present with a reason"),
        pytest.param(lambda p: mark(p, on_date="2026-11-25"), "/on_date", "session_in_future", id="a future day"),
        pytest.param(lambda p: mark(NOWHERE), "/placement_id", "placement_not_found", id="an unknown placement"),
        pytest.param(lambda p: mark(p, on_date="2026-09-10"), "/on_date", "outside_placement", id="before it began"),
        pytest.param(lambda p: mark(p, on_date="2026-11-21"), "/session", "session_not_timetabled", id="a Saturday"),
        pytest.param(lambda p: mark(p, session="pm"), "/session", "session_not_timetabled", id="not timetabled"),
    ],
)
async def test_a_row_with_a_fault_is_named_and_changes_nothing(world: World, row: Row, pointer: str, code: str) -> None:
    placement = await world.placement(timetable=MORNINGS)
    result = (await submit(world.provider, row(placement))).json()
    [rejected] = result["rejected"]
    assert (rejected["index"], rejected["pointer"], rejected["code"]) == (0, f"/rows/0{pointer}", code)
    assert rejected["detail"].endswith(".")
    assert (result["recorded_count"], result["accepted"]) == (0, [])
    assert await marks_seen(world.provider, superseded=True) == []


async def fault_of(world: World, *rows: Any) -> list[tuple[int, str]]:
    result = (await submit(world.provider, *rows)).json()
    return [(each["index"], each["code"]) for each in result["rejected"]]


async def test_holidays_and_closures_are_told_apart(world: World) -> None:
    with_half_term = await world.calendar()
    placement = await world.placement(calendar_id=with_half_term, starts_on="2026-09-03")
    assert await fault_of(world, mark(placement, on_date="2026-10-28")) == [(0, "day_in_holidays")]
    closed = {
        "name": "closed",
        "half_terms": [{"term": "autumn", "half": 2, "first": "2026-11-02", "last": "2026-12-18"}],
        "closures": [{"date": "2026-11-20", "reason": "INSET"}],
    }
    calendar = (await world.council.post("/v1/calendars", closed)).json()["id"]
    placement = await world.placement(calendar_id=calendar, planned_end_on="2026-12-18")
    assert await fault_of(world, mark(placement, on_date="2026-11-20")) == [(0, "day_closed")]


async def test_a_foreign_placement_is_one_that_does_not_exist(world: World) -> None:
    foreign = await placement_with_another(world)
    changes: list[dict[str, Any]] = [{}, {"session": "pm"}, {"on_date": "2026-10-28"}, {"fact": "absent"}]
    for change in changes:
        theirs = (await submit(world.provider, mark(foreign, **change))).json()["rejected"]
        nobodys = (await submit(world.provider, mark(NOWHERE, **change))).json()["rejected"]
        assert theirs == nobodys
        assert theirs[0]["code"] == "placement_not_found"
    assert await marks_seen(world.other_provider) == []


async def test_a_placement_that_is_not_accepted_takes_no_marks(world: World) -> None:
    proposed = await world.council.post("/v1/placements", await world.proposal())
    assert await fault_of(world, mark(proposed.json()["id"])) == [(0, "placement_not_accepted")]


@pytest.mark.parametrize("code", ["B", "K", "other-off-site", "arranged-by-council"])
async def test_online_is_never_b_or_k(world: World, code: str) -> None:
    online, in_person = await world.placement(timetable=ONLINE), await world.placement()
    rows = [mark(online, code=code), mark(in_person, code=code)]
    assert await fault_of(world, *rows) == [(0, "code_never_online")]


async def test_online_a_pupil_who_came_may_bear_an_absence_code(world: World) -> None:
    online, in_person = await world.placement(timetable=ONLINE), await world.placement()
    rows = [mark(online, code="I"), mark(in_person, code="I")]
    assert await fault_of(world, *rows) == [(1, "code_contradicts_fact")]


async def test_two_rows_that_differ_about_a_session_are_both_rejected(world: World) -> None:
    placement = await world.placement()
    rows = [mark(placement), mark(placement, fact="absent"), mark(placement, session="pm", fact="absent")]
    assert await fault_of(world, *rows) == [(0, "contradicted_in_batch"), (1, "contradicted_in_batch")]
    assert [each["session"] for each in await marks_seen(world.school)] == ["pm"]


async def test_of_two_rows_that_agree_the_first_stands(world: World) -> None:
    placement = await world.placement()
    rows = [mark(placement, code="/"), mark(placement, code="present-am"), mark(placement, fact=None, code="/")]
    assert await fault_of(world, *rows) == [(1, "repeated_in_batch"), (2, "repeated_in_batch")]
    assert len(await marks_seen(world.school)) == 1


@pytest.mark.parametrize(
    ("code", "session", "fact", "suggested"),
    [
        pytest.param("/", "am", "present", "K", id="/ is present"),
        pytest.param("\\", "pm", "present", "K", id="\\ is present"),
        pytest.param("late", "am", "late", "K", id="L is late"),
        pytest.param("U", "am", "late", "K", id="U came, after the register had closed"),
        pytest.param("illness", "am", "absent", "I", id="I explains the absence"),
        pytest.param("E", "am", "absent", "N", id="E is absent"),
    ],
)
async def test_the_fact_follows_from_a_code_alone(
    world: World, database: Addresses, code: str, session: str, fact: str, suggested: str
) -> None:
    placement = await world.placement()
    set_clock(database, world, "2026-11-24T13:20:00+00:00")
    result = (await submit(world.provider, mark(placement, session=session, fact=None, code=code))).json()
    assert result["rejected"] == []
    [seen] = await marks_seen(world.school)
    assert (seen["fact"], seen["suggested_code"]) == (fact, suggested)
