"""A planned end moves to a later day only when both sides agree."""

from asyncio import gather
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import DBAPIError

from tests.asking import (
    CHRISTMAS,
    EASTER,
    FEBRUARY,
    REFUSED,
    answer,
    ask,
    asked,
    at_once,
    days_of,
    longer,
    read,
    school_places_its_own,
)
from tests.ledger import Ledger
from tests.test_terminations import give, given
from tests.world import TIMETABLE, Party, World


async def extended(world: World, placement: str, day: str = EASTER) -> str:
    path = await asked(world.provider, longer(placement, day))
    for party in (world.school, world.council):
        assert (await answer(party, path)).status_code == 200
    return path


@pytest.mark.parametrize("side", ["provider", "council", "school"])
async def test_the_planned_end_moves_when_every_party_agrees(world: World, ledger: Ledger, side: str) -> None:
    placement = await world.placement()
    mornings = [slot for slot in TIMETABLE if slot["session"] == "am"]
    changed = {"applies_from": "2027-02-01", "slots": mornings}
    assert (await world.provider.act(f"/v1/placements/{placement}", "timetables", changed)).status_code == 201
    before = await ledger.sessions(placement)
    asker: Party = getattr(world, side)
    path = await asked(asker, longer(placement))
    shown = await read(asker, path)
    assert (shown["state"], shown["previous_planned_end_on"]) == ("requested", FEBRUARY)
    assert shown["answer_by"] == "2027-02-13T00:00:00Z"
    others = [each for each in (world.provider, world.council, world.school) if each is not asker]
    assert (await answer(others[0], path)).json()["state"] == "requested"
    assert await ledger.sessions(placement) == before
    assert (await answer(others[1], path)).json()["state"] == "agreed"
    assert await days_of(world, placement) == (EASTER, EASTER)
    added = sorted((await ledger.sessions(placement)).keys() - before.keys())
    assert (added[0], added[-1]) == ("2027-02-22 am", f"{EASTER} am")
    assert not [each for each in added if each.endswith("pm")]
    assert await ledger.told("extension.agreed", path) == {world.council.id, world.school.id, world.provider.id}


async def test_one_refusal_settles_it_and_nothing_moves(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    path = await asked(world.council, longer(placement))
    assert (await answer(world.provider, path, REFUSED)).json()["state"] == "refused"
    assert (await answer(world.school, path)).json()["rule"] == "wrong_state"
    assert await days_of(world, placement) == (FEBRUARY, FEBRUARY)
    assert world.school.id in await ledger.told("extension.refused", path)


@pytest.mark.parametrize(
    ("day", "rule", "dates"),
    [
        pytest.param("2027-03-02", "planned_end_not_half_term_end", [EASTER], id="an ordinary Tuesday"),
        pytest.param("2027-02-17", "planned_end_not_half_term_end", [EASTER], id="a day in the holidays"),
        pytest.param("2027-06-30", "planned_end_not_half_term_end", [], id="a day that no calendar reaches"),
        pytest.param(FEBRUARY, "extension_not_later", None, id="the planned end itself"),
        pytest.param(CHRISTMAS, "extension_not_later", None, id="an earlier end, to dodge the rule of termination"),
        pytest.param("2030-03-25", "placement_too_long", None, id="more than three years"),
    ],
)
async def test_a_request_against_the_rules_is_refused(
    world: World, ledger: Ledger, day: str, rule: str, dates: list[str] | None
) -> None:
    placement = await world.placement()
    refusal = await ask(world.provider, longer(placement, day))
    assert (refusal.status_code, refusal.json()["rule"], refusal.json().get("next_lawful_dates")) == (409, rule, dates)
    if dates == []:
        assert refusal.json()["note"] == "No half-term after 2027-03-25 has been published in the placement's calendar."
    assert (await world.council.get("/v1/extensions")).json()["items"] == []


async def test_the_parties_may_agree_to_another_day(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    path = await asked(world.provider, longer(placement, "2027-03-02", end_by_agreement=True))
    await answer(world.school, path)
    await answer(world.council, path)
    assert await days_of(world, placement) == ("2027-03-02", "2027-03-02")
    assert list(await ledger.sessions(placement))[-1] == "2027-03-02 pm"


async def test_notice_that_stands_goes_on_ruling(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    notice = await given(world.school, placement)
    path = await asked(world.provider, longer(placement))
    assert (await read(world.school, path))["answer_by"] == "2026-12-19T00:00:00Z"
    await answer(world.school, path)
    await answer(world.council, path)
    assert await days_of(world, placement) == (EASTER, CHRISTMAS)
    assert list(await ledger.sessions(placement))[-1] == f"{CHRISTMAS} pm"
    assert (await world.school.act(notice, "withdrawal")).status_code == 200
    assert await days_of(world, placement) == (EASTER, EASTER)
    assert list(await ledger.sessions(placement))[-1] == f"{EASTER} pm"


async def test_until_when_it_can_be_answered_follows_the_end(world: World) -> None:
    placement = await world.placement()
    path = await asked(world.provider, longer(placement))
    etag = (await world.school.get(path)).headers["ETag"]
    notice = await given(world.school, placement)
    assert (await read(world.school, path))["answer_by"] == "2026-12-19T00:00:00Z"
    assert (await world.school.get(path)).headers["ETag"] != etag
    await world.school.act(notice, "withdrawal")
    assert (await read(world.school, path))["answer_by"] == "2027-02-13T00:00:00Z"


async def test_after_an_extension_the_old_end_is_a_termination(world: World) -> None:
    placement = await world.placement()
    assert (await give(world.school, placement, FEBRUARY)).json()["rule"] == "termination_on_planned_end"
    await extended(world, placement)
    assert (await give(world.school, placement, FEBRUARY)).status_code == 201
    assert await days_of(world, placement) == (EASTER, FEBRUARY)


async def test_what_has_ended_or_ends_at_once_is_not_extended(world: World, ledger: Ledger) -> None:
    placement, ended = await world.placement(), await world.placement()
    path = await asked(world.provider, at_once(placement, "2026-12-01"))
    await answer(world.school, path)
    await answer(world.council, path)
    assert (await ask(world.school, longer(placement))).json()["rule"] == "placement_ends_at_once"
    await ledger.stand_at(datetime(2027, 2, 13, 8, 0, tzinfo=UTC))
    refusal = await ask(world.school, longer(ended))
    assert (refusal.status_code, refusal.json()["rule"]) == (409, "placement_already_ended")


async def test_it_lapses_when_the_placement_has_ended(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    path = await asked(world.provider, longer(placement))
    await answer(world.school, path)
    await ledger.stand_at(datetime(2027, 2, 12, 23, 59, tzinfo=UTC))
    assert (await read(world.council, path))["state"] == "requested"
    moved = await world.council.http.put("/v1/sandbox/clock", json={"now": "2027-02-13T00:00:00Z"})
    assert moved.status_code == 200, moved.text
    assert (await read(world.council, path))["state"] == "lapsed"
    late = await answer(world.council, path)
    assert (late.status_code, late.json()["state"]) == (409, "lapsed")
    assert world.school.id in await ledger.told("extension.lapsed", path)
    assert await days_of(world, placement) == (FEBRUARY, FEBRUARY)


async def test_nobody_agrees_for_another_or_twice(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    await ledger.watches(world.other_council.id, placement)
    path = await asked(world.provider, longer(placement))
    assert (await answer(world.provider, path)).json()["rule"] == "already_answered"
    assert (await answer(world.other_council, path)).json()["rule"] == "not_a_party"
    assert (await ask(world.other_council, longer(placement))).json()["rule"] == "not_a_party"
    for stranger in (world.other_school, world.other_provider):
        assert (await answer(stranger, path)).status_code == 404
        assert (await stranger.get(path)).status_code == 404
        assert (await ask(stranger, longer(placement))).status_code == 404
        assert (await stranger.get("/v1/extensions")).json()["items"] == []
    assert (await read(world.school, path))["still_to_agree"] == ["commissioner", "host_school"]


async def test_a_school_that_commissions_agrees_once_and_a_referral_unit_stands_on_one_side(world: World) -> None:
    path = await asked(world.provider, longer(await school_places_its_own(world)))
    assert (await answer(world.school, path)).json()["state"] == "agreed"
    unit = await world.placement(host_school_id=str(world.provider.id))
    path = await asked(world.provider, longer(unit))
    assert (await read(world.council, path))["still_to_agree"] == ["commissioner"]
    assert (await answer(world.council, path)).json()["state"] == "agreed"


async def test_whoever_asked_withdraws(world: World, ledger: Ledger) -> None:
    path = await asked(world.school, longer(await world.placement()))
    assert (await world.provider.act(path, "withdrawal")).json()["rule"] == "wrong_party"
    assert (await world.school.act(path, "withdrawal")).json()["state"] == "withdrawn"
    assert (await answer(world.provider, path)).json()["rule"] == "wrong_state"
    assert world.provider.id in await ledger.told("extension.withdrawn", path)


async def test_a_malformed_request_changes_nothing(world: World) -> None:
    body = longer(await world.placement(), "25.3.2027", reason="", agreed=True)
    refusal = await ask(world.provider, body)
    pointers = {error["pointer"] for error in refusal.json()["errors"]}
    assert (refusal.status_code, pointers) == (422, {"/new_end_on", "/reason", "/agreed"})
    assert (await world.provider.get("/v1/extensions")).json()["items"] == []


async def test_a_proposal_is_not_extended(world: World) -> None:
    proposed = await world.council.post("/v1/placements", await world.proposal())
    assert (await ask(world.council, longer(proposed.json()["id"]))).status_code == 409


async def test_two_that_ask_at_once_ask_once(world: World) -> None:
    for _ in range(4):
        placement = await world.placement()
        asks = await gather(*(ask(each, longer(placement)) for each in (world.provider, world.council, world.school)))
        assert sorted(each.status_code for each in asks) == [201, 409, 409]
        assert {each.json()["rule"] for each in asks if each.status_code == 409} == {"extension_asked"}


async def test_both_agreeing_at_one_instant_gives_one_outcome(world: World) -> None:
    for _ in range(4):
        placement = await world.placement()
        path = await asked(world.provider, longer(placement))
        answers = await gather(answer(world.school, path), answer(world.council, path))
        assert [each.status_code for each in answers] == [200, 200]
        assert sorted(each.json()["state"] for each in answers) == ["agreed", "requested"]
        assert await days_of(world, placement) == (EASTER, EASTER)


async def test_an_extension_and_a_termination_at_one_instant_give_one_outcome(world: World, ledger: Ledger) -> None:
    for _ in range(4):
        placement = await world.placement()
        path = await asked(world.provider, longer(placement))
        await answer(world.school, path)
        last, notice = await gather(answer(world.council, path), give(world.school, placement))
        assert (last.json()["state"], notice.status_code) == ("agreed", 201)
        assert await days_of(world, placement) == (EASTER, CHRISTMAS)
        assert list(await ledger.sessions(placement))[-1] == f"{CHRISTMAS} pm"


async def test_an_extension_and_the_end_at_once_at_one_instant_give_one_outcome(world: World, ledger: Ledger) -> None:
    for _ in range(4):
        placement = await world.placement()
        extension = await asked(world.provider, longer(placement))
        ending = await asked(world.provider, at_once(placement))
        for path in (extension, ending):
            await answer(world.school, path)
        longer_, ended = await gather(answer(world.council, extension), answer(world.council, ending))
        assert (ended.status_code, ended.json()["state"]) == (200, "agreed")
        moved = longer_.status_code == 200
        assert moved or longer_.json()["rule"] == "wrong_state"
        assert await days_of(world, placement) == (EASTER if moved else FEBRUARY, "2026-11-26")
        assert list(await ledger.sessions(placement))[-1] == "2026-11-26 pm"


async def test_what_the_sessions_added_do_not_allow_leaves_nothing_half_done(world: World, ledger: Ledger) -> None:
    """The ledger refuses the first session added: neither the answer nor the new end is kept."""
    placement = await world.placement()
    path = await asked(world.provider, longer(placement))
    await answer(world.school, path)
    name = "refuse_" + placement.replace("-", "_")
    await ledger.sql(
        f"create function {name}() returns trigger language plpgsql as $$ begin"
        f" if new.placement_id = '{placement}' then"
        " raise serialization_failure using message = 'in the way'; end if; return new; end $$"
    )
    await ledger.sql(f"create trigger {name} before insert on expected_sessions for each row execute function {name}()")
    try:
        failed = await answer(world.council, path)
        assert failed.status_code == 503
    finally:
        await ledger.sql(f"drop trigger {name} on expected_sessions")
        await ledger.sql(f"drop function {name}()")
    shown = await read(world.council, path)
    assert (shown["state"], shown["still_to_agree"]) == ("requested", ["commissioner"])
    assert await days_of(world, placement) == (FEBRUARY, FEBRUARY)
    assert (await answer(world.council, path)).json()["state"] == "agreed"


EXTENSION = (
    "insert into extensions (id, created_at, changed_at, version, placement_id, requested_by_id, state, answer_by,"
    " new_end_on, end_by_agreement, reason, previous_planned_end_on) values (gen_random_uuid(), now(), now(), 1,"
    " :placement, :by, :state, now(), '2027-03-25', false, 'x', '2027-02-12')"
)
MOVE = "update placements set planned_end_on = cast(:day as date), ends_on = :day where id = :placement"


async def test_row_security_moves_a_planned_end_by_agreement_alone(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    path = await asked(world.provider, longer(placement))
    watcher, provider, school = world.other_council.id, world.provider.id, world.school.id
    await ledger.watches(watcher, placement)
    forbidden: list[tuple[UUID, dict[str, Any]]] = [
        (watcher, {"by": watcher, "state": "requested"}),
        (school, {"by": provider, "state": "requested"}),
        (school, {"by": school, "state": "agreed"}),
    ]
    for organisation, values in forbidden:
        with pytest.raises(DBAPIError) as refusal:
            await ledger.sql_as(organisation, EXTENSION, placement=placement, **values)
        assert getattr(refusal.value.orig, "sqlstate", None) == "42501"
    with pytest.raises(DBAPIError, match="not every party has agreed"):
        await ledger.sql_as(school, "update extensions set state = 'agreed' where id = :id", id=path[-36:])
    day = datetime(2027, 3, 25, tzinfo=UTC).date()
    with pytest.raises(DBAPIError, match="never changes"):
        await ledger.sql_as(provider, MOVE, placement=placement, day=day)
    await answer(world.school, path)
    await answer(world.council, path)
    for other in (datetime(2027, 3, 24, tzinfo=UTC).date(), datetime(2027, 2, 12, tzinfo=UTC).date()):
        with pytest.raises(DBAPIError, match="never changes"):
            await ledger.sql_as(provider, MOVE, placement=placement, day=other)
    with pytest.raises(DBAPIError, match="settled stays settled"):
        await ledger.sql_as(school, "update extensions set state = 'withdrawn' where id = :id", id=path[-36:])
