"""Actions of a visit: set, done, reviewed, closed; overdue while open after their day."""

import pytest
from sqlalchemy import text

from app.db.embedded_database import Addresses
from app.db.engine import make_engine, make_sessions
from app.settings import Settings
from tests.test_qa_visits import NOWHERE, Plan, carried_out, plan, put, reported
from tests.world import Party, World

__all__ = ["plan"]
ACTION = {"text": "Renew the policy.", "owner": "The head", "due_on": "2026-12-01"}
DONE = {"note": "Renewed."}


@pytest.fixture
async def path(world: World, plan: Plan) -> str:
    """An open action of a visit that has taken place."""
    visit = await plan()
    await carried_out(world, visit)
    made = await world.council.post(f"{visit}/actions", ACTION)
    assert made.status_code == 201, made.text
    return str(made.headers["Location"])


async def states(party: Party, **filters: str) -> list[str]:
    return [each["state"] for each in (await party.get("/v1/qa-actions", **filters)).json()["items"]]


async def test_an_action_is_done_by_the_provider_and_closed_by_the_council(world: World, path: str) -> None:
    early = await world.council.act(path, "closure")
    assert (early.status_code, early.json()["rule"]) == (409, "wrong_state")
    done = await world.provider.act(path, "completion", DONE)
    assert (done.json()["state"], done.json()["note"]) == ("done", "Renewed.")
    again = await world.provider.act(path, "completion", DONE)
    assert again.status_code == 409
    reopened = await world.council.act(path, "reopening", {"due_on": "2026-12-15"})
    assert (reopened.json()["state"], reopened.json()["due_on"]) == ("open", "2026-12-15")
    await world.provider.act(path, "completion", {"note": "Renewed in full."})
    closed = await world.council.act(path, "closure")
    assert closed.json()["state"] == "closed"
    assert (await world.provider.get(path)).json() == closed.json()
    assert await states(world.council, state="closed") == ["closed"]


async def test_the_parties_of_an_action_keep_to_their_own_verbs(world: World, path: str) -> None:
    assert (await world.council.act(path, "completion", DONE)).status_code == 403
    assert (await world.provider.act(path, "closure")).status_code == 403
    for stranger, verb, body in (
        (world.other_provider, "completion", DONE),
        (world.other_council, "closure", None),
        (world.other_council, "reopening", {"due_on": "2026-12-15"}),
    ):
        assert (await stranger.act(path, verb, body)).status_code == 404
        assert (await stranger.get(path)).status_code == 404
    assert (await world.council.get(path)).json()["state"] == "open"


async def test_schools_see_actions_once_the_visit_is_published(world: World, plan: Plan) -> None:
    visit = await plan()
    await reported(world, visit)
    action = (await world.council.post(f"{visit}/actions", ACTION)).headers["Location"]
    assert (await world.school.get(action)).status_code == 404
    await world.council.act(visit, "publication")
    assert (await world.school.get(action)).status_code == 200
    assert await states(world.other_school) == []


async def test_overdue_follows_the_callers_day(
    world: World, path: str, database: Addresses, settings: Settings
) -> None:
    assert await states(world.provider, overdue="true") == []
    engine = make_engine(database.owner, settings)
    async with make_sessions(engine)() as session:
        await session.execute(
            text("update sandboxes set stands_at = '2026-12-02T00:00:00Z' where id = :id"), {"id": world.sandbox_id}
        )
        await session.commit()
    await engine.dispose()
    assert await states(world.provider, overdue="true", provider_id=str(world.provider.id)) == ["open"]
    assert await states(world.provider, overdue="false") == []
    assert (await world.council.get(path)).json()["overdue"] is True
    await world.provider.act(path, "completion", DONE)
    assert await states(world.council, overdue="true") == []


async def test_a_faulty_action_is_named_and_nothing_is_set(world: World, plan: Plan) -> None:
    visit = await plan()
    await carried_out(world, visit)
    for change, pointer in (
        ({"due_on": "2026-11-23"}, "/due_on"),
        ({"owner": " "}, "/owner"),
        ({"grade": 1}, "/grade"),
    ):
        answer = await world.council.post(f"{visit}/actions", ACTION | change)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert (await world.council.post(f"/v1/qa-visits/{NOWHERE}/actions", ACTION)).status_code == 404
    assert await states(world.council) == []


async def test_the_same_key_sets_one_action(world: World, plan: Plan) -> None:
    visit = await plan()
    await carried_out(world, visit)
    first = await world.council.post(f"{visit}/actions", ACTION, key="one")
    again = await world.council.post(f"{visit}/actions", ACTION, key="one")
    assert again.json() == first.json()
    assert await states(world.council) == ["open"]


async def test_those_whom_it_concerns_are_told_of_every_step(
    world: World, plan: Plan, database: Addresses, settings: Settings
) -> None:
    visit = await plan()
    await reported(world, visit)
    await world.council.post(f"{visit}/actions", ACTION)
    await put(world.provider, visit, "provider-response", {"text": "Thank you."})
    await world.council.act(visit, "publication")
    engine = make_engine(database.owner, settings)
    told: dict[str, list[str]] = {}
    async with make_sessions(engine)() as session:
        for party in world.parties:
            rows = await session.scalars(
                text(
                    "select e.type from events e join event_audiences a on a.event_id = e.id"
                    " where a.organisation_id = :id and e.type ~ '^qa-(visit|action)' order by e.recorded_at"
                ),
                {"id": party.id},
            )
            told[party.name] = list(rows)
    await engine.dispose()
    public = ["qa-visit.planned", "qa-visit.carried-out", "qa-visit.reported", "qa-visit.discussed"]
    public += ["qa-action.changed", "qa-visit.answered"]
    assert told == {
        "Northshire Council": [*public[:2], "qa-visit.findings-recorded", *public[2:], "qa-visit.published"],
        "Meadow Farm": [*public, "qa-visit.published"],
        "Hill School": ["qa-visit.published"],
        "Southshire Council": [],
        "Vale School": [],
        "Forge Garage": [],
    }
