"""What falls due by minimum frequency, of progress reports and of annual returns, in the one call for everything."""

from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI

from app.db.embedded_database import Addresses
from app.settings import Settings
from tests.ledger import Ledger
from tests.placing import owner_session
from tests.quality import ACTION, opened
from tests.returning import ask_for_returns
from tests.test_concerns import CONCERNS, concern
from tests.test_progress_reports import begun as report_begun
from tests.test_qa_return_types import published
from tests.test_qa_returns import BY, SAID, put, requested
from tests.test_qa_visits_due import framework, planned
from tests.test_quality_due import DUE, due, named
from tests.world import World, make_world

__all__ = ["framework"]
JANUARY = datetime(2027, 1, 4, 8, tzinfo=UTC)
MONTHLY = "walk-round"


async def test_an_activity_is_due_until_its_visit_is_planned_in_time(
    world: World, framework: str, ledger: Ledger
) -> None:
    assert await due(world, due_by="2026-11-29", kind="activity") == []
    [found] = await due(world, due_by="2026-11-30", kind="activity")
    assert named([found]) == ["2026-11-30 make_visit by council"]
    assert (found["title"], found["overdue"], found["placement_id"]) == (MONTHLY, False, None)
    assert found["resource"] == f"/v1/qa-frameworks/{framework}"
    assert (await world.council.get(found["resource"])).status_code == 200
    visit = await planned(world, framework, MONTHLY, planned_on="2026-12-10")
    [late] = await due(world, due_by="2026-11-30")
    assert (late["kind"], late["due_on"], late["to_do"], late["resource"]) == (
        "activity",
        "2026-11-30",
        "carry_out_visit",
        visit,
    )
    [once] = await due(world, due_by="2026-12-31")
    assert (once["kind"], once["due_on"], once["resource"]) == ("visit", "2026-12-10", visit)
    await ledger.stand_at(JANUARY)
    await world.council.act(visit, "carrying-out", {"carried_out_on": "2026-12-11"})
    assert await due(world) == []
    assert named(await due(world, due_by="2027-01-31")) == ["2027-01-31 make_visit by council"]
    assert await due(world, due_by="2027-01-31", provider_id=str(world.other_provider.id)) == []
    assert (await world.other_council.get(DUE, due_by="2027-01-31")).json()["items"] == []


async def test_a_report_is_due_of_a_placement_that_the_council_may_see(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    assert await due(world) == []
    ahead = await due(world, due_by="2026-12-18")
    assert named(ahead) == ["2026-12-18 write_report by provider"]
    await ledger.stand_at(JANUARY)
    [found] = await due(world)
    assert found == ahead[0] | {"overdue": True}
    assert (found["placement_id"], found["title"]) == (placement, "2026-27 autumn")
    assert (await world.council.get(found["resource"])).json()["placement_id"] == placement
    path = await report_begun(world, placement_id=placement)
    assert await due(world) == [found]
    await world.provider.act(path, "submission")
    assert await due(world) == []
    await world.council.act(path, "return", {"reason": "Say more"})
    [returned] = await due(world, kind="progress_report", provider_id=str(world.provider.id))
    assert (returned["to_do"], returned["resource"]) == ("submit_report", path)
    assert (await world.other_council.get(DUE, due_by="2027-06-30")).json()["items"] == []
    assert await due(world, provider_id=str(world.other_provider.id)) == []
    proposed = await world.council.post("/v1/placements", await world.proposal())
    assert proposed.status_code == 201, proposed.text
    assert {each["placement_id"] for each in await due(world, due_by="2027-06-30")} == {placement}
    [read] = await ledger.sql(
        "select count(*) from audit_entries where operation = 'list_quality_due' and cast(:id as uuid) = any(placement_ids)",
        id=placement,
    )
    assert read[0] > 0


async def test_a_return_is_due_until_the_council_has_it(
    world: World, database: Addresses, settings: Settings, framework: str, ledger: Ledger
) -> None:
    type_id = await published(world.council)
    path = await requested(world, type_id)
    unasked = await published(world.council, slug="health-and-safety", form=None)
    draft = {"type_id": unasked, "school_year": "2026-27", "statement": "All is well.", "answers": {}}
    assert (await world.provider.post("/v1/qa-returns", draft)).status_code == 201
    [found] = await due(world, due_by="2026-12-18", kind="qa_return")
    assert named([found]) == ["2026-12-18 submit_return by provider"]
    assert (found["resource"], found["title"], found["overdue"]) == (path, "safeguarding", False)
    await put(world.provider, path, "contents", SAID)
    await ledger.stand_at(JANUARY)
    [found] = await due(world, kind="qa_return")
    assert found["overdue"] is True
    assert (await world.other_council.get(DUE, kind="qa_return")).json()["items"] == []
    assert (await world.provider.act(path, "submission", BY)).status_code == 200
    assert await due(world, kind="qa_return") == []
    await world.council.act(path, "return", {"reason": "Say more", "due_on": "2027-01-15"})
    assert named(await due(world, kind="qa_return", due_by="2027-01-15")) == ["2027-01-15 submit_return by provider"]


async def of_every_kind(world: World, database: Addresses, framework: str) -> None:
    """Two or three of each kind, most of them due on one of two days."""
    for name in ("Hollow Farm", "Garage", "Studio"):
        await world.council.post("/v1/providers", {"name": name, "category": "charity"})
    await planned(world, framework, "safety-visit", planned_on="2026-11-30")
    await planned(world, framework, "safety-visit", planned_on="2026-12-18")
    action = ACTION | {"due_on": "2026-12-18"}
    await opened(world, actions=[action, action, ACTION | {"due_on": "2026-11-30"}])
    await world.council.post(CONCERNS, concern(world))
    calendar = await world.calendar()
    for _ in range(3):
        await world.placement(calendar_id=calendar)
    async with owner_session(database.owner) as session:
        await ask_for_returns(session, world, datetime(2026, 12, 18, tzinfo=UTC).date(), 3)


async def paged(world: World, limit: int, **filters: str) -> list[dict[str, Any]]:
    page = (await world.council.get(DUE, limit=limit, **filters)).json()
    seen: list[dict[str, Any]] = page["items"]
    while page["next_cursor"]:
        page = (await world.council.get(DUE, limit=limit, cursor=page["next_cursor"], **filters)).json()
        assert len(page["items"]) <= limit
        seen += page["items"]
    return seen


async def test_pages_over_all_kinds_skip_and_repeat_nothing(
    world: World, database: Addresses, framework: str, ledger: Ledger
) -> None:
    await of_every_kind(world, database, framework)
    await ledger.stand_at(JANUARY)
    whole = await due(world)
    kinds = [each["kind"] for each in whole]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "action": 3,
        "activity": 4,
        "concern": 1,
        "plan_review": 1,
        "progress_report": 3,
        "qa_return": 3,
        "visit": 2,
    }
    places = [(each["due_on"], each["kind"]) for each in whole]
    assert places == sorted(places)
    for limit in (1, 2, 3, 5):
        assert await paged(world, limit) == whole, limit
    for kind in set(kinds):
        assert await paged(world, 1, kind=kind) == [each for each in whole if each["kind"] == kind]


@pytest.mark.parametrize(("scopes", "reports"), [(["qa:read"], 0), (["qa:read", "reports:read"], 1)])
async def test_a_client_without_the_scope_is_told_of_no_reports(
    app: FastAPI, database: Addresses, scopes: list[str], reports: int
) -> None:
    async with make_world(app, database.owner) as world:
        await world.placement()
        made = await world.council.post("/v1/api-clients", {"name": "QA", "scopes": scopes})
        key = await world.council.post(f"/v1/api-clients/{made.json()['id']}/keys", {"kind": "api_key"})
        headers = {"Authorization": f"Bearer {key.json()['secret']}"}
        answer = await world.council.http.get(DUE, params={"due_by": "2026-12-18"}, headers=headers)
        assert [each["kind"] for each in answer.json()["items"]] == ["progress_report"] * reports
