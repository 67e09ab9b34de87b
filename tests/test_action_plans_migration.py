"""The actions of visits are the same before and after they became actions of plans."""

from asyncio import to_thread
from collections.abc import AsyncIterator
from importlib import import_module

import pytest
from fastapi import FastAPI

from app.db import migrate
from app.db.embedded_database import Addresses
from app.settings import Settings
from tests.databases import Databases
from tests.ledger import Ledger
from tests.quality import ACTION, DONE, LATER
from tests.running import own_database, running, settings_for
from tests.test_qa_visits import Plan, carried_out, plan
from tests.world import World

__all__ = ["plan"]
BEFORE = import_module("migrations.versions.0028_action_plans").down_revision
OLD = "select id, visit_id, council_id, provider_id, state, note, due_on::text, version from qa_actions order by due_on"


@pytest.fixture(scope="module")
async def database(databases: Databases) -> AsyncIterator[Addresses]:
    async with own_database(databases) as addresses:
        yield addresses


@pytest.fixture(scope="module")
def settings(database: Addresses) -> Settings:
    return settings_for(database)


@pytest.fixture(scope="module")
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    async with running(settings) as application:
        yield application


async def test_actions_go_down_and_up_again(world: World, plan: Plan, database: Addresses, ledger: Ledger) -> None:
    visit, other = await plan(), await plan()
    await carried_out(world, visit)
    await carried_out(world, other)
    paths = []
    for place, body in ((visit, ACTION), (visit, LATER), (other, ACTION | {"due_on": "2027-01-15"})):
        made = await world.council.post(f"{place}/actions", {key: body[key] for key in ACTION})
        paths.append(made.headers["Location"])
    await world.provider.act(paths[1], "completion", {"note": DONE["note"]})
    await world.provider.act(paths[2], "completion", {"note": DONE["note"]})
    await world.council.act(paths[2], "closure")
    shown = (await world.council.get("/v1/qa-actions")).json()["items"]
    assert [each["state"] for each in shown] == ["open", "done", "closed"]

    await to_thread(migrate.downgrade, database.owner, BEFORE)
    old = await ledger.sql(OLD)
    assert [f"/v1/qa-actions/{row[0]}" for row in old] == paths
    assert [(row[4], row[5], row[6]) for row in old] == [
        ("open", None, "2026-12-01"),
        ("done", "Renewed.", "2026-12-15"),
        ("closed", "Renewed.", "2027-01-15"),
    ]
    await to_thread(migrate.upgrade, database.owner)

    assert (await world.council.get("/v1/qa-actions")).json()["items"] == shown
    plans = (await world.council.get("/v1/action-plans")).json()["items"]
    assert sorted((each["source"]["id"], each["state"], each["review_on"]) for each in plans) == sorted(
        [(visit.rsplit("/", 1)[1], "open", "2026-12-15"), (other.rsplit("/", 1)[1], "closed", "2027-01-15")]
    )
    closed = await world.council.act(paths[1], "closure")
    assert closed.json()["state"] == "closed"
    steps = (await world.provider.get(f"/v1/actions/{closed.json()['id']}/steps")).json()["items"]
    assert [each["what"] for each in steps] == ["set", "closed"]
