"""Whatever a morning may hold: each fault costs its own row alone, and what is good is stored, on odd days too."""

import json
from typing import Any

import pytest

from app.db.embedded_database import Addresses
from tests.attendance_days import (
    SUBMISSIONS,
    mark,
    marks_seen,
    placement_with_another,
    sessions_seen,
    set_clock,
    submit,
)
from tests.ledger import Ledger
from tests.world import World

AFTERNOON = "2026-11-24T13:30:00+00:00"
HUGE = "x" * 200_000


def corpus(good: str, foreign: str) -> list[tuple[Any, str, str]]:
    """Rows that are each at fault, with the pointer and the code of it; texts stand in the body as they are."""

    def row(**changes: Any) -> dict[str, Any]:
        return mark(good) | changes

    late = json.dumps(row(fact="late", minutes_late=111))
    return [
        ('"5"', "", "object_expected"),
        ("5", "", "object_expected"),
        ("null", "", "object_expected"),
        ("true", "", "object_expected"),
        ("[[]]", "", "object_expected"),
        ("{}", "/placement_id", "required"),
        (late.replace("111", "1e999"), "/minutes_late", "number_out_of_range"),
        (late.replace("111", "1.5"), "/minutes_late", "whole_number_expected"),
        (late.replace("111", "5.0"), "/minutes_late", "whole_number_expected"),
        (late.replace("111", "true"), "/minutes_late", "whole_number_expected"),
        (late.replace("111", "9" * 400), "/minutes_late", "number_out_of_range"),
        (late.replace("111", "601"), "/minutes_late", "too_large"),
        (late.replace('"minutes_late"', '"fact"'), "/fact", "duplicate_member"),
        (late.replace("111", "-1"), "/minutes_late", "too_small"),
        (row(placement_id=HUGE), "/placement_id", "id_expected"),
        (row(placement_id=5), "/placement_id", "id_expected"),
        (row(placement_id=good.upper()), "/placement_id", "id_expected"),
        (row(on_date="2026-02-30"), "/on_date", "no_such_day"),
        (row(on_date="0000-00-00"), "/on_date", "no_such_day"),
        (row(on_date="1989-12-31"), "/on_date", "out_of_range"),
        (row(on_date=20261124), "/on_date", "day_expected"),
        (row(on_date="2026-11-24T09:00:00Z"), "/on_date", "day_expected"),
        (row(session=["am"]), "/session", "not_one_of"),
        (row(session="AM"), "/session", "not_one_of"),
        (row(fact=HUGE), "/fact", "not_one_of"),
        (row(fact={}), "/fact", "not_one_of"),
        (row(code=HUGE), "/code", "too_long"),
        (row(code=""), "/code", "too_short"),
        (row(code="k"), "/code", "unknown_code"),
        (row(code="\N{CYRILLIC CAPITAL LETTER VE}"), "/code", "unknown_code"),
        (row(fact="absent", code="Y"), "/code", "code_withdrawn"),
        (row(code="/", session="pm"), "/code", "code_of_other_session"),
        (row(arrived_at="24:00"), "/arrived_at", "not_as_written"),
        (row(arrived_at="09:60"), "/arrived_at", "not_as_written"),
        (row(arrived_at=912), "/arrived_at", "text_expected"),
        (row(reason="because"), "/reason", "not_one_of"),
        (row(correction_reason=HUGE), "/correction_reason", "too_long"),
        (row(correction_reason=" "), "/correction_reason", "blank"),
        (row(surprise=HUGE), "/surprise", "unknown_member"),
        (row(on_date="2026-11-25"), "/on_date", "session_in_future"),
        (row(on_date="2100-12-31"), "/on_date", "session_in_future"),
        (row(on_date="2026-11-01"), "/on_date", "outside_placement"),
        (row(on_date="2026-11-02", arrived_at="12:00"), "/arrived_at", "arrived_after_end"),
        (row(on_date="2026-11-05", left_at="09:00"), "/left_at", "left_before_start"),
        (row(on_date="2026-11-03", fact="late", arrived_at="09:00"), "/arrived_at", "late_but_on_time"),
        (row(on_date="2026-11-06", fact="late", minutes_late=180), "/minutes_late", "late_past_end"),
        (row(placement_id=foreign), "/placement_id", "placement_not_found"),
        (row(on_date="2026-11-21"), "/session", "session_not_timetabled"),
    ]


def written(row: Any) -> str:
    return row if isinstance(row, str) else json.dumps(row)


async def test_every_fault_at_once_costs_its_own_row_alone(world: World, database: Addresses) -> None:
    set_clock(database, world, "2026-11-02T08:00:00+00:00")
    good, foreign = await world.placement(), await placement_with_another(world)
    set_clock(database, world, AFTERNOON)
    faults = corpus(good, foreign)
    between = [mark(good, on_date="2026-11-04", session=session) for session in ("am", "pm")]
    rows = [written(between[0]), *(written(row) for row, _, _ in faults), written(between[1])]
    headers = {"Content-Type": "application/json", "Idempotency-Key": "corpus"}
    body = ('{"rows": [' + ", ".join(rows) + "]}").encode()
    answer = await world.provider.http.post(SUBMISSIONS, content=body, headers=headers)
    assert answer.status_code == 200, answer.text
    result = answer.json()
    assert [each["index"] for each in result["accepted"]] == [0, len(rows) - 1]
    said = {each["index"]: (each["pointer"], each["code"]) for each in result["rejected"]}
    for index, (row, pointer, code) in enumerate(faults, start=1):
        assert said.get(index) == (f"/rows/{index}{pointer}", code), written(row)[:200]
    assert HUGE[:1000] not in answer.text
    assert len(await marks_seen(world.school, superseded=True)) == 2
    whole = body.replace(b'{"rows"', b'{"all_or_nothing": true, "rows"')
    refused = await world.provider.http.post(SUBMISSIONS, content=whole, headers=headers | {"Idempotency-Key": "all"})
    assert refused.status_code == 422
    assert {each["pointer"].split("/")[2] for each in refused.json()["errors"]} >= {"1", "2", "3"}
    assert len(await marks_seen(world.school, superseded=True)) == 2


async def test_times_equal_to_the_bounds_of_a_session(world: World, database: Addresses) -> None:
    placement = await world.placement()
    set_clock(database, world, AFTERNOON)
    good: list[dict[str, Any]] = [
        {"arrived_at": "09:00", "left_at": "12:00"},
        {"arrived_at": "11:59"},
        {"fact": "late", "arrived_at": "09:01", "minutes_late": 1},
        {"fact": "late", "minutes_late": 179},
        {"left_at": "09:01"},
    ]
    for said in good:
        result = (await submit(world.provider, mark(placement, **said))).json()
        assert result["rejected"] == [], said


async def test_a_faulty_duplicate_leaves_the_good_row(world: World) -> None:
    placement = await world.placement()
    result = (await submit(world.provider, mark(placement, code="H"), mark(placement), mark(placement))).json()
    assert [each["index"] for each in result["accepted"]] == [1]
    assert [each["code"] for each in result["rejected"]] == ["code_withdrawn", "repeated_in_batch"]


@pytest.mark.parametrize(
    ("monday", "friday", "due", "in_time", "too_late"),
    [
        pytest.param(
            "2026-10-26", "2026-10-23", "2026-10-26T09:30:00Z", "2026-10-26T09:30:00+00:00",
            "2026-10-23T08:30:01+00:00", id="the clocks went back on Sunday",
        ),
        pytest.param(
            "2027-03-29", "2027-03-26", "2027-03-29T08:30:00Z", "2027-03-29T08:30:00+00:00",
            "2027-03-26T09:30:01+00:00", id="the clocks went forward on Sunday",
        ),
    ],
)  # fmt: skip
async def test_the_mondays_after_the_clocks_change(
    world: World, database: Addresses, monday: str, friday: str, due: str, in_time: str, too_late: str
) -> None:
    term = {"term": "spring" if monday > "2027" else "autumn", "half": 1, "first": friday, "last": monday}
    calendar = await world.council.post("/v1/calendars", {"name": "open", "half_terms": [term], "closures": []})
    set_clock(database, world, f"{friday}T06:00:00+00:00")
    days = {"starts_on": friday, "planned_end_on": monday}
    placement = await world.placement(calendar_id=calendar.json()["id"], **days)
    set_clock(database, world, too_late)
    [late] = (await submit(world.provider, mark(placement, on_date=friday))).json()["accepted"]
    assert late["punctuality"] == "late"
    set_clock(database, world, in_time)
    [morning, _] = await sessions_seen(world.provider)
    assert (morning["on_date"], morning["due_at"]) == (monday, due)
    row = mark(placement, on_date=monday, arrived_at="09:32")
    [early] = (await submit(world.provider, row)).json()["accepted"]
    assert early["punctuality"] == "on_time"
    future = (await submit(world.provider, row | {"arrived_at": "09:33"})).json()["rejected"]
    assert [each["code"] for each in future] == ["arrived_in_future"]


async def test_codes_are_held_to_the_day_of_their_session(world: World, database: Addresses, ledger: Ledger) -> None:
    """A ledger that reaches back: the old codes end, and the new ones begin, with the day of the session."""
    placement = await world.placement()
    await ledger.sql(
        "insert into expected_sessions (placement_id, on_date, session, provider_id, starts_at, ends_at, online,"
        " council_commissioned, due_at, changed_at) select :p, day, 'am', :provider, '09:00', '12:00', false, true,"
        " now(), now() from unnest(array[date '2024-08-18', date '2024-08-19']) as day",
        p=placement,
        provider=world.provider.id,
    )
    old, new = "2024-08-18", "2024-08-19"
    said = [("J", old), ("J1", old), ("J", new), ("J1", new)]
    found = [
        (await submit(world.provider, mark(placement, on_date=day, fact=None, code=code))).json() for code, day in said
    ]
    faults = [[(each["code"], each["detail"]) for each in result["rejected"]] for result in found]
    assert faults == [
        [],
        [("code_not_yet_valid", "Code J1 begins on 2024-08-19; before that day use J instead.")],
        [("code_withdrawn", "Code J was withdrawn after 2024-08-18; use J1 instead.")],
        [],
    ]
    suggested = [each["suggested_code"] for result in found for each in result["accepted"]]
    assert suggested == ["J", "J1"]
    came = (await submit(world.provider, *(mark(placement, on_date=day) for day in (old, new)))).json()
    assert [each["suggested_code"] for each in came["accepted"]] == ["B", "K"]
