"""Everything overdue across a council in one call, and the telling of what has become due."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from app.db.embedded_database import Addresses
from app.rules.quality_due import DueItem, DueKind, ToDo, WaitsFor
from app.services.quality_due_sources import Wanted, chosen
from app.settings import Settings
from tests.ledger import Ledger
from tests.quality import ACTION, DONE, LATER, actions_of, opened, overseen
from tests.test_concerns import CONCERNS, concern
from tests.test_qa_visits import Plan, plan
from tests.world import World

__all__ = ["plan"]
DUE = "/v1/quality-due"
DECEMBER = datetime(2026, 12, 16, 8, tzinfo=UTC)


async def due(world: World, **filters: str) -> list[dict[str, Any]]:
    answer = await world.council.get(DUE, **filters)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def named(items: list[dict[str, Any]]) -> list[str]:
    return [f"{each['due_on']} {each['to_do']} by {each['waits_for']}" for each in items]


async def test_one_call_tells_what_is_overdue_of_every_kind(world: World, plan: Plan, ledger: Ledger) -> None:
    visit = await plan(planned_on="2026-12-02")
    path = await opened(world)
    place = (await world.school.post(CONCERNS, concern(world))).headers["Location"]
    assert await due(world) == []
    upcoming = [
        "2026-12-01 complete_action by provider",
        "2026-12-02 carry_out_visit by council",
        "2026-12-08 decide_concern by council",
        "2026-12-15 complete_action by provider",
        "2026-12-15 review_plan by council",
    ]
    assert named(await due(world, due_by="2026-12-31")) == upcoming
    await ledger.stand_at(DECEMBER)
    found = await due(world)
    assert named(found) == upcoming
    assert {each["overdue"] for each in found} == {True}
    assert {each["provider_id"] for each in found} == {str(world.provider.id)}
    assert [found[0]["title"], found[1]["title"], found[2]["title"]] == [ACTION["text"], "validation-visit", None]
    first = (await actions_of(world, path))[0]
    assert [each["resource"] for each in found[:3]] == [first, visit, place]
    for each in found:
        assert (await world.council.get(each["resource"])).status_code == 200
    await world.council.act(place, "sharing", {"answer_by": "2026-12-16"})
    await world.provider.act(first, "completion", DONE)
    await world.council.act(visit, "carrying-out", {"carried_out_on": "2026-12-15"})
    assert named(await due(world)) == upcoming[3:]
    assert named(await due(world, due_by="2026-12-16", kind="concern")) == ["2026-12-16 answer_concern by provider"]
    assert await due(world, provider_id=str(world.other_provider.id)) == []


async def test_what_is_due_is_the_councils_own(world: World, plan: Plan, ledger: Ledger) -> None:
    await opened(world)
    own = {"provider_id": str(world.provider.id), "title": "Our own", "actions": [ACTION]}
    await world.provider.post("/v1/action-plans", own)
    await ledger.stand_at(DECEMBER)
    assert len(await due(world, kind="action")) == 2
    assert (await world.other_council.get(DUE)).json()["items"] == []
    for party in (world.school, world.provider):
        assert (await party.get(DUE)).status_code == 403


async def test_pages_of_what_is_due_skip_and_repeat_nothing(world: World, plan: Plan, ledger: Ledger) -> None:
    await plan(planned_on="2026-12-01")
    await plan(planned_on="2026-12-01")
    await opened(world, actions=[ACTION, ACTION, LATER])
    await world.council.post(CONCERNS, concern(world))
    await ledger.stand_at(DECEMBER)
    whole, seen = await due(world), []
    assert len(whole) == 7
    for limit in (1, 2, 3):
        page = (await world.council.get(DUE, limit=limit)).json()
        seen = page["items"]
        while page["next_cursor"]:
            page = (await world.council.get(DUE, limit=limit, cursor=page["next_cursor"])).json()
            seen += page["items"]
        assert seen == whole, limit
    cursor = (await world.council.get(DUE, limit=1)).json()["next_cursor"]
    assert (await world.council.get(DUE, cursor=cursor, kind="action")).status_code == 422


async def test_a_list_that_is_worked_out_whole_is_paged_alike(world: World) -> None:
    def item(key: str, day: int) -> DueItem:
        on = DECEMBER.replace(day=day).date()
        return DueItem(DueKind.VISIT, key, on, UUID(int=1), ToDo.MAKE_VISIT, WaitsFor.COUNCIL, "/v1/qa-visits")

    every = [item("b", 2), item("a", 2), item("c", 1), item("d", 9)]
    wanted = Wanted(DECEMBER.replace(day=8).date(), None, None, 2)
    assert [each.key for each in chosen(every, wanted)] == ["c", "a"]
    behind = Wanted(wanted.due_by, UUID(int=1), item("a", 2).place, 2)
    assert [each.key for each in chosen(every, behind)] == ["b"]
    assert chosen(every, Wanted(wanted.due_by, UUID(int=2), None, 2)) == []


async def test_each_day_that_comes_is_told_once(
    world: World, ledger: Ledger, database: Addresses, settings: Settings
) -> None:
    await overseen(world, database, settings)
    path = await opened(world)
    place = (await world.school.post(CONCERNS, concern(world))).headers["Location"]
    first, second = await actions_of(world, path)

    async def told(moved_to: str) -> list[tuple[str, str]]:
        moved = await world.council.http.put("/v1/sandbox/clock", json={"now": moved_to})
        assert moved.status_code == 200, moved.text
        rows = await ledger.sql(
            "select type, resource from events where type in ('action.due', 'action.overdue', 'concern.overdue',"
            " 'action-plan.review-overdue') and occurred_at <= :at and id in (select event_id from event_audiences"
            " where organisation_id = :who) order by occurred_at, type",
            at=datetime.fromisoformat(moved_to),
            who=world.council.id,
        )
        return [(row[0], row[1]) for row in rows]

    expected = [("action.due", first)]
    assert await told("2026-11-25T08:00:00Z") == expected
    assert await told("2026-11-26T08:00:00Z") == expected
    expected += [("action.overdue", first)]
    assert await told("2026-12-02T08:00:00Z") == expected
    await world.council.act(first, "rescheduling", {"due_on": "2026-12-20", "reason": "Later"})
    expected += [("action.due", second), ("concern.overdue", place), ("action.due", first)]
    assert await told("2026-12-14T08:00:00Z") == expected
    await world.council.act(second, "confirmation", {"how_known": "Seen."})
    expected += [("action-plan.review-overdue", path), ("action.overdue", first)]
    assert await told("2026-12-22T08:00:00Z") == expected
    assert await told("2026-12-23T08:00:00Z") == expected
    assert await ledger.told("action.overdue", first) == {world.council.id, world.provider.id}
    assert await ledger.told("concern.overdue", place) == {world.council.id}
    assert await ledger.told("action-plan.review-overdue", path) == {world.council.id}
