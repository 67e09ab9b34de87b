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
        status, _, body = await self._sent()
        assert status == 200, (status, body[:500])
        return time.perf_counter() - began, body

    async def ask_until_answered(self) -> tuple[float, int]:
        """As a client does that is told to come again: the seconds, waits included, and how often it was told so."""
        began = time.perf_counter()
        refused = 0
        while True:
            status, head, body = await self._sent()
            if status == 200:
                return time.perf_counter() - began, refused
            assert status == 503, (status, body[:500])
            refused += 1
            await asyncio.sleep(float(_header(head, b"retry-after")))

    async def _sent(self) -> tuple[int, bytes, bytes]:
        self._writer.write(self._request)
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        body = await self._reader.readexactly(int(_header(head, b"content-length")))
        return int(head.split(b" ", 2)[1]), head, body


async def ask_at_once(readers: Sequence[Reader]) -> Sequence[tuple[float, int]]:
    """Every reader once, all together: the seconds that each waited, and how often it was told to come again."""
    return await asyncio.gather(*(reader.ask_until_answered() for reader in readers))


def _header(head: bytes, name: bytes) -> bytes:
    return head.split(name + b":", 1)[1].split(b"\r\n", 1)[0].strip()
