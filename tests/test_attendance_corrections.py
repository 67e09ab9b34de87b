"""Corrections: appended with who, when, why and what they take the place of; one mark stands, and late stays late."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from httpx import Response
from psycopg.errors import UniqueViolation
from sqlalchemy.exc import DBAPIError

from app.db.embedded_database import Addresses
from tests.attendance_days import (
    ONLINE,
    SUBMISSIONS,
    mark,
    marks_seen,
    owner,
    sessions_seen,
    set_clock,
    submit,
    told,
)
from tests.ledger import Ledger
from tests.world import TIMETABLE, Party, World

MARKS = "/v1/attendance-marks"
WHY = "The carer rang at ten"
AFTERNOON = "2026-11-24T13:30:00+00:00"


async def stated(world: World, placement: str, **changes: Any) -> str:
    """The path of a mark that the provider stated for this morning."""
    answer = await submit(world.provider, mark(placement, **changes))
    [accepted] = answer.json()["accepted"]
    return f"{MARKS}/{accepted['mark_id']}"


async def correct(party: Party, path: str, **said: Any) -> Response:
    return await party.act(path, "correction", {"correction_reason": WHY, **said})


async def test_a_correction_says_who_when_why_and_what_it_takes_the_place_of(world: World, database: Addresses) -> None:
    first = await stated(world, await world.placement(), fact="absent")
    set_clock(database, world, "2026-11-25T10:05:00+00:00")
    etag = (await world.provider.get(first)).headers["ETag"]
    headers = {"If-Match": etag, "Idempotency-Key": str(uuid4()), "On-Behalf-Of": "S. Turner"}
    body = {"fact": "absent", "reason": "ill", "correction_reason": WHY}
    made = await world.provider.http.post(f"{first}/correction", json=body, headers=headers)
    assert made.status_code == 201, made.text
    new = made.json()
    assert (new["origin"], new["correction_reason"], new["acting_for"]) == ("correction", WHY, "S. Turner")
    assert (new["client_id"], new["provider_id"]) == (str(world.provider.client_id), str(world.provider.id))
    assert (new["supersedes_id"], new["received_at"]) == (first.rsplit("/", 1)[1], "2026-11-25T10:05:00Z")
    assert (new["reason"], new["suggested_code"], new["current"], new["unresolved"]) == ("ill", "I", True, False)
    assert made.headers["Location"] == f"{MARKS}/{new['id']}"
    assert [each["id"] for each in await marks_seen(world.school)] == [new["id"]]
    old = (await world.school.get(first)).json()
    assert (old["current"], old["reason"], old["origin"], old["correction_reason"]) == (False, None, "submission", None)
    submission = (await world.provider.get(f"{SUBMISSIONS}/{new['submission_id']}")).json()
    assert (submission["recorded_count"], submission["received_at"]) == (1, "2026-11-25T10:05:00Z")
    for party in (world.provider, world.school, world.council):
        assert told(database, party)[-1] == f"{SUBMISSIONS}/{new['submission_id']}"
    assert told(database, world.other_provider) == []
    again = await world.provider.http.post(f"{first}/correction", json=body, headers=headers)
    assert (again.headers["Idempotent-Replayed"], again.content) == ("true", made.content)


async def test_the_history_of_a_session_is_read_in_order(world: World, database: Addresses) -> None:
    placement = await world.placement()
    first = await stated(world, placement, fact="absent")
    await submit(world.provider, mark(placement, session="pm", fact="absent"))
    second = (await submit(world.provider, mark(placement, correction_reason="Signed in at reception"))).json()
    third = (await correct(world.provider, f"{MARKS}/{second['accepted'][0]['mark_id']}", fact="late")).json()
    for path in (first, f"{MARKS}/{third['id']}"):
        history = (await world.school.get(f"{path}/history")).json()
        assert (history["placement_id"], history["on_date"], history["session"]) == (placement, "2026-11-24", "am")
        assert [(each["fact"], each["origin"], each["correction_reason"]) for each in history["marks"]] == [
            ("absent", "submission", None),
            ("present", "restatement", "Signed in at reception"),
            ("late", "correction", WHY),
        ]
        ids = [each["id"] for each in history["marks"]]
        assert [each["supersedes_id"] for each in history["marks"]] == [None, *ids[:-1]]
    assert len(await marks_seen(world.school, placement_id=placement, superseded=True, session="am")) == 3
    assert (await world.other_school.get(f"{first}/history")).status_code == 404


async def test_a_differing_row_without_a_reason_is_a_restatement(world: World) -> None:
    placement = await world.placement()
    await stated(world, placement, correction_reason="Nothing was corrected yet")
    [first] = await marks_seen(world.school)
    assert (first["origin"], first["correction_reason"]) == ("submission", None)
    await submit(world.provider, mark(placement, fact="late"))
    [current] = await marks_seen(world.school)
    assert (current["origin"], current["correction_reason"], current["supersedes_id"]) == (
        "restatement",
        None,
        first["id"],
    )


async def test_a_repeat_in_another_order_or_for_another_reason_changes_nothing(world: World) -> None:
    placement = await world.placement()
    row = mark(placement, fact="absent", code="illness", reason="ill")
    await submit(world.provider, row)
    repeats = [dict(reversed(row.items())), row | {"code": "I"}, row | {"correction_reason": WHY}]
    for repeat in repeats:
        result = (await submit(world.provider, repeat)).json()
        assert [each["state"] for each in result["accepted"]] == ["unchanged"]
    assert len(await marks_seen(world.school, superseded=True)) == 1


async def test_late_stays_late_whatever_corrects_it(world: World, database: Addresses) -> None:
    placement = await world.placement()
    set_clock(database, world, "2026-11-24T09:30:01+00:00")
    path = await stated(world, placement)
    set_clock(database, world, AFTERNOON)
    for fact in ("late", "absent", "present"):
        path = (await correct(world.provider, path, fact=fact)).headers["Location"]
        [morning] = [each for each in await sessions_seen(world.school) if each["session"] == "am"]
        assert (morning["state"], morning["first_received_at"]) == ("received_late", "2026-11-24T09:30:01Z")
        assert morning["mark"]["fact"] == fact


async def test_only_the_mark_that_stands_is_corrected(world: World) -> None:
    first = await stated(world, await world.placement())
    second = (await correct(world.provider, first, fact="absent")).json()["id"]
    refusal = await correct(world.provider, first, fact="late")
    assert (refusal.status_code, refusal.json()["rule"]) == (409, "mark_superseded")
    assert refusal.json()["current_mark_id"] == second
    nothing = await correct(world.provider, f"{MARKS}/{second}", fact="absent")
    assert (nothing.status_code, nothing.json()["rule"]) == (409, "correction_changes_nothing")
    assert len(await marks_seen(world.school, superseded=True)) == 2


async def test_the_provider_alone_corrects(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    path = await stated(world, placement)
    for party in (world.school, world.council):
        assert (await correct(party, path, fact="late")).json()["type"] == "/problems/wrong-kind-of-organisation"
    assert (await correct(world.other_provider, path, fact="late")).status_code == 404
    await ledger.watches(world.other_provider.id, placement)
    assert (await correct(world.other_provider, path, fact="late")).json()["rule"] == "wrong_party"
    unheld = await world.provider.post(f"{path}/correction", {"fact": "late", "correction_reason": WHY})
    assert unheld.status_code == 428
    assert len(await marks_seen(world.school, superseded=True)) == 1


@pytest.mark.parametrize(
    ("said", "pointer", "code"),
    [
        pytest.param({}, "", "fact_or_code_missing", id="nothing"),
        pytest.param({"fact": "late", "correction_reason": None}, "/correction_reason", "text_expected", id="no why"),
        pytest.param({"fact": "late", "correction_reason": " "}, "/correction_reason", "blank", id="a blank why"),
        pytest.param({"fact": "late", "surprise": 1}, "/surprise", "unknown_member", id="an unknown member"),
        pytest.param({"fact": "late", "minutes_late": "5"}, "/minutes_late", "whole_number_expected", id="text"),
        pytest.param({"code": "H"}, "/code", "code_withdrawn", id="a withdrawn code"),
        pytest.param({"code": "present-pm"}, "/code", "code_of_other_session", id="the afternoon's code"),
        pytest.param({"code": "I", "fact": "late"}, "/code", "code_contradicts_fact", id="late, in person, with I"),
        pytest.param({"fact": "absent", "left_at": "11:00"}, "", "absent_but_came", id="absent, yet left"),
        pytest.param({"fact": "late", "minutes_late": 180}, "/minutes_late", "late_past_end", id="after the end"),
        pytest.param({"fact": "present", "left_at": "09:00"}, "/left_at", "left_before_start", id="at its start"),
    ],
)
async def test_a_correction_is_held_to_what_a_row_may_say(
    world: World, database: Addresses, said: dict[str, Any], pointer: str, code: str
) -> None:
    path = await stated(world, await world.placement())
    set_clock(database, world, AFTERNOON)
    refusal = await correct(world.provider, path, **said)
    assert refusal.status_code == 422, refusal.text
    assert (pointer, code) in [(each["pointer"], each["code"]) for each in refusal.json()["errors"]]
    assert len(await marks_seen(world.school, superseded=True)) == 1


@pytest.mark.parametrize("code", ["B", "K", "other-off-site", "arranged-by-council"])
async def test_online_is_never_corrected_to_b_or_k(world: World, code: str) -> None:
    path = await stated(world, await world.placement(timetable=ONLINE), fact="absent")
    refusal = await correct(world.provider, path, code=code)
    assert [each["code"] for each in refusal.json()["errors"]] == ["code_never_online"]
    came = (await correct(world.provider, path, fact="present")).json()
    assert (came["suggested_code"], came["suggested_by"]) == ("N", "online_takes_absence_code")


async def test_sessions_that_went_online_take_no_b_or_k(world: World, database: Addresses) -> None:
    placement = await world.placement()
    [before] = (await submit(world.provider, mark(placement, code="K"))).json()["accepted"]
    online = {"applies_from": "2026-11-25", "slots": [slot | {"online": True} for slot in TIMETABLE]}
    path = f"/v1/placements/{placement}"
    etag = (await world.provider.get(path)).headers["ETag"]
    headers = {"If-Match": etag, "Idempotency-Key": str(uuid4())}
    changed = await world.provider.http.post(f"{path}/timetables", json=online, headers=headers)
    assert changed.status_code == 201, changed.text
    set_clock(database, world, "2026-11-25T08:30:00+00:00")
    after = (await submit(world.provider, mark(placement, on_date="2026-11-25", code="K"))).json()
    assert [each["code"] for each in after["rejected"]] == ["code_never_online"]
    came = (await submit(world.provider, mark(placement, on_date="2026-11-25"))).json()
    assert [each["suggested_code"] for each in came["accepted"]] == ["N"]
    assert (await world.school.get(f"{MARKS}/{before['mark_id']}")).json()["suggested_code"] == "K"


async def test_two_corrections_at_once_leave_one_that_stands(world: World) -> None:
    path = await stated(world, await world.placement())
    answers = await asyncio.gather(*(correct(world.provider, path, fact=fact) for fact in ("absent", "late") * 2))
    assert sorted(each.status_code for each in answers) == [201, 409, 409, 409]
    assert {each.json().get("rule") for each in answers} == {None, "mark_superseded"}
    [won] = [each.json()["id"] for each in answers if each.status_code == 201]
    assert {each.json().get("current_mark_id", won) for each in answers} == {won}
    assert len(await marks_seen(world.school, superseded=True)) == 2


async def test_a_correction_and_a_submission_at_once_leave_one_chain(world: World) -> None:
    placement = await world.placement()
    path = await stated(world, placement)
    answers = await asyncio.gather(
        correct(world.provider, path, fact="absent"),
        submit(world.provider, mark(placement, fact="late")),
        correct(world.provider, path, fact="absent", reason="ill"),
        submit(world.provider, mark(placement, fact="absent", reason="medical")),
    )
    assert all(each.status_code in {200, 201, 409} for each in answers)
    history = await marks_seen(world.school, superseded=True)
    assert len({each["supersedes_id"] for each in history}) == len(history)
    [current] = [each for each in history if each["current"]]
    assert {each["supersedes_id"] for each in history} == {each["id"] for each in history if each is not current} | {
        None
    }


async def test_the_database_lets_one_mark_alone_take_the_place_of_another(world: World, database: Addresses) -> None:
    await stated(world, await world.placement())
    fork = (
        "insert into attendance_marks (id, on_date, placement_id, session, submission_id, provider_id, fact,"
        " suggested_code, suggested_by, received_at, supersedes_id, origin) select gen_random_uuid(), on_date,"
        " placement_id, session, submission_id, provider_id, 'late', 'K', 'x', now(), {}, 'restatement'"
        " from attendance_marks m where m.submission_id = (select s.id from attendance_submissions s"
        " where s.provider_id = '" + str(world.provider.id) + "') and supersedes_id is null"
    )
    with owner(database) as connection:
        connection.execute(fork.format("m.id"))
        for supersedes in ("m.id", "null"):
            with pytest.raises(UniqueViolation):
                connection.execute(fork.format(supersedes))


@pytest.mark.parametrize(
    ("origin", "named", "lets"),
    [
        pytest.param("correction", "provider", True, id="its own client"),
        pytest.param("circumstances", "provider", False, id="what only the worker says"),
        pytest.param("correction", "school", False, id="another's client"),
        pytest.param("correction", None, False, id="no client"),
    ],
)
async def test_a_mark_names_the_client_that_states_it(
    world: World, ledger: Ledger, origin: str, named: str | None, lets: bool
) -> None:
    placement = await world.placement()
    await stated(world, placement)
    fake = (
        "with claimed as (select set_config('app.client', :mine, true) as it)"
        " insert into attendance_marks (id, on_date, placement_id, session, submission_id, provider_id, fact,"
        " suggested_code, suggested_by, received_at, supersedes_id, origin, client_id) select gen_random_uuid(),"
        " on_date, placement_id, session, submission_id, provider_id, 'late', 'K', 'x', now(), id, :origin,"
        " cast(:client as uuid) from attendance_marks, claimed where placement_id = :p and it is not null"
    )
    client = str(getattr(world, named).client_id) if named else None
    said = {"p": placement, "origin": origin, "client": client, "mine": str(world.provider.client_id)}
    if lets:
        await ledger.sql_as(world.provider.id, fake, **said)
        return
    with pytest.raises(DBAPIError, match="row-level security"):
        await ledger.sql_as(world.provider.id, fake, **said)
