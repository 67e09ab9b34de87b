"""The host school tells the code that it entered in its register: it answers for the code, the provider for the fact."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from httpx import Response
from sqlalchemy.exc import DBAPIError

from app.db.embedded_database import Addresses
from tests.attendance_days import ONLINE, mark, marks_seen, set_clock, submit
from tests.ledger import Ledger
from tests.world import Party, World

CODES = "/v1/register-codes"


def entry(placement: str, **changes: Any) -> dict[str, Any]:
    return {"placement_id": placement, "on_date": "2026-11-24", "session": "am", "code": "I"} | changes


async def enter(party: Party, placement: str, **changes: Any) -> Response:
    return await party.post(CODES, entry(placement, **changes))


async def listed(party: Party, **filters: Any) -> list[dict[str, Any]]:
    return list((await party.get(CODES, **filters)).json()["items"])


async def test_a_school_tells_its_code_beside_the_providers_fact(
    world: World, ledger: Ledger, database: Addresses
) -> None:
    placement = await world.placement()
    await submit(world.provider, mark(placement, fact="absent"))
    set_clock(database, world, "2026-11-24T09:50:00+00:00")
    headers = {"Idempotency-Key": str(uuid4()), "On-Behalf-Of": "P. Clerk"}
    said = entry(placement, code="illness", note="The carer rang")
    made = await world.school.http.post(CODES, json=said, headers=headers)
    assert made.status_code == 201, made.text
    body, path = made.json(), made.headers["Location"]
    assert (body["code"], body["note"], body["current"]) == ("I", "The carer rang", True)
    assert (body["entered_by_id"], body["client_id"]) == (str(world.school.id), str(world.school.client_id))
    assert (body["acting_for"], body["entered_at"]) == ("P. Clerk", "2026-11-24T09:50:00Z")
    for party in (world.school, world.council, world.provider):
        assert (await party.get(path)).json() == body
        assert await listed(party, placement_id=placement) == [body]
        [seen] = await marks_seen(party, changed_since="2026-11-24T09:00:00Z")
        assert (seen["fact"], seen["reason"], seen["suggested_code"]) == ("absent", None, "N")
        assert (seen["register_code"], seen["unresolved"], seen["resolve_by"]) == ("I", False, None)
    assert await ledger.told("register-code.entered", path) == {world.council.id, world.school.id, world.provider.id}
    for stranger in (world.other_council, world.other_school, world.other_provider):
        assert (await stranger.get(path)).status_code == 404
        assert await listed(stranger) == []
        assert (await enter(stranger, placement)).status_code == 404


async def test_a_later_code_takes_the_place_and_a_repeat_changes_nothing(world: World, database: Addresses) -> None:
    placement = await world.placement()
    first = (await enter(world.school, placement, code="N")).json()
    assert (await enter(world.school, placement, code="reason-not-yet-known")).json()["id"] == first["id"]
    set_clock(database, world, "2026-11-26T09:00:00+00:00")
    second = (await enter(world.school, placement)).json()
    assert await listed(world.council) == [second]
    every = await listed(world.council, superseded=True, changed_since="2026-11-26T00:00:00Z")
    assert {(each["id"], each["current"]) for each in every} == {(first["id"], False), (second["id"], True)}
    assert await listed(world.council, session="pm") == await listed(world.council, to="2026-11-23") == []
    assert await listed(world.council, **{"from": "2026-11-24", "to": "2026-11-24", "session": "am"}) == [second]
    await submit(world.provider, mark(placement, fact="absent"))
    [seen] = await marks_seen(world.school)
    history = (await world.school.get(f"/v1/attendance-marks/{seen['id']}/history")).json()
    assert [each["code"] for each in history["register_codes"]] == ["N", "I"]


async def test_codes_entered_at_once_are_one_chain(world: World) -> None:
    placement = await world.placement()
    answers = await asyncio.gather(*(enter(world.school, placement, code=code) for code in ("I", "M", "I", "O")))
    assert [each.status_code for each in answers] == [201] * 4
    assert sum(each["current"] for each in await listed(world.school, superseded=True)) == 1


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        pytest.param({"code": "H"}, "/code", "code_withdrawn", id="a withdrawn code"),
        pytest.param({"code": "present-pm"}, "/code", "code_of_other_session", id="the afternoon's code"),
        pytest.param({"code": "ZZ"}, "/code", "unknown_code", id="no code"),
        pytest.param({"code": ""}, "/code", "too_short", id="an empty code"),
        pytest.param({"code": 5}, "/code", "text_expected", id="a number"),
        pytest.param({"on_date": "2026-11-25"}, "/on_date", "session_in_future", id="tomorrow"),
        pytest.param({"on_date": "2026-11-21"}, "/session", "session_not_expected", id="a Saturday"),
        pytest.param({"session": "evening"}, "/session", "not_one_of", id="no session"),
        pytest.param({"surprise": 1}, "/surprise", "unknown_member", id="an unknown member"),
    ],
)
async def test_what_no_register_may_say_is_refused(
    world: World, changes: dict[str, Any], pointer: str, code: str
) -> None:
    refusal = await enter(world.school, await world.placement(), **changes)
    assert refusal.status_code == 422, refusal.text
    assert [(each["pointer"], each["code"]) for each in refusal.json()["errors"]] == [(pointer, code)]
    assert await listed(world.school, superseded=True) == []


async def test_online_is_never_b_or_k_in_the_register_either(world: World) -> None:
    placement = await world.placement(timetable=ONLINE)
    for code in ("B", "K", "other-off-site"):
        refusal = await enter(world.school, placement, code=code)
        assert [each["code"] for each in refusal.json()["errors"]] == ["code_never_online"]
    assert (await enter(world.school, placement, code="C")).status_code == 201


async def test_whoever_keeps_the_register_enters_its_codes(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    for party in (world.council, world.provider):
        refusal = await enter(party, placement)
        assert (refusal.status_code, refusal.json()["rule"]) == (409, "wrong_party")
        assert refusal.json()["may_be_done_by"] == ["host_school"]
    await ledger.watches(world.other_council.id, placement)
    assert (await enter(world.other_council, placement)).json()["rule"] == "not_a_party"
    on_no_roll = await world.placement(host_school_id=None)
    assert (await enter(world.council, on_no_roll)).status_code == 201
    assert (await enter(world.provider, on_no_roll)).json()["may_be_done_by"] == ["commissioner"]


async def test_the_database_holds_the_same(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    fake = (
        "with claimed as (select set_config('app.client', :client, true) as it) insert into register_codes"
        " (id, placement_id, on_date, session, number, code, entered_by_id, client_id, entered_at)"
        " select gen_random_uuid(), :p, '2026-11-24', 'am', 1, 'I', :me, cast(it as uuid), now() from claimed"
    )
    for party in (world.council, world.provider, world.other_school):
        with pytest.raises(DBAPIError, match="row-level security"):
            await ledger.sql_as(party.id, fake, p=placement, me=party.id, client=str(party.client_id))
    school = world.school
    await ledger.sql_as(school.id, fake, p=placement, me=school.id, client=str(school.client_id))
    for change in ("update register_codes set code = 'M'", "delete from register_codes"):
        with pytest.raises(DBAPIError, match="permission denied"):
            await ledger.sql_as(school.id, change)
