"""Where the commands of `waymark` find the database, and how one of them works in it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from app.cli_saying import refuse
from app.db.engine import make_engine, make_sessions
from app.problems import Problem
from app.settings import settings
from app.telemetry.logs import configure_logging

T = TypeVar("T")


def in_database(work: Callable[[AsyncSession], Awaitable[T]]) -> T:
    """Does `work` in one transaction of the owner's; a problem ends the command with its sentence."""
    url = owner_url()

    async def in_transaction() -> T:
        engine = make_engine(url, settings())
        try:
            async with make_sessions(engine)() as session:
                done = await work(session)
                await session.commit()
                return done
        finally:
            await engine.dispose()

    configure_logging("WARNING")
    try:
        return asyncio.run(in_transaction())
    except Problem as problem:
        refuse(f"{problem.title}. {problem.detail}")


def owner_url() -> str:
    """DATABASE_OWNER_URL, or the embedded server that a running `waymark run` has started here."""
    if settings().database_owner_url:
        return settings().database_owner_url
    from app.db.embedded import running_server_url
    from app.supervise import DATA_DIR

    found = running_server_url(DATA_DIR, "waymark")
    if found is None:
        refuse("Set DATABASE_OWNER_URL, or start the sandbox first with `make run`.")
    return found
