"""A database and the application on it: those that all tests share, and those of a file of its own.

A file whose tests sweep every world has its own, and so what other tests left behind neither slows nor fails them:

    @pytest.fixture(scope="module")
    async def database(databases: Databases) -> AsyncIterator[Addresses]:
        async with own_database(databases) as addresses:
            yield addresses

and in the same way `settings` and `app`.
"""

import atexit
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from tempfile import TemporaryDirectory

from fastapi import FastAPI

from app.db.embedded_database import Addresses
from app.main import create_app
from app.settings import Settings
from tests.databases import Databases
from tests.owner import let_go

_FILES = TemporaryDirectory(prefix="waymark-files-")
atexit.register(_FILES.cleanup)


@asynccontextmanager
async def own_database(databases: Databases) -> AsyncIterator[Addresses]:
    with databases.copy() as addresses:
        try:
            yield addresses
        finally:
            for url in (addresses.owner, addresses.worker, addresses.app):
                await let_go(url)


def settings_for(database: Addresses) -> Settings:
    return Settings(
        database_url=database.app,
        database_worker_url=database.worker,
        database_owner_url=database.owner,
        database_accepts_unsafe=True,
        attachments_folder=_FILES.name,
        rate_burst=100_000,
        rate_per_second=100_000,
    )


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[FastAPI]:
    application = create_app(settings)
    async with application.router.lifespan_context(application):
        yield application
