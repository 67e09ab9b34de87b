"""Keep-alive connections that ask for one path again and again, as light as they can be made, and time each answer."""

import asyncio
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self


class Reader:
    """One connection of one client that reads `path`."""

    def __init__(self, port: int, path: str, api_key: str) -> None:
        self._port = port
        self._request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {api_key}\r\n\r\n".encode()

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port, limit=2**22)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()

    async def ask(self) -> tuple[float, bytes]:
        """The seconds until the whole answer is there, and its body. Raises AssertionError for any but success."""
        began = time.perf_counter()
        self._writer.write(self._request)
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        body = await self._reader.readexactly(length)
        took = time.perf_counter() - began
        status = int(head.split(b" ", 2)[1])
        assert status == 200, (status, body[:500])
        return took, body


async def ask_at_once(readers: Sequence[Reader]) -> list[float]:
    """Every reader once, all together; the seconds that each waited."""
    return [took for took, _ in await asyncio.gather(*(reader.ask() for reader in readers))]
