"""Visits that move, are called off, are missed; reports that are discussed before schools read them."""

from asyncio import gather
from typing import Any

import pytest

from tests.ledger import Ledger
from tests.ledger_model import instant
from tests.test_qa_visits import DISCUSSION, Plan, carried_out, plan, put, reported
from tests.world import World

__all__ = ["plan"]
MOVE = {"planned_on": "2026-12-03", "reason": "The site was closed"}


async def written(world: World, path: str) -> None:
    """A visit whose report nobody has talked about."""
    await carried_out(world, path)
    assert (await world.council.act(path, "report", {"text": "Done."})).status_code == 200


async def test_a_visit_moves_and_says_why(world: World, plan: Plan, ledger: Ledger) -> None:
    path = await plan()
    moved = (await world.council.act(path, "rescheduling", MOVE)).json()
    assert (moved["state"], moved["planned_on"]) == ("planned", "2026-12-03")
    first = {
        "from_on": "2026-11-23",
        "to_on": "2026-12-03",
        "reason": MOVE["reason"],
        "at": "2026-11-24T08:00:00Z",
    }
    assert moved["rescheduled"] == [first]
    again = await world.council.act(path, "rescheduling", {"planned_on": "2026-12-04", "reason": "Snow"})
    assert [each["to_on"] for each in again.json()["rescheduled"]] == ["2026-12-03", "2026-12-04"]
    assert (await world.provider.get(path)).json() == again.json()
    assert await ledger.told("qa-visit.rescheduled", path) == {world.council.id, world.provider.id}


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        pytest.param(MOVE | {"planned_on": "2026-11-23"}, "/planned_on", "in_the_past", id="to the past"),
        pytest.param(MOVE | {"reason": " "}, "/reason", "string_pattern_mismatch", id="without a reason"),
        pytest.param({"planned_on": "2026-12-03"}, "/reason", "missing", id="with no reason at all"),
        pytest.param(MOVE | {"notes": "x"}, "/notes", "unknown_member", id="with more"),
    ],
)
async def test_a_move_that_is_not_valid_changes_nothing(
    world: World, plan: Plan, body: dict[str, Any], pointer: str, code: str
) -> None:
    path = await plan()
    before = (await world.council.get(path)).json()
    refused = await world.council.act(path, "rescheduling", body)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == pointer
    assert (await world.council.get(path)).json() == before


async def test_a_school_that_asks_what_changed_finds_the_plan_of_a_visit_that_was_published(
    world: World, plan: Plan, ledger: Ledger
) -> None:
    path = await plan()
    await written(world, path)
    action = {"text": "Renew the policy.", "owner": "The head", "due_on": "2026-12-20"}
    assert (await world.council.post(f"{path}/actions", action)).status_code == 201
    await ledger.stand_at(instant("2026-11-26T09:00"))
    assert (await world.council.act(path, "discussion", DISCUSSION)).status_code == 200
    assert (await world.council.act(path, "publication")).status_code == 200
    for collection in ("action-plans", "actions", "qa-actions"):
        changes = {"changed_since": "2026-11-26T08:00:00Z"}
        assert len((await world.school.get(f"/v1/{collection}", **changes)).json()["items"]) == 1, collection
        assert (await world.provider.get(f"/v1/{collection}", **changes)).json()["items"] == []
        assert (await world.other_school.get(f"/v1/{collection}", **changes)).json()["items"] == []


async def test_only_what_has_not_taken_place_moves(world: World, plan: Plan) -> None:
    path = await plan()
    await carried_out(world, path)
    late = await world.council.act(path, "rescheduling", MOVE)
    assert (late.status_code, late.json()["rule"]) == (409, "wrong_state")
    assert (await world.other_council.act(path, "rescheduling", MOVE)).status_code == 404
    assert (await world.provider.act(path, "rescheduling", MOVE)).status_code == 403


async def test_a_visit_is_called_off_with_a_reason(world: World, plan: Plan) -> None:
    path = await plan()
    odd = await world.council.act(path, "cancellation", {"reason": ""})
    assert odd.status_code == 422
    cancelled = (await world.council.act(path, "cancellation", {"reason": "It has closed"})).json()
    assert (cancelled["state"], cancelled["cancelled_because"]) == ("cancelled", "It has closed")
    assert (await world.provider.get(path)).json() == cancelled
    without = await world.council.act(await plan(), "cancellation")
    assert without.json()["cancelled_because"] is None


async def test_a_visit_that_is_carried_out_and_called_off_at_once_is_one_of_both(world: World, plan: Plan) -> None:
    path = await plan()
    answers = await gather(
        world.council.act(path, "carrying-out", {"carried_out_on": "2026-11-23"}),
        world.council.act(path, "cancellation"),
    )
    assert sorted(each.status_code for each in answers) in ([200, 409], [200, 412])


async def test_a_visit_is_made_by_officers_who_are_named(world: World, plan: Plan, ledger: Ledger) -> None:
    path = await plan(officers=[])
    refused = await world.council.act(path, "carrying-out", {"carried_out_on": "2026-11-23"})
    assert (refused.status_code, refused.json()["rule"]) == (409, "no_officer_named")
    assert (await put(world.council, path, "officers", {"officers": []})).status_code == 422
    named = await put(world.council, path, "officers", {"officers": ["B. Officer", "C. Officer"]})
    assert named.json()["officers"] == ["B. Officer", "C. Officer"]
    assert named.json()["councils"] == [
        {
            "council_id": str(world.council.id),
            "leads": True,
            "officers": ["B. Officer", "C. Officer"],
            "joined_at": None,
            "published_at": None,
        }
    ]
    assert await ledger.told("qa-visit.changed", path) == {world.council.id, world.provider.id}
    await reported(world, path)
    late = await put(world.council, path, "officers", {"officers": ["D. Officer"]})
    assert (late.status_code, late.json()["rule"]) == (409, "wrong_state")


async def test_a_missed_visit_is_overdue_and_told_once_for_each_day_it_was_planned_for(
    world: World, plan: Plan, ledger: Ledger
) -> None:
    path = await plan(planned_on="2026-11-24")
    visit = path.rsplit("/", 1)[1]

    async def listed(**filters: str) -> list[str]:
        return [each["id"] for each in (await world.council.get("/v1/qa-visits", **filters)).json()["items"]]

    async def told() -> int:
        rows = await ledger.sql("select 1 from events where type = 'qa-visit.overdue' and resource = :path", path=path)
        return len(rows)

    assert ((await world.council.get(path)).json()["overdue"], await listed(overdue="true")) == (False, [])
    assert await listed(overdue="false") == [visit]
    await world.council.post("/v1/sandbox/clock/advance", {"seconds": 86_400})
    assert ((await world.provider.get(path)).json()["overdue"], await listed(overdue="true")) == (True, [visit])
    assert await listed(changed_since="2026-11-25T00:00:00Z") == [visit]
    assert await ledger.told("qa-visit.overdue", path) == {world.council.id, world.provider.id}
    await world.council.post("/v1/sandbox/clock/advance", {"seconds": 86_400})
    assert await told() == 1
    moved = await world.council.act(path, "rescheduling", {"planned_on": "2026-11-27", "reason": "Ill"})
    assert moved.json()["overdue"] is False
    await world.council.post("/v1/sandbox/clock/advance", {"seconds": 2 * 86_400})
    assert await told() == 2
    await world.council.act(path, "carrying-out", {"carried_out_on": "2026-11-27"})
    assert await listed(overdue="true") == []


async def test_a_report_is_discussed_before_schools_read_it(world: World, plan: Plan, ledger: Ledger) -> None:
    path = await plan()
    await written(world, path)
    early = await world.council.act(path, "publication")
    assert (early.status_code, early.json()["rule"]) == (409, "report_not_discussed")
    assert len(early.json()["would_be_lawful"]) == 3
    for day in ("2026-11-22", "2026-11-25"):
        odd = await world.council.act(path, "discussion", DISCUSSION | {"discussed_on": day})
        assert (odd.status_code, odd.json()["rule"]) == (409, "discussion_out_of_order")
    assert (await world.council.act(path, "discussion", DISCUSSION | {"discussed_with": []})).status_code == 422
    kept = (await world.council.act(path, "discussion", DISCUSSION | {"note": "They agreed."})).json()
    assert (kept["discussed_on"], kept["discussed_with"], kept["discussion_note"]) == (
        "2026-11-24",
        ["The head"],
        "They agreed.",
    )
    assert (await world.provider.get(path)).json() == kept
    assert await ledger.told("qa-visit.discussed", path) == {world.council.id, world.provider.id}
    assert (await world.council.act(path, "publication")).json()["state"] == "published"
    late = await world.council.act(path, "discussion", DISCUSSION)
    assert (late.status_code, late.json()["rule"]) == (409, "wrong_state")


async def test_an_answer_or_a_reason_serves_instead_of_a_discussion(world: World, plan: Plan) -> None:
    answered, closed = await plan(), await plan()
    await written(world, answered)
    await put(world.provider, answered, "provider-response", {"text": "Thank you."})
    assert (await world.council.act(answered, "publication")).json()["undiscussed_because"] is None
    await written(world, closed)
    because = {"without_discussion_because": "The provider has closed"}
    published = (await world.council.act(closed, "publication", because)).json()
    assert (published["state"], published["undiscussed_because"]) == ("published", "The provider has closed")


async def test_a_visit_is_published_once(world: World, plan: Plan) -> None:
    path = await plan()
    await reported(world, path)
    await world.council.act(path, "publication")
    again = await world.council.act(path, "publication")
    assert (again.status_code, again.json()["rule"]) == (409, "already_published")
