"""A placement ends early only on the last open pupil day of a half-term, by notice of a party."""

from asyncio import gather
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from httpx import Response
from sqlalchemy.exc import DBAPIError

from tests.ledger import Ledger
from tests.test_suspensions import agreed, requested
from tests.world import CALENDAR, TIMETABLE, Party, World

CHRISTMAS, FEBRUARY = "2026-12-18", "2027-02-12"


async def give(party: Party, placement: str, day: str = CHRISTMAS) -> Response:
    body = {"placement_id": placement, "effective_on": day, "reason": "Returns to school full time"}
    return await party.post("/v1/termination-notices", body)


async def given(party: Party, placement: str, day: str = CHRISTMAS) -> str:
    made = await give(party, placement, day)
    assert made.status_code == 201, made.text
    return made.headers["Location"]


async def ends_on(world: World, placement: str) -> str:
    return str((await world.school.get(f"/v1/placements/{placement}")).json()["ends_on"])


async def placement_in(world: World, calendar: Mapping[str, Any], **changes: Any) -> str:
    """A placement under a calendar of its own."""
    made = await world.council.post("/v1/calendars", dict(calendar))
    assert made.status_code == 201, made.text
    return await world.placement(calendar_id=made.json()["id"], **changes)


@pytest.mark.parametrize("side", ["provider", "council", "school"])
async def test_either_side_ends_a_placement_at_a_half_terms_end(world: World, ledger: Ledger, side: str) -> None:
    placement = await world.placement()
    etag = (await world.school.get(f"/v1/placements/{placement}")).headers["ETag"]
    party: Party = getattr(world, side)
    path = await given(party, placement)
    notice = (await world.school.get(path)).json()
    assert (notice["state"], notice["previous_end_on"]) == ("standing", FEBRUARY)
    assert notice["given_by_id"] == str(party.id)
    read = await world.school.get(f"/v1/placements/{placement}")
    assert (read.json()["ends_on"], read.json()["planned_end_on"]) == (CHRISTMAS, FEBRUARY)
    assert read.headers["ETag"] != etag
    assert list(await ledger.sessions(placement))[-1] == f"{CHRISTMAS} pm"
    assert await ledger.told("termination-notice.given", path) == {world.council.id, world.school.id, world.provider.id}
    page = (await world.school.get("/v1/termination-notices", placement_id=placement)).json()
    assert page["items"] == [notice]


@pytest.mark.parametrize(
    ("day", "rule", "dates"),
    [
        pytest.param("2026-12-08", "not_last_day_of_half_term", [CHRISTMAS], id="an ordinary Tuesday"),
        pytest.param("2026-11-27", "not_last_day_of_half_term", [CHRISTMAS], id="an INSET day"),
        pytest.param("2026-12-25", "not_last_day_of_half_term", [CHRISTMAS], id="a day in the holidays"),
        pytest.param("2026-12-19", "not_last_day_of_half_term", [CHRISTMAS], id="the Saturday after the half-term"),
        pytest.param("2026-11-24", "not_last_day_of_half_term", [CHRISTMAS], id="today"),
        pytest.param("2027-03-25", "termination_after_planned_end", [CHRISTMAS], id="after the planned end"),
        pytest.param("2026-10-23", "termination_before_start", [CHRISTMAS], id="before the start"),
        pytest.param(FEBRUARY, "termination_on_planned_end", [CHRISTMAS], id="the planned end: nothing would change"),
    ],
)
async def test_another_day_is_refused_and_the_lawful_ones_named(
    world: World, ledger: Ledger, day: str, rule: str, dates: list[str]
) -> None:
    placement = await world.placement()
    before = await ledger.sessions(placement)
    refusal = await give(world.provider, placement, day)
    assert (refusal.status_code, refusal.json()["type"]) == (409, "/problems/rule-refused")
    assert (refusal.json()["rule"], refusal.json()["next_lawful_dates"]) == (rule, dates)
    assert refusal.json()["source"]
    assert (await world.council.get("/v1/termination-notices")).json()["items"] == []
    assert await ends_on(world, placement) == FEBRUARY
    assert await ledger.sessions(placement) == before


async def test_a_half_term_that_ends_on_an_inset_day_ends_the_day_before(world: World) -> None:
    inset = CALENDAR | {"closures": [{"date": CHRISTMAS, "reason": "INSET"}]}
    placement = await placement_in(world, inset)
    refusal = await give(world.provider, placement)
    assert refusal.json()["next_lawful_dates"] == ["2026-12-17"]
    assert (await give(world.provider, placement, "2026-12-17")).status_code == 201


async def test_a_refusal_says_that_no_later_half_term_is_published(world: World) -> None:
    short = {"name": "Autumn", "half_terms": CALENDAR["half_terms"][1:2], "closures": []}
    placement = await placement_in(world, short, planned_end_on="2027-03-25", planned_end_by_agreement=True)
    refusal = (await give(world.provider, placement, "2027-01-12")).json()
    assert refusal["note"] == "No half-term after 2026-12-18 has been published in the placement's calendar."


async def test_notice_is_given_on_or_before_the_day(world: World, ledger: Ledger) -> None:
    on_the_day, too_late = await world.placement(), await world.placement()
    await ledger.stand_at(datetime(2026, 12, 18, 16, 0, tzinfo=UTC))
    assert (await give(world.provider, on_the_day)).status_code == 201
    await ledger.stand_at(datetime(2026, 12, 19, 8, 0, tzinfo=UTC))
    refusal = await give(world.provider, too_late)
    assert (refusal.json()["rule"], refusal.json()["next_lawful_dates"]) == ("notice_after_effect", [])
    ended = await give(world.provider, on_the_day, FEBRUARY)
    assert ended.json()["rule"] == "placement_already_ended"


async def test_a_stranger_and_one_who_watches_end_nothing(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    for stranger in (world.other_council, world.other_school, world.other_provider):
        assert (await give(stranger, placement)).status_code == 404
    await ledger.watches(world.other_council.id, placement)
    watching = await give(world.other_council, placement)
    assert (watching.status_code, watching.json()["rule"]) == (409, "not_a_party")
    path = await given(world.provider, placement)
    assert (await world.other_council.get(path)).status_code == 200
    assert (await world.other_council.act(path, "withdrawal")).json()["rule"] == "not_a_party"
    assert (await world.other_school.get(path)).status_code == 404
    assert (await world.other_school.get("/v1/termination-notices")).json()["items"] == []


async def test_a_proposal_is_not_terminated(world: World) -> None:
    proposed = await world.council.post("/v1/placements", await world.proposal())
    refusal = await give(world.council, proposed.json()["id"])
    assert (refusal.status_code, refusal.json()["type"]) == (409, "/problems/conflict")


async def test_a_malformed_notice_changes_nothing(world: World) -> None:
    placement = await world.placement()
    body = {"placement_id": placement, "effective_on": "18.12.2026", "reason": "", "force": True}
    refusal = await world.provider.post("/v1/termination-notices", body)
    pointers = {error["pointer"] for error in refusal.json()["errors"]}
    assert (refusal.status_code, pointers) == (422, {"/effective_on", "/reason", "/force"})
    assert await ends_on(world, placement) == FEBRUARY


async def test_a_second_notice_for_the_same_or_a_later_day_is_refused(world: World) -> None:
    placement = await world.placement()
    await given(world.provider, placement)
    for day in (CHRISTMAS, FEBRUARY):
        refusal = await give(world.council, placement, day)
        assert (refusal.status_code, refusal.json()["rule"]) == (409, "termination_already_given")


async def test_earlier_notice_of_the_other_side_stands_beside_the_first(world: World, ledger: Ledger) -> None:
    placement = await world.placement(planned_end_on="2027-03-25")
    await given(world.school, placement, FEBRUARY)
    path = await given(world.provider, placement, CHRISTMAS)
    assert await ends_on(world, placement) == CHRISTMAS
    assert (await world.provider.act(path, "withdrawal")).status_code == 200
    assert await ends_on(world, placement) == FEBRUARY
    assert list(await ledger.sessions(placement))[-1] == f"{FEBRUARY} pm"


async def test_the_giver_withdraws_and_every_timetable_version_is_expected_again(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    mornings = [slot for slot in TIMETABLE if slot["session"] == "am"]
    for applies_from, slots in (("2026-12-14", mornings), ("2027-02-01", TIMETABLE)):
        body = {"applies_from": applies_from, "slots": slots}
        assert (await world.provider.act(f"/v1/placements/{placement}", "timetables", body)).status_code == 201
    before = await ledger.sessions(placement)
    path = await given(world.provider, placement)
    assert list(await ledger.sessions(placement))[-1] == f"{CHRISTMAS} am"
    other = await world.council.act(path, "withdrawal")
    assert (other.status_code, other.json()["rule"]) == (409, "wrong_party")
    withdrawn = await world.provider.act(path, "withdrawal")
    assert (withdrawn.status_code, withdrawn.json()["state"]) == (200, "withdrawn")
    assert await ends_on(world, placement) == FEBRUARY
    assert await ledger.sessions(placement) == before
    assert world.school.id in await ledger.told("termination-notice.withdrawn", path)
    assert (await world.provider.act(path, "withdrawal")).json()["rule"] == "wrong_state"
    assert (await give(world.council, placement)).status_code == 201


async def test_a_new_timetable_expects_nothing_after_the_new_end(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    path = f"/v1/placements/{placement}"
    await world.provider.act(path, "timetables", {"applies_from": "2027-02-01", "slots": TIMETABLE})
    await given(world.provider, placement)
    await world.provider.act(path, "timetables", {"applies_from": "2026-12-14", "slots": TIMETABLE})
    assert list(await ledger.sessions(placement))[-1] == f"{CHRISTMAS} pm"


async def test_notice_in_effect_is_not_withdrawn(world: World, ledger: Ledger) -> None:
    path = await given(world.provider, await world.placement())
    await ledger.stand_at(datetime(2026, 12, 18, 8, 0, tzinfo=UTC))
    refusal = await world.provider.act(path, "withdrawal")
    assert (refusal.status_code, refusal.json()["state"]) == (409, "in_effect")


async def test_notices_are_listed_by_state_and_by_what_time_alone_changed(world: World, ledger: Ledger) -> None:
    first = await given(world.provider, await world.placement())
    second = await given(world.provider, await world.placement(planned_end_on="2027-03-25"), FEBRUARY)
    assert (await world.provider.act(second, "withdrawal")).status_code == 200

    async def found(**filters: str) -> set[str]:
        items = (await world.school.get("/v1/termination-notices", **filters)).json()["items"]
        return {f"/v1/termination-notices/{item['id']}" for item in items}

    for state, paths in (("standing", {first}), ("withdrawn", {second}), ("in_effect", set())):
        assert await found(state=state) == paths, state
    await ledger.stand_at(datetime(2026, 12, 18, 8, 0, tzinfo=UTC))
    for state, paths in (("standing", set()), ("withdrawn", {second}), ("in_effect", {first})):
        assert await found(state=state) == paths, state
    assert await found(changed_since="2026-12-18T00:00:00Z") == {first}
    assert await found(changed_since="2026-12-19T00:00:00Z") == set()


async def test_no_suspension_outlives_its_placement(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    whole = await agreed(world, placement, "2026-12-17", "2027-01-05")
    later = await requested(world, placement, "2027-01-11", "2027-01-12")
    notice = await given(world.council, placement)
    read = (await world.school.get(whole)).json()
    assert (read["state"], read["ends_on"]) == ("agreed", CHRISTMAS)
    assert (await world.school.get(later)).json()["state"] == "withdrawn"
    assert world.provider.id in await ledger.told("suspension.shortened", whole)
    assert world.provider.id in await ledger.told("suspension.withdrawn", later)
    await world.council.act(notice, "withdrawal")
    assert (await ledger.waived(placement))[-1] == f"{CHRISTMAS} pm"


async def test_two_that_terminate_at_once_have_one_winner(world: World, ledger: Ledger) -> None:
    for _ in range(4):
        placement = await world.placement()
        answers = await gather(*(give(party, placement) for party in (world.provider, world.council, world.school)))
        assert sorted(each.status_code for each in answers) == [201, 409, 409]
        losers = {each.json()["rule"] for each in answers if each.status_code == 409}
        assert losers == {"termination_already_given"}
        page = (await world.school.get("/v1/termination-notices", placement_id=placement)).json()
        assert len(page["items"]) == 1
        assert await ends_on(world, placement) == CHRISTMAS


async def test_a_termination_and_the_last_agreement_at_once_leave_no_waived_day_behind(
    world: World, ledger: Ledger
) -> None:
    placement = await world.placement()
    path = await requested(world, placement, "2027-01-11", "2027-01-12")
    body = {"answer": "agreed", "given_by": "A. Head"}
    await world.school.post(f"{path}/agreements", body)
    last, notice = await gather(world.council.post(f"{path}/agreements", body), give(world.provider, placement))
    assert notice.status_code == 201
    assert last.status_code in (200, 409)
    assert (await world.school.get(path)).json()["state"] == "withdrawn"
    assert await ledger.waived(placement) == []


NOTICE = (
    "insert into termination_notices (id, created_at, changed_at, version, placement_id, given_by_id, given_at,"
    " effective_on, reason, previous_end_on) values (gen_random_uuid(), now(), now(), 1, :placement, :by, now(),"
    " '2026-12-18', 'x', '2027-02-12')"
)


async def test_row_security_lets_parties_alone_give_notice(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    watcher, school = world.other_council.id, world.school.id
    await ledger.watches(watcher, placement)
    for by in (watcher, school):
        with pytest.raises(DBAPIError) as refusal:
            await ledger.sql_as(watcher, NOTICE, placement=placement, by=by)
        assert getattr(refusal.value.orig, "sqlstate", None) == "42501"
    with pytest.raises(DBAPIError):
        await ledger.sql_as(school, NOTICE, placement=placement, by=world.provider.id)
    await ledger.sql_as(school, NOTICE, placement=placement, by=school)
    change = "update termination_notices set withdrawn_at = now() where placement_id = :p returning id"
    assert await ledger.sql_as(watcher, change, p=placement) == []
