"""Waking the worker: a call on the database itself, heard when, and only when, the change behind it is committed.

A call may be lost with its connection, so whoever waits for one looks by itself every second as well.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog
from psycopg import AsyncConnection, Error
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncSession

ALERTS = "waymark_alerts"
_AGAIN_SECONDS = 1.0

_CALL = text("select pg_notify(:channel, '')")
_log = structlog.get_logger("waymark.waking")


async def wake(session: AsyncSession, channel: str) -> None:
    """Calls whoever listens on `channel`, once the session's transaction is committed."""
    await session.execute(_CALL, {"channel": channel})


class Bell:
    """Rings when somebody has called since it was last listened to."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        self._rung.set()

    async def listen(self, seconds: float) -> None:
        """Returns when it rings, or after so many seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._rung.wait()
        self._rung.clear()


@asynccontextmanager
async def listening(database_url: str, channel: str) -> AsyncIterator[Bell]:
    """A bell that rings for every call on `channel`, on a connection of its own, made again when it is lost."""
    bell = Bell()
    ear = asyncio.create_task(_hear(database_url, channel, bell))
    try:
        yield bell
    finally:
        ear.cancel()
        await asyncio.gather(ear, return_exceptions=True)


async def _hear(database_url: str, channel: str, bell: Bell) -> None:
    address = make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    while True:
        try:
            async with await AsyncConnection.connect(address, autocommit=True, connect_timeout=2) as connection:
                await connection.execute(f"listen {channel}")
                bell.ring()
                async for _ in connection.notifies():
                    bell.ring()
        except (Error, OSError):
            _log.warning("not_listening", channel=channel)
        await asyncio.sleep(_AGAIN_SECONDS)
