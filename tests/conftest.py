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
