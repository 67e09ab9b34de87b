"""Connections of which little is read: a receiver that talks without end costs a moment, not an attempt's whole time.

Interim answers (1xx), headers and the beginning of a body all count. Each piece is small, so that parsing one never
holds up what else the process does: alerts go out from the same one.
"""

import ssl
from collections.abc import Iterable
from typing import Any

import httpcore

MOST_READ_BYTES = 32 * 1024
"""Of one connection, over its whole life. What receivers say in earnest is a tenth of it."""

PIECE_BYTES = 4 * 1024


class BoundedStream(httpcore.AsyncNetworkStream):
    """Reads up to `MOST_READ_BYTES`, then says that the protocol was broken."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream
        self._left = MOST_READ_BYTES

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - as httpcore calls it
        """Raises httpcore.RemoteProtocolError."""
        if self._left <= 0:
            raise httpcore.RemoteProtocolError("more than is read of an answer")
        found = await self._stream.read(min(max_bytes, PIECE_BYTES, self._left), timeout)
        self._left -= len(found)
        return found

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - as httpcore calls it
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - as httpcore calls it
    ) -> httpcore.AsyncNetworkStream:
        return BoundedStream(await self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class BoundedNetwork(httpcore.AnyIOBackend):
    """Opens connections of which no more than that is read."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - as httpcore calls it
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        return BoundedStream(await super().connect_tcp(host, port, timeout, local_address, socket_options))
