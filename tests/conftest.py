"""A migrated PostgreSQL for each worker of the run, and a world of organisations for each test.

Nothing of ours is mocked: tests speak HTTP to the application on a real database.
"""

import os
from collections.abc import AsyncIterator, Iterator

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from hypothesis import settings as hypothesis_settings

from app.db import migrate
from app.db.embedded import EmbeddedServer
from app.db.embedded_database import Addresses, prepare
from app.main import create_app
from app.settings import Settings
from tests.ledger import Ledger
from tests.own_server import own_server_database
from tests.world import World, make_world

hypothesis_settings.register_profile("long")


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Addresses]:
    """A migrated database, embedded unless `DATABASE_OWNER_URL` names a server of one's own."""
    if "DATABASE_OWNER_URL" in os.environ:
        with own_server_database(os.environ) as addresses:
            yield addresses
        return
    with EmbeddedServer.start(tmp_path_factory.mktemp("pg") / "data", durable=False) as server:
        addresses = prepare(server)
        migrate.upgrade(addresses.owner)
        yield addresses


@pytest.fixture(scope="session")
def settings(database: Addresses) -> Settings:
    return Settings(
        database_url=database.app,
        database_worker_url=database.worker,
        database_owner_url=database.owner,
        database_accepts_unsafe=True,
        rate_burst=100_000,
        rate_per_second=100_000,
    )


@pytest.fixture(scope="session")
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    application = create_app(settings)
    async with application.router.lifespan_context(application):
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
