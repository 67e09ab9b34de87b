"""A mail server that notes which alert each email is about and when it came, refuses some addresses, hangs on others.

It listens on a port for each worker, so that it can tell whose email it holds.
"""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

DEAD, HANGING = "dead", "hanging"
_REFERENCE = re.compile(rb"Reference: ([0-9a-f-]{36})")
_HANGS_SECONDS = 60


@dataclass
class MailServer:
    """`arrived` are the instants at which the emails about each alert had come."""

    ports: list[int] = field(default_factory=list)
    arrived: dict[str, list[float]] = field(default_factory=dict)
    _holding: bool = False
    _held: "asyncio.Queue[int]" = field(default_factory=asyncio.Queue)

    def hold(self) -> None:
        """From now on no email gets through."""
        self._holding = True

    async def held(self) -> int:
        """The port of the worker that brought the first email that was held; from now on others get through."""
        port = await self._held.get()
        self._holding = False
        return port

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
        writer.write(b"220 here\r\n")
        while line := (await reader.readline()).strip().upper():
            answer = b"250 fine\r\n"
            if line.startswith(b"RCPT TO:<" + DEAD.upper().encode()):
                answer = b"550 nobody of that name\r\n"
            elif line.startswith(b"RCPT TO:<" + HANGING.upper().encode()):
                await asyncio.sleep(_HANGS_SECONDS)
            elif line == b"DATA":
                await self._take(reader, writer, port)
            elif line == b"QUIT":
                writer.write(b"221 bye\r\n")
                break
            writer.write(answer)
        writer.close()

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
        if self._holding:
            self._held.put_nowait(port)
            await asyncio.sleep(_HANGS_SECONDS)
        writer.write(b"354 go on\r\n")
        found = _REFERENCE.search(await reader.readuntil(b"\r\n.\r\n"))
        assert found is not None
        self.arrived.setdefault(found[1].decode(), []).append(time.perf_counter())


@asynccontextmanager
async def mail_server(ports: int) -> AsyncIterator[MailServer]:
    """One that listens on so many ports."""
    server = MailServer()
    async with AsyncExitStack() as stack:
        for number in range(ports):

            async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int = number) -> None:
                try:
                    await server.talk(reader, writer, server.ports[number])
                except (OSError, EOFError, asyncio.CancelledError):
                    writer.close()  # its worker was killed, or the measurement is over

            listening = await asyncio.start_server(talk, "127.0.0.1", 0)
            server.ports.append(listening.sockets[0].getsockname()[1])
            stack.callback(listening.close)
        yield server
