"""Work that may fail without taking with it what matters more.

It runs in a savepoint: where it fails, its part is undone and complained of loudly, and the transaction goes on.
Only for what must never be blocked; everything else fails as a whole.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from app.telemetry.metrics import SET_ASIDE

T = TypeVar("T")

_log = structlog.get_logger("waymark.set_aside")


@asynccontextmanager
async def savepoint(session: AsyncSession) -> AsyncIterator[None]:
    """Undoes what is done within where it raises. It is there at once, for statements past the session as well."""
    async with session.begin_nested():
        await session.connection()
        yield


async def attempted(session: AsyncSession, part: str, work: Callable[[], Awaitable[object]]) -> bool:
    """Whether `work` was done. `part` names it in the log and in the figures."""
    try:
        async with savepoint(session):
            await work()
    except Exception:
        complain(part)
        return False
    return True


async def or_else(session: AsyncSession, part: str, work: Callable[[], Awaitable[T]], otherwise: T) -> T:
    """What `work` gives, or `otherwise` where it failed. `part` names it in the log and in the figures."""
    try:
        async with savepoint(session):
            return await work()
    except Exception:
        complain(part)
        return otherwise


def complain(part: str) -> None:
    """Says, from within an exception's handler, that `part` was left undone."""
    SET_ASIDE.labels(part).inc()
    _log.error("left_undone", part=part, exc_info=True)
