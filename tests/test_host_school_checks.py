"""What the host school does while the child is away is on record, and what it has not done is in view."""

from asyncio import gather
from datetime import UTC, datetime
from typing import Any

import pytest
from httpx import Response
from sqlalchemy.exc import DBAPIError

from tests.ledger import Ledger
from tests.world import Party, World

CHECKIN = {"kind": "weekly_safeguarding_checkin", "done_on": "2026-11-24", "done_by": "A. Lead", "home_visit": True}


async def recorded(party: Party, placement: str, **changes: Any) -> Response:
    return await party.post(f"/v1/placements/{placement}/checks", CHECKIN | changes)


async def due(party: Party, placement: str) -> dict[str, dict[str, Any]]:
    answer = await party.get(f"/v1/placements/{placement}/checks-due")
    assert answer.status_code == 200, answer.text
    return {each.pop("kind"): each for each in answer.json()["checks"]}


async def entries(party: Party, placement: str, **filters: Any) -> list[dict[str, Any]]:
    return list((await party.get(f"/v1/placements/{placement}/checks", **filters)).json()["items"])


async def test_what_was_done_is_recorded_and_told(world: World, ledger: Ledger) -> None:
    placement = await world.placement(starts_on="2026-11-23")
    before = await due(world.council, placement)
    assert before["weekly_safeguarding_checkin"]["next_due_on"] == "2026-11-26"  # Friday is INSET
    answer = await recorded(world.school, placement, note="Seen at home; settled")
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"] == f"/v1/placements/{placement}/checks"
    assert (await entries(world.provider, placement)) == [answer.json()]
    after = (await due(world.council, placement))["weekly_safeguarding_checkin"]
    assert (after["last_done_on"], after["next_due_on"], after["missed"]) == ("2026-11-24", "2026-12-04", [])
    parties = {world.council.id, world.school.id, world.provider.id}
    assert await ledger.told("host-school-check.recorded", answer.headers["Location"]) == parties


async def test_what_was_not_done_in_time_is_overdue(world: World) -> None:
    placement = await world.placement(starts_on="2026-11-02")
    standing = await due(world.council, placement)
    checkin = standing["weekly_safeguarding_checkin"]
    assert (checkin["frequency"], checkin["overdue"]) == ("weekly", True)
    assert checkin["missed"] == ["2026-11-06", "2026-11-13", "2026-11-20"]
    meeting = standing["termly_meeting"]
    assert (meeting["frequency"], meeting["next_due_on"], meeting["overdue"]) == ("termly", "2026-12-18", False)
    aware = standing["social_worker_aware"]
    assert (aware["frequency"], aware["missed"], aware["next_due_on"]) == ("once", ["2026-11-06"], None)
    await recorded(world.school, placement, kind="social_worker_aware", home_visit=False)
    assert (await due(world.council, placement))["social_worker_aware"]["overdue"] is False


async def test_a_correction_supersedes_and_keeps_what_was_said(world: World, ledger: Ledger) -> None:
    placement = await world.placement(starts_on="2026-11-23")
    first = (await recorded(world.school, placement)).json()
    await ledger.stand_at(datetime(2026, 11, 24, 9, 0, tzinfo=UTC))
    corrected = await recorded(world.school, placement, outcome="attempted", corrects_id=first["id"])
    assert corrected.status_code == 201, corrected.text
    stands = corrected.json()
    by_id = {each["id"]: each for each in await entries(world.council, placement)}
    assert by_id[first["id"]]["corrected_by_id"] == stands["id"]
    assert by_id[first["id"]]["outcome"] == "done"
    assert await entries(world.council, placement, corrected="false") == [stands]
    changed = await entries(world.council, placement, changed_since="2026-11-24T08:30:00Z")
    assert {each["id"] for each in changed} == {first["id"], stands["id"]}
    assert (await due(world.council, placement))["weekly_safeguarding_checkin"]["last_done_on"] is None
    again = await recorded(world.school, placement, corrects_id=first["id"])
    assert (again.status_code, again.json()["type"]) == (409, "/problems/conflict")
    other = await recorded(world.school, placement, kind="termly_meeting", corrects_id=stands["id"])
    assert (other.status_code, other.json()["errors"][0]["pointer"]) == (422, "/corrects_id")


async def test_two_corrections_at_once_have_one_winner(world: World) -> None:
    placement = await world.placement(starts_on="2026-11-23")
    first = (await recorded(world.school, placement)).json()["id"]
    answers = await gather(*[recorded(world.school, placement, corrects_id=first, note=n) for n in ("a", "b")])
    assert sorted(answer.status_code for answer in answers) == [201, 409]


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        pytest.param({"done_on": "2026-11-25"}, "check_in_future", id="tomorrow"),
        pytest.param({"done_on": "2026-11-20"}, "check_outside_placement", id="before the placement"),
        pytest.param({"outcome": "not_applicable"}, "check_always_applies", id="a check-in that does not apply"),
    ],
)
async def test_what_cannot_have_been_done_is_refused(world: World, change: dict[str, Any], rule: str) -> None:
    placement = await world.placement(starts_on="2026-11-23")
    answer = await recorded(world.school, placement, **change)
    assert (answer.status_code, answer.json()["rule"]) == (409, rule)
    assert await entries(world.school, placement) == []


async def test_the_host_school_alone_records(world: World, ledger: Ledger) -> None:
    placement = await world.placement(starts_on="2026-11-23")
    for party in (world.council, world.provider):
        refused = await recorded(party, placement)
        assert (refused.status_code, refused.json()["rule"]) == (409, "wrong_party")
        assert refused.json()["may_be_done_by"] == ["host_school"]
    assert (await recorded(world.other_school, placement)).status_code == 404
    assert (await world.other_school.get(f"/v1/placements/{placement}/checks-due")).status_code == 404
    on_no_roll = await world.placement(starts_on="2026-11-23", host_school_id=None)
    assert (await recorded(world.council, on_no_roll)).status_code == 201
    add = (
        "insert into host_school_checks (id, created_at, changed_at, version, placement_id, recorded_by_id, kind,"
        " outcome, done_on, done_by, home_visit) values (gen_random_uuid(), now(), now(), 1, :placement, :by,"
        " 'termly_meeting', 'done', '2026-11-24', 'x', false)"
    )
    for who, by in ((world.provider, world.provider), (world.council, world.council), (world.school, world.council)):
        with pytest.raises(DBAPIError, match="row-level security"):
            await ledger.sql_as(who.id, add, placement=placement, by=by.id)
    with pytest.raises(DBAPIError, match="permission denied"):
        await ledger.sql_as(world.school.id, "update host_school_checks set note = 'x'")


async def test_nothing_is_checked_before_acceptance_and_faults_are_named(world: World) -> None:
    path = (await world.council.post("/v1/placements", await world.proposal())).headers["Location"]
    proposed = path.rsplit("/", 1)[1]
    assert await due(world.school, proposed) == {}
    assert (await recorded(world.school, proposed)).json()["type"] == "/problems/conflict"
    placement = await world.placement(starts_on="2026-11-23")
    faulty = await recorded(world.school, placement, kind="tea", done_by="", surprise=1)
    assert {error["pointer"] for error in faulty.json()["errors"]} == {"/kind", "/done_by", "/surprise"}
    assert await entries(world.school, placement) == []
