"""A provider posts its morning: what is stored, who is told, and what a repeat or a correction does."""

import json
from typing import Any

import pytest

from app.db.embedded_database import Addresses
from tests.attendance_days import (
    ONLINE,
    SUBMISSIONS,
    mark,
    marks_seen,
    owner,
    placement_with_another,
    sessions_seen,
    set_clock,
    submit,
    told,
)
from tests.world import World


async def test_a_morning_is_stored_and_the_school_reads_it(world: World, database: Addresses) -> None:
    placement = await world.placement()
    answer = await submit(world.provider, mark(placement), mark(placement, session="pm", fact="absent", reason="ill"))
    assert answer.status_code == 200, answer.text
    result = answer.json()
    assert (result["recorded_count"], result["unchanged_count"], result["rejected"]) == (2, 0, [])
    assert result["received_at"] == "2026-11-24T08:00:00Z"
    assert [(row["index"], row["state"], row["suggested_code"]) for row in result["accepted"]] == [
        (0, "recorded", "K"),
        (1, "recorded", "I"),
    ]
    assert {row["mark_id"] for row in result["accepted"]} == {each["id"] for each in await marks_seen(world.school)}
    assert {row["punctuality"] for row in result["accepted"]} == {"on_time"}
    seen = {each["session"]: each for each in await marks_seen(world.school)}
    assert (seen["am"]["fact"], seen["am"]["suggested_by"]) == ("present", "attended_in_person_council_commissioned")
    assert (seen["pm"]["reason"], seen["pm"]["suggested_code"]) == ("ill", "I")
    assert {each["submission_id"] for each in seen.values()} == {result["id"]}
    for party in (world.provider, world.school, world.council):
        assert told(database, party) == [f"{SUBMISSIONS}/{result['id']}"]
    assert told(database, world.other_council) == told(database, world.other_provider) == []


async def test_a_good_row_stands_beside_a_faulty_one(world: World) -> None:
    placement = await world.placement()
    result = (await submit(world.provider, "5", mark(placement), {"surprise": 1})).json()
    assert [row["index"] for row in result["accepted"]] == [1]
    assert [row["index"] for row in result["rejected"]] == [0, 2]
    assert len(await marks_seen(world.school)) == 1


async def test_a_submission_of_nothing_but_faults_is_answered_and_changes_nothing(
    world: World, database: Addresses
) -> None:
    placement = await world.placement()
    result = (await submit(world.provider, mark(placement, on_date="2026-11-25"))).json()
    assert (result["recorded_count"], len(result["rejected"])) == (0, 1)
    assert await marks_seen(world.school) == []
    assert told(database, world.school) == []
    receipt = (await world.provider.get(f"{SUBMISSIONS}/{result['id']}")).json()
    assert (receipt["recorded_count"], receipt["rejected_count"], receipt["marks"]) == (0, 1, [])


async def test_the_same_key_replays_the_first_answer(world: World, database: Addresses) -> None:
    placement = await world.placement()
    first = await submit(world.provider, mark(placement), "5", key="morning-1")
    again = await submit(world.provider, mark(placement), "5", key="morning-1")
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.content == first.content
    other = await submit(world.provider, mark(placement, fact="late"), key="morning-1")
    assert (other.status_code, other.json()["type"]) == (422, "/problems/idempotency-key-reused")
    assert len(await marks_seen(world.school, superseded=True)) == 1
    assert len(told(database, world.school)) == 1


async def test_the_same_marks_under_another_key_change_nothing_and_say_so(world: World, database: Addresses) -> None:
    placement = await world.placement()
    set_clock(database, world, "2026-11-24T09:15:00+00:00")
    row = mark(placement, fact="late", arrived_at="09:12", minutes_late=12, code="L")
    await submit(world.provider, row)
    before = await sessions_seen(world.school)
    set_clock(database, world, "2026-11-24T10:20:00+00:00")
    again = (await submit(world.provider, row)).json()
    assert (again["recorded_count"], again["unchanged_count"]) == (0, 1)
    [mark_that_stands] = await marks_seen(world.school)
    [unchanged] = again["accepted"]
    assert (unchanged["state"], unchanged["mark_id"]) == ("unchanged", mark_that_stands["id"])
    assert unchanged["punctuality"] == "on_time"
    assert len(await marks_seen(world.school, superseded=True)) == 1
    assert len(told(database, world.school)) == 1
    assert (await sessions_seen(world.school))[0] == before[0]


async def test_what_differs_supersedes_and_late_stays_late(world: World, database: Addresses) -> None:
    placement = await world.placement()
    set_clock(database, world, "2026-11-24T10:20:00+00:00")
    await submit(world.provider, mark(placement))
    set_clock(database, world, "2026-11-25T08:30:00+00:00")
    corrected = (await submit(world.provider, mark(placement, fact="absent", reason="medical"))).json()
    assert [(row["state"], row["punctuality"]) for row in corrected["accepted"]] == [("corrected", "late")]
    assert corrected["recorded_count"] == 1
    [current] = await marks_seen(world.school, placement_id=placement)
    history = await marks_seen(world.school, placement_id=placement, superseded=True)
    [first] = [each for each in history if not each["current"]]
    assert len(history) == 2
    assert (current["fact"], current["supersedes_id"], first["supersedes_id"]) == ("absent", first["id"], None)
    morning = (await sessions_seen(world.school, on_date="2026-11-24"))[0]
    assert (morning["state"], morning["first_received_at"]) == ("received_late", "2026-11-24T10:20:00Z")
    assert (morning["mark"]["id"], morning["mark"]["suggested_code"]) == (current["id"], "M")


async def test_all_or_nothing_stores_nothing_where_any_row_is_malformed(world: World) -> None:
    placement = await world.placement()
    answer = await submit(world.provider, mark(placement), "5", all_or_nothing=True)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid")
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/rows/1"]
    assert await marks_seen(world.school) == []


async def test_all_or_nothing_stores_nothing_where_the_ledger_refuses_a_row(world: World, database: Addresses) -> None:
    placement = await world.placement()
    rows = [mark(placement), mark(placement, on_date="2026-10-28")]
    answer = await submit(world.provider, *rows, all_or_nothing=True)
    assert answer.status_code == 422
    errors = [(error["pointer"], error["code"]) for error in answer.json()["errors"]]
    assert errors == [("/rows/1/on_date", "outside_placement")]
    assert await marks_seen(world.school) == []
    assert told(database, world.school) == []
    mended = await submit(world.provider, rows[0], all_or_nothing=True)
    assert mended.json()["recorded_count"] == 1


async def test_each_organisation_sees_its_own_marks_of_a_submission(world: World) -> None:
    ours = await world.placement()
    theirs = await world.placement(host_school_id=str(world.other_school.id))
    result = (await submit(world.provider, mark(ours), mark(theirs))).json()
    path = f"{SUBMISSIONS}/{result['id']}"
    expected: list[tuple[Any, set[str], int | None]] = [
        (world.provider, {ours, theirs}, 0),
        (world.council, {ours, theirs}, None),
        (world.school, {ours}, None),
        (world.other_school, {theirs}, None),
    ]
    for party, placements, rejected in expected:
        receipt = (await party.get(path)).json()
        assert {each["placement_id"] for each in receipt["marks"]} == placements
        assert (receipt["recorded_count"], receipt["rejected_count"]) == (len(placements), rejected)
    for stranger in (world.other_council, world.other_provider):
        assert (await stranger.get(path)).status_code == 404


async def test_the_suggested_code_follows_who_commissioned_and_where(world: World) -> None:
    pupil = {"given_name": "Ada", "family_name": "Example", "date_of_birth": "2012-03-04"}
    body = await world.proposal()
    body["pupil_id"] = (await world.school.post("/v1/pupils", pupil)).json()["id"]
    proposed = await world.school.post("/v1/placements", body)
    assert proposed.status_code == 201, proposed.text
    await world.provider.act(proposed.headers["Location"], "acceptance")
    of_school = proposed.json()["id"]
    online = await world.placement(timetable=ONLINE)
    rows = [mark(of_school), mark(online), mark(online, session="pm", fact="absent", reason="ill")]
    result = (await submit(world.provider, *rows)).json()
    assert [(row["suggested_code"], row["suggested_by"]) for row in result["accepted"]] == [
        ("B", "attended_in_person_school_commissioned"),
        ("N", "online_takes_absence_code"),
        ("I", "online_takes_absence_code"),
    ]


async def test_only_a_provider_submits(world: World) -> None:
    for party in (world.school, world.council):
        answer = await submit(party, {})
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/wrong-kind-of-organisation")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        pytest.param({"rows": []}, "/rows", id="no rows"),
        pytest.param({"rows": [{}] * 2001}, "/rows", id="more than 2,000 rows"),
        pytest.param({"rows": "5"}, "/rows", id="rows that are a text"),
        pytest.param({"rows": [{}], "surprise": 1}, "/surprise", id="an unknown member of the envelope"),
        pytest.param({"rows": [{}], "all_or_nothing": "true"}, "/all_or_nothing", id="a text for a boolean"),
        pytest.param([], "", id="a bare array"),
    ],
)
async def test_the_envelope_is_strict(world: World, body: object, pointer: str) -> None:
    answer = await world.provider.post(SUBMISSIONS, body)
    assert answer.status_code == 422, answer.text
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        pytest.param(b'{"rows": [NaN]}', "application/json", 422, id="NaN"),
        pytest.param(b'{"rows": [{}], "all_or_nothing": "\\u0000"}', "application/json", 422, id="NUL beside the rows"),
        pytest.param(b'{"rows": "\\u0000"}', "application/json", 422, id="NUL for the rows"),
        pytest.param(b'{"rows": [{}], "rows": [{}]}', "application/json", 422, id="one member twice"),
        pytest.param(b'{"rows": [{}]', "application/json", 422, id="half a body"),
        pytest.param(b"rows", "text/csv", 415, id="a wrong content type"),
        pytest.param(b" " * 10_000_000, "application/json", 413, id="10 MB"),
    ],
)
async def test_a_hostile_body_is_refused_whole(world: World, body: bytes, kind: str, status: int) -> None:
    headers = {"Content-Type": kind, "Idempotency-Key": "hostile"}
    answer = await world.provider.http.post(SUBMISSIONS, content=body, headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("text", "code", "pointer"),
    [
        pytest.param(rb'{"reason": "a\u0000"}', "nul_character", "/rows/1/reason", id="NUL in a member"),
        pytest.param(rb'{"reason\ud800": "ill"}', "lone_surrogate", "/rows/1", id="half a pair in a name"),
        pytest.param(rb'"\udc00"', "lone_surrogate", "/rows/1", id="a text for a row"),
    ],
)
async def test_a_text_that_cannot_be_stored_costs_its_row_alone(
    world: World, text: bytes, code: str, pointer: str
) -> None:
    row = json.dumps(mark(await world.placement())).encode()
    headers = {"Content-Type": "application/json", "Idempotency-Key": "unfit"}
    answer = await world.provider.http.post(SUBMISSIONS, content=b'{"rows": [%b, %b]}' % (row, text), headers=headers)
    assert answer.status_code == 200, answer.text
    assert [each["index"] for each in answer.json()["accepted"]] == [0]
    [rejected] = answer.json()["rejected"]
    assert (rejected["index"], rejected["code"], rejected["pointer"]) == (1, code, pointer)


async def test_one_fault_is_told_alike_by_row_and_by_problem(world: World) -> None:
    row = mark(await world.placement(), arrived_at="8:47")
    [rejected] = (await submit(world.provider, row)).json()["rejected"]
    [error] = (await submit(world.provider, row, all_or_nothing=True)).json()["errors"]
    assert error | {"index": 0} == rejected


async def test_the_audit_names_the_placements_and_no_other_providers(world: World, database: Addresses) -> None:
    ours, theirs = await world.placement(), await placement_with_another(world)
    answer = await submit(world.provider, mark(ours), mark(theirs))
    with owner(database) as connection:
        [entry] = connection.execute(
            "select placement_ids from audit_entries where request_id = %s", [answer.headers["X-Request-Id"]]
        ).fetchall()
    assert [str(each) for each in entry[0]] == [ours]


async def test_a_submission_is_kept_at_its_address(world: World) -> None:
    answer = await submit(world.provider, mark(await world.placement()))
    assert answer.status_code == 200
    kept = await world.provider.get(answer.headers["Location"])
    assert kept.json()["id"] == answer.json()["id"]
