"""A migrated PostgreSQL for each worker of the run, and a world of organisations for each test.

Nothing of ours is mocked: tests speak HTTP to the application on a real database.
"""

import os
from collections.abc import AsyncIterator, Iterator

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from hypothesis import settings as hypothesis_settings

from app.db.embedded_database import Addresses
from app.settings import Settings
from tests.databases import Databases, databases_of_ones_own, embedded_databases
from tests.ledger import Ledger
from tests.running import own_database, running, settings_for
from tests.world import World, make_world

hypothesis_settings.register_profile("long")

SLOWEST = (
    "test_a_term.py",
    "test_a_year.py",
    "test_placement_life.py",
    "test_readme.py",
    "test_cli.py",
    "test_directory_search.py",
    "test_worker.py",
    "test_real_server.py",
    "test_embedded_server.py",
    "test_sandbox_plans.py",
    "test_audit_seals.py",
    "test_duties.py",
    "test_identity_severances_everything.py",
    "test_access_matrix.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slowest files come first, so that no worker of the run waits for another at its end."""
    order = {name: number for number, name in enumerate(SLOWEST)}
    items.sort(key=lambda item: order.get(item.path.name, len(order)))


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """On an embedded server, unless `DATABASE_OWNER_URL` names a server of one's own."""
    with (
        databases_of_ones_own(os.environ)
        if "DATABASE_OWNER_URL" in os.environ
        else embedded_databases(tmp_path_factory.mktemp("pg"))
    ) as made:
        yield made


@pytest.fixture(scope="session")
async def database(databases: Databases) -> AsyncIterator[Addresses]:
    """A migrated database. Tests leave in it what they like; a file that minds it has one of its own."""
    async with own_database(databases) as addresses:
        yield addresses


@pytest.fixture(scope="session")
def settings(database: Addresses) -> Settings:
    return settings_for(database)


@pytest.fixture(scope="session")
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    async with running(settings) as application:
        yield application


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[AsyncClient]:
    """A client without a credential."""
    async with AsyncClient(transport=ASGITransport(app), base_url="http://waymark.test") as client:
        yield client


@pytest.fixture
async def world(app: FastAPI, database: Addresses) -> AsyncIterator[World]:
    """A sandbox of this test's own: two councils, two schools, two providers, each with a client of every scope."""
    async with make_world(app, database.owner) as made:
        yield made


@pytest.fixture
def ledger(database: Addresses, world: World) -> Ledger:
    """The database behind the world, for what no operation shows."""
    return Ledger(database, world)
