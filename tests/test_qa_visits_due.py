"""Which visits fall due by minimum frequency, for whom, and what fulfils them."""

from typing import Any

import pytest

from app.db.embedded_database import Addresses
from app.settings import Settings
from tests.overseen import award
from tests.test_qa_visits import AREAS
from tests.world import Party, World

DUE = "/v1/qa-visits-due"
ACTIVITIES = [
    {"slug": "validation-visit", "name": "Validation visit", "minimum_frequency": "annual"},
    {"slug": "walk-round", "name": "Walk round", "minimum_frequency": "monthly"},
    {"slug": "safety-visit", "name": "Safety visit", "minimum_frequency": "ad_hoc"},
    {"slug": "self-evaluation", "name": "Self-evaluation", "minimum_frequency": "annual", "done_by": "return"},
]


@pytest.fixture
async def framework(world: World, database: Addresses, settings: Settings) -> str:
    """The council's framework; the provider stands with both councils since 1 September."""
    await award(database, settings, world.council.id, world.provider.id)
    await award(database, settings, world.other_council.id, world.provider.id)
    return await made(world.council)


async def made(council: Party) -> str:
    answer = await council.post("/v1/qa-frameworks", {"name": "QA", "areas": AREAS, "activity_types": ACTIVITIES})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def due(council: Party, **filters: Any) -> list[tuple[str, str, str]]:
    answer = await council.get(DUE, **filters)
    assert answer.status_code == 200, answer.text
    return [(each["activity_type"], each["due_on"], each["state"]) for each in answer.json()["items"]]


async def planned(world: World, framework: str, activity: str, **changes: Any) -> str:
    body = {
        "provider_id": str(world.provider.id),
        "framework_id": framework,
        "activity_type": activity,
        "planned_on": "2026-11-23",
        "officers": ["A. Officer"],
    }
    answer = await world.council.post("/v1/qa-visits", body | changes)
    assert answer.status_code == 201, answer.text
    return str(answer.headers["Location"])


async def test_what_falls_due_follows_from_the_frequencies_and_the_visits_made(world: World, framework: str) -> None:
    annual, monthly = "validation-visit", "walk-round"
    assert await due(world.council) == [(monthly, "2026-11-30", "due"), (annual, "2027-11-24", "upcoming")]
    visit = await planned(world, framework, monthly)
    [first, _] = (await world.council.get(DUE)).json()["items"]
    assert (first["planned_visit_id"], first["planned_on"]) == (visit.rsplit("/", 1)[1], "2026-11-23")
    assert (first["last_visit_id"], first["state"]) == (None, "due")
    await world.council.act(visit, "carrying-out", {"carried_out_on": "2026-11-23"})
    [first, _] = (await world.council.get(DUE)).json()["items"]
    assert (first["due_on"], first["last_carried_out_on"], first["planned_on"]) == ("2026-12-31", "2026-11-23", None)
    await world.council.post("/v1/sandbox/clock/advance", {"seconds": 40 * 86_400})
    assert await due(world.council, state="overdue") == [(monthly, "2026-12-31", "overdue")]
    assert await due(world.council, due_before="2026-12-31") == []
    cancelled = await planned(world, framework, monthly, planned_on="2027-01-04")
    await world.council.act(cancelled, "cancellation", {"reason": "Snow"})
    [first, _] = (await world.council.get(DUE)).json()["items"]
    assert (first["state"], first["planned_visit_id"]) == ("overdue", None)


async def test_an_edition_goes_on_counting_and_a_retired_framework_owes_nothing(world: World, framework: str) -> None:
    visit = await planned(world, framework, "walk-round")
    await world.council.act(visit, "carrying-out", {"carried_out_on": "2026-11-23"})
    path = f"/v1/qa-frameworks/{framework}"
    body = {"name": "Next", "areas": AREAS, "activity_types": ACTIVITIES[1:]}
    edition = await world.council.act(path, "editions", body)
    assert await due(world.council) == [("walk-round", "2026-12-31", "upcoming")]
    await world.council.act(edition.headers["Location"], "retirement")
    assert await due(world.council) == []


async def test_a_joint_visit_counts_for_each_council_as_it_says(world: World, framework: str) -> None:
    theirs = await made(world.other_council)
    visit = await planned(world, framework, "validation-visit", partner_ids=[str(world.other_council.id)])
    [part] = (await world.other_council.get("/v1/qa-visit-partners")).json()["items"]
    body = {"officers": ["S. Officer"], "framework_id": theirs, "counts_as": "walk-round"}
    await world.other_council.act(f"/v1/qa-visit-partners/{part['id']}", "acceptance", body)
    await world.council.act(visit, "carrying-out", {"carried_out_on": "2026-11-23"})
    assert ("validation-visit", "2027-11-23", "upcoming") in await due(world.council)
    assert ("walk-round", "2026-12-31", "upcoming") in await due(world.other_council)
    assert ("walk-round", "2026-11-30", "due") in await due(world.council)


async def test_a_provider_that_the_council_registered_is_owed_visits_too(world: World, framework: str) -> None:
    entry = {"name": "Hollow Farm", "category": "charity"}
    registered = (await world.council.post("/v1/providers", entry)).json()["id"]
    assert len(await due(world.council)) == 4
    assert len(await due(world.council, provider_id=registered)) == 2
    assert await due(world.council, provider_id=str(world.other_provider.id)) == []
    assert await due(world.other_council) == []


async def test_what_is_due_comes_in_pages_and_for_councils_alone(world: World, framework: str) -> None:
    await world.council.post("/v1/providers", {"name": "Hollow Farm", "category": "charity"})
    whole = (await world.council.get(DUE)).json()["items"]
    paged: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await world.council.get(DUE, limit=1, **cursor)).json()
        paged += page["items"]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert paged == whole
    for stranger in (world.provider, world.school):
        assert (await stranger.get(DUE)).status_code == 403
