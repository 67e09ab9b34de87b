"""A party of a placement changes: a successor takes over on a day, and nothing ends for the child."""

from asyncio import gather
from typing import Any

import pytest
from httpx import Response
from sqlalchemy.exc import DBAPIError

from tests.ledger import Ledger
from tests.test_award_suspensions import held
from tests.test_suspensions import agreed
from tests.world import TIMETABLE, Party, World

START = "2026-12-08"  # a Tuesday in the middle of a half-term


async def succeeded(world: World, placement: str, by: Party | None = None, **changes: Any) -> Response:
    body = {"starts_on": START, "host_school_id": str(world.other_school.id)} | changes
    return await (by or world.council).post(f"{placement}/successor", body)


async def placement_of(world: World, **changes: Any) -> str:
    return f"/v1/placements/{await world.placement(**changes)}"


async def test_a_successor_takes_over_on_its_first_day(world: World, ledger: Ledger) -> None:
    placement = await placement_of(world)
    id_ = placement.rsplit("/", 1)[1]
    before = await ledger.sessions(id_)
    proposed = await succeeded(world, placement)
    assert proposed.status_code == 201, proposed.text
    successor = proposed.headers["Location"]
    assert (await world.council.get(placement)).json()["ends_on"] == "2027-02-12"
    accepted = (await world.provider.act(successor, "acceptance")).json()
    assert (accepted["starts_on"], accepted["ends_on"], accepted["status"]) == (START, "2027-02-12", "upcoming")
    assert (accepted["continues_id"], accepted["takes_over"]) == (id_, True)
    assert accepted["host_school_id"] == str(world.other_school.id)
    assert (await world.council.get(placement)).json()["ends_on"] == "2026-12-07"
    first, second = await ledger.sessions(id_), await ledger.sessions(successor.rsplit("/", 1)[1])
    assert {**first, **second} == before
    assert min(second) == f"{START} am" > max(first)
    found = (await world.council.get("/v1/placements", continues_id=id_)).json()["items"]
    assert [each["id"] for each in found] == [accepted["id"]]


async def test_the_old_school_keeps_its_days_and_the_new_sees_from_its_own(world: World, ledger: Ledger) -> None:
    placement = await placement_of(world)
    successor = (await succeeded(world, placement)).headers["Location"]
    await world.provider.act(successor, "acceptance")
    assert (await world.school.get(placement)).json()["ends_on"] == "2026-12-07"
    assert (await world.school.get(successor)).status_code == 404
    assert (await world.other_school.get(successor)).status_code == 200
    assert (await world.other_school.get(placement)).status_code == 404
    assert await ledger.told("placement.succeeded", placement) == {
        world.council.id,
        world.school.id,
        world.provider.id,
    }
    assert world.school.id not in await ledger.told("placement.accepted", successor)


async def test_every_version_of_the_timetable_goes_with_it(world: World) -> None:
    placement = await placement_of(world)
    mornings = [slot for slot in TIMETABLE if slot["session"] == "am"]
    for day in ("2026-11-30", "2027-01-11"):
        change = {"applies_from": day, "slots": mornings if day < "2027" else TIMETABLE}
        assert (await world.provider.act(placement, "timetables", change)).status_code == 201
    successor = (await succeeded(world, placement)).headers["Location"]
    versions = (await world.other_school.get(f"{successor}/timetables")).json()["items"]
    assert [(v["applies_from"], len(v["slots"])) for v in versions] == [(START, 5), ("2027-01-11", 10)]


async def test_a_suspension_beyond_the_day_ends_with_the_placement(world: World) -> None:
    placement = await placement_of(world)
    suspension = await agreed(world, placement.rsplit("/", 1)[1], "2026-12-09", "2026-12-09")
    successor = (await succeeded(world, placement)).headers["Location"]
    assert (await world.provider.act(successor, "acceptance")).status_code == 200
    assert (await world.school.get(suspension)).json()["state"] == "withdrawn"


async def test_another_commissioner_takes_over_what_was_released_to_it(world: World) -> None:
    placement = await placement_of(world, host_school_id=str(world.school.id))
    calendar = (await world.council.get(placement)).json()["calendar_id"]
    early = await succeeded(world, placement, world.school, host_school_id=str(world.school.id))
    assert (early.status_code, early.json()["rule"]) == (409, "placement_not_released")
    stranger = await world.council.act(placement, "release", {"commissioner_id": str(world.other_council.id)})
    assert (stranger.status_code, stranger.json()["rule"]) == (409, "release_to_one_who_sees_nothing")
    by_other = await world.school.act(placement, "release", {"commissioner_id": str(world.school.id)})
    assert (by_other.status_code, by_other.json()["rule"]) == (409, "wrong_party")
    released = await world.council.act(placement, "release", {"commissioner_id": str(world.school.id)})
    assert (released.status_code, released.json()["released_to_id"]) == (200, str(world.school.id))
    proposed = await succeeded(world, placement, world.school, host_school_id=str(world.school.id))
    assert proposed.status_code == 201, proposed.text
    shown = proposed.json()
    assert (shown["commissioner_id"], shown["calendar_id"]) == (str(world.school.id), calendar)
    assert shown["calendar_basis"] == "commissioners_council"
    assert (await world.provider.act(proposed.headers["Location"], "acceptance")).status_code == 200
    assert (await world.council.get(proposed.headers["Location"])).status_code == 404
    assert (await world.council.get(placement)).json()["ends_on"] == "2026-12-07"


async def test_a_released_council_names_a_calendar_of_its_own(world: World, ledger: Ledger) -> None:
    placement = await placement_of(world)
    await ledger.watches(world.other_council.id, placement.rsplit("/", 1)[1])
    await world.council.act(placement, "release", {"commissioner_id": str(world.other_council.id)})
    host = {"host_school_id": str(world.school.id)}
    stranger = await succeeded(world, placement, world.other_council, **host)
    assert (stranger.status_code, stranger.json()["rule"]) == (409, "calendar_of_no_party")
    half_terms = [{"term": "autumn", "half": 2, "first": "2026-11-02", "last": "2026-12-18"}]
    half_terms.append({"term": "spring", "half": 1, "first": "2027-01-04", "last": "2027-02-12"})
    own = await world.other_council.post("/v1/calendars", {"name": "Own", "half_terms": half_terms, "closures": []})
    named = await succeeded(world, placement, world.other_council, calendar_id=own.json()["id"], **host)
    assert (named.status_code, named.json()["calendar_basis"]) == (201, "commissioner")


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        pytest.param({"host_school_id": "same"}, "successor_changes_nothing", id="nothing changed"),
        pytest.param({"starts_on": "2026-11-24"}, "successor_not_ahead", id="from today"),
        pytest.param({"starts_on": "2027-02-13"}, "successor_outside_placement", id="after the end"),
    ],
)
async def test_a_successor_is_no_way_round_a_termination(world: World, change: dict[str, Any], rule: str) -> None:
    placement = await placement_of(world)
    if change.get("host_school_id") == "same":
        change = {"host_school_id": str(world.school.id)}
    answer = await succeeded(world, placement, **change)
    assert (answer.status_code, answer.json()["rule"]) == (409, rule)
    assert len((await world.provider.get("/v1/placements")).json()["items"]) == 1


async def test_nobody_else_opens_a_successor(world: World) -> None:
    placement = await placement_of(world)
    assert (await succeeded(world, placement, world.provider)).status_code == 403
    for stranger in (world.other_council, world.other_school):
        assert (await succeeded(world, placement, stranger)).status_code == 404
    unknown = await succeeded(world, placement, host_school_id="3f0c8e0a-8d0e-4a65-9a57-0a1a3c1f2b77")
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "/host_school_id")
    left_out = await world.council.post(f"{placement}/successor", {"starts_on": START})
    assert (left_out.status_code, left_out.json()["errors"][0]["pointer"]) == (422, "/host_school_id")


async def test_one_successor_at_a_time(world: World) -> None:
    placement = await placement_of(world)
    first = (await succeeded(world, placement)).headers["Location"]
    assert (await succeeded(world, placement, host_school_id=None)).json()["type"] == "/problems/duplicate"
    assert (await world.provider.act(first, "refusal", {"reason": "Not so"})).status_code == 200
    assert (await world.council.get(placement)).json()["ends_on"] == "2027-02-12"
    assert (await succeeded(world, placement, host_school_id=None)).status_code == 201


async def test_what_was_taken_over_ends_no_later_again(world: World) -> None:
    placement = await placement_of(world)
    notice = {"placement_id": placement.rsplit("/", 1)[1], "effective_on": "2026-12-18", "reason": "x"}
    given = (await world.school.post("/v1/termination-notices", notice)).headers["Location"]
    late = await succeeded(world, placement)
    assert late.json()["planned_end_on"] == "2026-12-18"
    assert (await world.provider.act(late.headers["Location"], "acceptance")).status_code == 200
    withdrawn = await world.school.act(given, "withdrawal")
    assert (withdrawn.status_code, withdrawn.json()["rule"]) == (409, "placement_succeeded")


async def test_a_successor_takes_no_place_beside_the_one_it_takes_over_from(world: World) -> None:
    lot, _ = await held(world, capacity=1)
    placement = await placement_of(world, lot_id=lot, spot_purchase=False)
    proposed = await succeeded(world, placement)
    assert proposed.status_code == 201, proposed.text
    assert proposed.json()["lot_id"] == lot
    accepted = await world.provider.act(proposed.headers["Location"], "acceptance")
    assert accepted.status_code == 200, accepted.text
    another = await world.council.post("/v1/placements", await world.proposal(lot_id=lot, spot_purchase=False))
    assert (another.status_code, another.json()["rule"]) == (409, "capacity_full")


async def test_a_notice_and_a_handover_at_one_instant_leave_one_truth(world: World, ledger: Ledger) -> None:
    placement = await placement_of(world)
    successor = (await succeeded(world, placement)).headers["Location"]
    notice = {"placement_id": placement.rsplit("/", 1)[1], "effective_on": "2026-12-18", "reason": "x"}
    ended, accepted = await gather(
        world.school.post("/v1/termination-notices", notice), world.provider.act(successor, "acceptance")
    )
    ends_on = (await world.council.get(placement)).json()["ends_on"]
    assert (ended.status_code, accepted.status_code, ends_on) in [
        (201, 409, "2026-12-18"),
        (409, 200, "2026-12-07"),
    ]
    doubled = [day for day in await ledger.sessions(placement[-36:]) if day in await ledger.sessions(successor[-36:])]
    assert doubled == []


async def test_the_database_lets_nobody_take_over_what_was_not_released(world: World, ledger: Ledger) -> None:
    placement = await placement_of(world)
    copy = (
        "insert into placements (id, created_at, changed_at, version, pupil_id, commissioner_id, host_school_id,"
        " provider_id, spot_purchase, calendar_id, calendar_basis, continues_id, takes_over, state, tier,"
        " primary_reason, pattern, online, objectives, intended_next_step, starts_on, planned_end_on, ends_on)"
        " select gen_random_uuid(), now(), now(), 1, pupil_id, :by, host_school_id, provider_id, true, calendar_id,"
        " :basis, id, true, 'proposed', tier, primary_reason, pattern, online, objectives, intended_next_step,"
        " starts_on + 10, planned_end_on, ends_on from placements where id = :id"
    )
    id_ = placement.rsplit("/", 1)[1]
    for by, basis, words in (
        (world.school, "commissioners_council", "could take over"),
        (world.council, "commissioner", "could take over"),
        (world.council, "provider", "no calendar of the parties"),
    ):
        with pytest.raises(DBAPIError, match=words):
            await ledger.sql_as(by.id, copy, by=by.id, basis=basis, id=id_)
    for who, change in ((world.provider, "released_to_id = provider_id"), (world.school, "objectives = '{x}'")):
        with pytest.raises(DBAPIError, match="does not change this"):
            await ledger.sql_as(who.id, f"update placements set {change} where id = :id", id=id_)
