"""Sending by SMTP, over connections that are kept for a moment: a burst of emails does not greet a server for each.

How many are sent at once is for those who send to bound. No more than a few connections are kept, and none for long.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit
from weakref import WeakKeyDictionary

from aiosmtplib import SMTP, SMTPException

ANSWER_SECONDS = 10
ALIVE_SECONDS = 0.5
KEPT_SECONDS = 10
MOST_KEPT = 8


class Connections:
    """The idle connections to one server; one that failed is never used again."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._idle: list[SMTP] = []

    async def send(self, message: EmailMessage) -> None:
        """Raises OSError, TimeoutError, ValueError for an address that cannot be sent to, and SMTPException."""
        async with self._connected() as connection:
            await connection.send_message(message)

    def close(self) -> None:
        while self._idle:
            self._idle.pop().close()

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[SMTP]:
        connection = await self._alive() or await self._opened()
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        if len(self._idle) >= MOST_KEPT or not connection.is_connected:
            connection.close()
            return
        self._idle.append(connection)
        asyncio.get_running_loop().call_later(KEPT_SECONDS, self._give_up, connection)

    async def _alive(self) -> SMTP | None:
        """An idle connection that still answers. Where one does not, the others are not asked."""
        if not self._idle:
            return None
        connection = self._idle.pop()
        try:
            async with asyncio.timeout(ALIVE_SECONDS):
                await connection.noop()
        except (OSError, SMTPException):
            connection.close()
            self.close()
            return None
        except BaseException:
            connection.close()
            raise
        return connection

    async def _opened(self) -> SMTP:
        """A password is never sent in the clear: with one, STARTTLS is demanded unless the address is smtps://."""
        server = urlsplit(self._url)
        implicit_tls = server.scheme == "smtps"
        connection = SMTP(
            hostname=server.hostname,
            port=server.port,
            username=unquote(server.username) if server.username else None,
            password=unquote(server.password) if server.password else None,
            use_tls=implicit_tls,
            start_tls=True if server.username and not implicit_tls else None,
            timeout=ANSWER_SECONDS,
        )
        try:
            await connection.connect()
        except BaseException:
            connection.close()
            raise
        return connection

    def _give_up(self, connection: SMTP) -> None:
        if connection in self._idle:
            self._idle.remove(connection)
            connection.close()


_connections: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, Connections]] = WeakKeyDictionary()


def connections_to(url: str) -> Connections:
    """Those of the running loop to this server."""
    of_loop = _connections.setdefault(asyncio.get_running_loop(), {})
    return of_loop.setdefault(url, Connections(url))


def close_connections() -> None:
    """Closes the idle ones of the running loop."""
    for connections in _connections.pop(asyncio.get_running_loop(), {}).values():
        connections.close()
