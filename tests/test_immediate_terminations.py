"""A placement ends at once only in exceptional circumstances, and only when both sides agree."""

from asyncio import gather
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import DBAPIError

from tests.asking import (
    AGREED,
    CHRISTMAS,
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
from tests.test_suspensions import agreed as agreed_suspension
from tests.test_suspensions import requested as requested_suspension
from tests.test_terminations import give, given
from tests.world import Party, World

THURSDAY = "2026-11-26"


@pytest.mark.parametrize("side", ["provider", "council", "school"])
async def test_a_placement_ends_at_once_when_every_party_agrees(world: World, ledger: Ledger, side: str) -> None:
    placement = await world.placement()
    asker: Party = getattr(world, side)
    path = await asked(asker, at_once(placement))
    shown = await read(asker, path)
    assert (shown["state"], shown["previous_end_on"]) == ("requested", FEBRUARY)
    assert shown["answer_by"] == "2026-11-27T00:00:00Z"
    assert [each["organisation_id"] for each in shown["agreements"]] == [str(asker.id)]
    others = [each for each in (world.provider, world.council, world.school) if each is not asker]
    assert len(shown["still_to_agree"]) == 2
    first = (await answer(others[0], path)).json()
    assert (first["state"], len(first["still_to_agree"])) == ("requested", 1)
    assert await days_of(world, placement) == (FEBRUARY, FEBRUARY)
    last = await answer(others[1], path)
    assert (last.status_code, last.json()["state"], last.json()["still_to_agree"]) == (200, "agreed", [])
    assert await days_of(world, placement) == (FEBRUARY, THURSDAY)
    assert list(await ledger.sessions(placement))[-1] == f"{THURSDAY} pm"
    everybody = {world.council.id, world.school.id, world.provider.id}
    for event in ("requested", "agreement-recorded", "agreed"):
        assert await ledger.told(f"immediate-termination.{event}", path) == everybody


async def test_one_refusal_settles_it_and_nothing_ends(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    path = await asked(world.provider, at_once(placement))
    refused = (await answer(world.school, path, REFUSED)).json()
    assert refused["state"] == "refused"
    assert {each["answer"]: each["note"] for each in refused["agreements"]} == {
        "agreed": None,
        "refused": "Speak to us first",
    }
    late = await answer(world.council, path)
    assert (late.status_code, late.json()["rule"]) == (409, "wrong_state")
    assert await days_of(world, placement) == (FEBRUARY, FEBRUARY)
    assert world.council.id in await ledger.told("immediate-termination.refused", path)
    assert (await ask(world.provider, at_once(placement))).status_code == 201


@pytest.mark.parametrize(
    ("day", "rule"),
    [
        pytest.param("2026-11-23", "immediate_termination_reaches_back", id="a day that has been"),
        pytest.param(FEBRUARY, "immediate_termination_not_earlier", id="the end that stands"),
        pytest.param("2027-03-01", "immediate_termination_not_earlier", id="a day after the end"),
    ],
)
async def test_a_request_against_the_rules_is_refused(world: World, day: str, rule: str) -> None:
    placement = await world.placement()
    refusal = await ask(world.provider, at_once(placement, day))
    assert (refusal.status_code, refusal.json()["rule"]) == (409, rule)
    assert (await world.council.get("/v1/immediate-terminations")).json()["items"] == []


@pytest.mark.parametrize("day", ["2026-11-24", "2026-11-28", "2026-12-25"], ids=["today", "a Saturday", "a holiday"])
async def test_it_may_be_any_day(world: World, day: str) -> None:
    placement = await world.placement()
    path = await asked(world.school, at_once(placement, day))
    await answer(world.provider, path)
    await answer(world.council, path)
    assert await days_of(world, placement) == (FEBRUARY, day)


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        ({"reason": None}, {"/reason"}),
        ({"reason": "tired_of_it"}, {"/reason"}),
        ({"circumstances": " "}, {"/circumstances"}),
        ({"given_by": None, "force": True}, {"/given_by", "/force"}),
        ({"effective_on": "26.11.2026"}, {"/effective_on"}),
    ],
)
async def test_an_exceptional_reason_is_obligatory(world: World, changes: dict[str, Any], pointers: set[str]) -> None:
    placement = await world.placement()
    body = {name: value for name, value in at_once(placement, **changes).items() if value is not None}
    refusal = await ask(world.provider, body)
    assert (refusal.status_code, {each["pointer"] for each in refusal.json()["errors"]}) == (422, pointers)
    assert (await world.provider.get("/v1/immediate-terminations")).json()["items"] == []


async def test_nobody_agrees_for_another_or_twice(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    await ledger.watches(world.other_council.id, placement)
    path = await asked(world.provider, at_once(placement))
    own = await answer(world.provider, path)
    assert (own.status_code, own.json()["rule"]) == (409, "already_answered")
    watching = await answer(world.other_council, path)
    assert (watching.status_code, watching.json()["rule"]) == (409, "not_a_party")
    assert (await ask(world.other_council, at_once(placement))).json()["rule"] == "not_a_party"
    assert (await answer(world.school, path, AGREED | {"roles": ["commissioner"]})).status_code == 422
    for stranger in (world.other_school, world.other_provider):
        assert (await answer(stranger, path)).status_code == 404
        assert (await stranger.get(path)).status_code == 404
        assert (await ask(stranger, at_once(placement))).status_code == 404
    assert (await read(world.school, path))["still_to_agree"] == ["commissioner", "host_school"]


async def test_a_school_that_commissions_agrees_once(world: World) -> None:
    path = await asked(world.provider, at_once(await school_places_its_own(world)))
    assert (await read(world.school, path))["still_to_agree"] == ["commissioner", "host_school"]
    assert (await answer(world.school, path)).json()["state"] == "agreed"


async def test_a_provider_that_is_the_host_school_stands_on_one_side(world: World) -> None:
    placement = await world.placement(host_school_id=str(world.provider.id))
    path = await asked(world.provider, at_once(placement))
    shown = await read(world.provider, path)
    assert (shown["state"], shown["still_to_agree"]) == ("requested", ["commissioner"])
    assert (await answer(world.council, path)).json()["state"] == "agreed"


async def test_of_a_child_on_no_roll_commissioner_and_provider_agree(world: World) -> None:
    path = await asked(world.council, at_once(await world.placement(host_school_id=None)))
    assert (await answer(world.provider, path)).json()["state"] == "agreed"


async def test_whoever_asked_withdraws(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    path = await asked(world.school, at_once(placement))
    other = await world.provider.act(path, "withdrawal")
    assert (other.status_code, other.json()["rule"]) == (409, "wrong_party")
    assert (await world.other_school.act(path, "withdrawal")).status_code == 404
    assert (await world.school.act(path, "withdrawal")).json()["state"] == "withdrawn"
    assert (await answer(world.provider, path)).json()["rule"] == "wrong_state"
    assert world.provider.id in await ledger.told("immediate-termination.withdrawn", path)
    assert await days_of(world, placement) == (FEBRUARY, FEBRUARY)


async def test_it_lapses_when_its_day_is_over(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    path = await asked(world.provider, at_once(placement))
    await answer(world.school, path)
    etag = (await world.council.get(path)).headers["ETag"]
    await ledger.stand_at(datetime(2026, 11, 26, 23, 59, tzinfo=UTC))
    assert (await read(world.council, path))["state"] == "requested"
    await ledger.stand_at(datetime(2026, 11, 27, 0, 0, tzinfo=UTC))
    lapsed = await world.council.http.get(path, headers={"If-None-Match": etag})
    assert (lapsed.status_code, lapsed.json()["state"]) == (200, "lapsed")
    since = {"changed_since": "2026-11-26T23:59:00Z"}
    for filters, found in (({"state": "lapsed"}, 1), ({"state": "requested"}, 0), (since, 1)):
        page = (await world.council.get("/v1/immediate-terminations", placement_id=placement, **filters)).json()
        assert len(page["items"]) == found, filters
    late = await answer(world.council, path)
    assert (late.status_code, late.json()["state"]) == (409, "lapsed")
    assert (await ask(world.provider, at_once(placement, "2026-11-30"))).status_code == 201


async def test_the_clock_notes_and_tells_the_lapse(world: World, ledger: Ledger) -> None:
    path = await asked(world.provider, at_once(await world.placement()))
    moved = await world.council.http.put("/v1/sandbox/clock", json={"now": "2026-11-27T06:00:00Z"})
    assert moved.status_code == 200, moved.text
    rows = await ledger.sql("select state, settled_at from immediate_terminations where id = :id", id=path[-36:])
    assert rows == [("lapsed", datetime(2026, 11, 27, 0, 0, tzinfo=UTC))]
    assert world.school.id in await ledger.told("immediate-termination.lapsed", path)


async def test_notice_that_is_withdrawn_does_not_bring_the_days_back(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    notice = await given(world.provider, placement)
    path = await asked(world.provider, at_once(placement))
    await answer(world.school, path)
    await answer(world.council, path)
    assert (await world.provider.act(notice, "withdrawal")).status_code == 200
    assert await days_of(world, placement) == (FEBRUARY, THURSDAY)
    assert list(await ledger.sessions(placement))[-1] == f"{THURSDAY} pm"
    again = await give(world.council, placement)
    assert (again.status_code, again.json()["rule"]) == (409, "termination_already_given")


async def test_notice_for_an_earlier_day_takes_the_request_with_it(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    later = await asked(world.provider, at_once(placement, "2027-01-11"))
    await given(world.council, placement)
    assert (await read(world.school, later))["state"] == "withdrawn"
    assert world.provider.id in await ledger.told("immediate-termination.withdrawn", later)
    earlier = await asked(world.provider, at_once(placement, "2026-12-01"))
    assert (await read(world.school, earlier))["state"] == "requested"


async def test_suspensions_and_what_was_received_follow(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    cut = await agreed_suspension(world, placement, THURSDAY, "2026-12-01")
    gone = await requested_suspension(world, placement, "2026-12-07", "2026-12-08")
    extension = await asked(world.school, longer(placement))
    await ledger.sql(
        "update expected_sessions set first_received_at = now() where placement_id = :p and on_date = '2026-12-02'",
        p=placement,
    )
    path = await asked(world.provider, at_once(placement))
    await answer(world.school, path)
    await answer(world.council, path)
    assert (await read(world.school, cut))["ends_on"] == THURSDAY
    assert (await read(world.school, gone))["state"] == "withdrawn"
    assert (await read(world.school, extension))["state"] == "withdrawn"
    assert [each for each in await ledger.sessions(placement) if each > f"{THURSDAY} pm"] == [
        "2026-12-02 am",
        "2026-12-02 pm",
    ]


async def test_a_placement_that_has_not_begun_is_called_off(world: World, ledger: Ledger) -> None:
    placement = await world.placement(starts_on="2026-12-01")
    suspension = await requested_suspension(world, placement, "2026-12-02", "2026-12-02")
    notice = await given(world.council, placement)
    path = await asked(world.council, at_once(placement, "2026-11-30", reason="provider_unable"))
    await answer(world.school, path)
    await answer(world.provider, path)
    shown = await read(world.school, f"/v1/placements/{placement}")
    assert (shown["status"], shown["ends_on"]) == ("withdrawn", CHRISTMAS)
    assert await ledger.sessions(placement) == {}
    assert (await read(world.school, suspension))["state"] == "withdrawn"
    assert world.provider.id in await ledger.told("placement.withdrawn", f"/v1/placements/{placement}")
    assert (await world.council.act(notice, "withdrawal")).status_code == 200
    for ended in (await ask(world.council, at_once(placement)), await ask(world.council, longer(placement))):
        assert (ended.status_code, ended.json()["type"]) == (409, "/problems/conflict")


async def test_a_proposal_does_not_end_at_once(world: World) -> None:
    proposed = await world.council.post("/v1/placements", await world.proposal())
    assert (await ask(world.council, at_once(proposed.json()["id"]))).status_code == 409


async def test_an_ended_placement_does_not_end_at_once(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    await ledger.stand_at(datetime(2027, 2, 13, 8, 0, tzinfo=UTC))
    refusal = await ask(world.council, at_once(placement, "2027-02-13"))
    assert (refusal.status_code, refusal.json()["rule"]) == (409, "placement_already_ended")


async def test_two_that_ask_at_once_ask_once(world: World) -> None:
    for _ in range(4):
        placement = await world.placement()
        asks = await gather(*(ask(each, at_once(placement)) for each in (world.provider, world.council, world.school)))
        assert sorted(each.status_code for each in asks) == [201, 409, 409]
        assert {each.json()["rule"] for each in asks if each.status_code == 409} == {"immediate_termination_asked"}


async def test_both_agreeing_at_one_instant_gives_one_outcome(world: World, ledger: Ledger) -> None:
    for _ in range(4):
        placement = await world.placement()
        path = await asked(world.provider, at_once(placement))
        answers = await gather(answer(world.school, path), answer(world.council, path))
        assert [each.status_code for each in answers] == [200, 200]
        assert sorted(each.json()["state"] for each in answers) == ["agreed", "requested"]
        assert len((await read(world.provider, path))["agreements"]) == 3
        assert await days_of(world, placement) == (FEBRUARY, THURSDAY)


async def test_agreeing_refusing_withdrawing_and_giving_notice_at_one_instant(world: World, ledger: Ledger) -> None:
    for _ in range(3):
        placement = await world.placement()
        path = await asked(world.provider, at_once(placement, CHRISTMAS))
        await answer(world.school, path)
        last, back, notice = await gather(
            answer(world.council, path), world.provider.act(path, "withdrawal"), give(world.school, placement)
        )
        state = (await read(world.school, path))["state"]
        assert (state == "agreed") is (last.status_code == 200 and last.json()["state"] == "agreed")
        assert notice.status_code == (409 if state == "agreed" else 201)
        assert back.status_code in (200, 409, 412)
        assert await days_of(world, placement) == (FEBRUARY, CHRISTMAS)
        assert list(await ledger.sessions(placement))[-1] == f"{CHRISTMAS} pm"


TERMINATION = (
    "insert into immediate_terminations (id, created_at, changed_at, version, placement_id, requested_by_id, state,"
    " answer_by, effective_on, reason, circumstances, previous_end_on) values (gen_random_uuid(), now(), now(), 1,"
    " :placement, :by, :state, now(), '2026-11-26', 'safeguarding', 'x', '2027-02-12')"
)
AGREE = (
    "insert into agreements (id, placement_id, immediate_termination_id, organisation_id, roles, answer, given_by,"
    " given_at) values (gen_random_uuid(), :placement, :asked, :by, '{commissioner}', 'agreed', 'x', now())"
)


async def test_row_security_lets_parties_alone_write_and_only_for_themselves(world: World, ledger: Ledger) -> None:
    placement, other = await world.placement(), await world.placement()
    path = await asked(world.provider, at_once(placement))
    await ledger.watches(world.other_council.id, placement)
    provider, school, watcher = world.provider.id, world.school.id, world.other_council.id
    this = {"asked": path[-36:], "placement": placement}
    forbidden: list[tuple[UUID, str, dict[str, Any]]] = [
        (watcher, TERMINATION, {"placement": placement, "by": watcher, "state": "requested"}),
        (school, TERMINATION, {"placement": placement, "by": provider, "state": "requested"}),
        (school, TERMINATION, {"placement": placement, "by": school, "state": "agreed"}),
        (watcher, AGREE, this | {"by": watcher}),
        (school, AGREE, this | {"by": provider}),
        (school, "update immediate_terminations set effective_on = '2026-12-01' where id = :asked", this),
        (school, "delete from immediate_terminations where id = :asked", this),
    ]
    for organisation, statement, values in forbidden:
        named = {name: value for name, value in values.items() if f":{name}" in statement}
        with pytest.raises(DBAPIError) as refusal:
            await ledger.sql_as(organisation, statement, **named)
        assert getattr(refusal.value.orig, "sqlstate", None) == "42501"
    change = "update immediate_terminations set state = 'agreed' where id = :id returning id"
    assert await ledger.sql_as(watcher, change, id=this["asked"]) == []
    with pytest.raises(DBAPIError, match="not every party has agreed"):
        await ledger.sql_as(provider, change, id=this["asked"])
    with pytest.raises(DBAPIError):
        await ledger.sql_as(school, AGREE, **(this | {"by": school, "placement": other}))
    call_off = "update placements set state = 'withdrawn' where id = :id"
    with pytest.raises(DBAPIError, match="not moved so"):
        await ledger.sql_as(world.council.id, call_off, id=placement)
    await ledger.sql_as(school, AGREE, **(this | {"by": school}))
