"""A mail server that keeps what it takes, refuses some addresses, drops connections in mid-message, and can be down."""

import asyncio
import email
import re
import time
from dataclasses import dataclass, field
from email.policy import default

REFUSED = b"refused."
_RECIPIENT = re.compile(rb"RCPT TO:<([^>]+)>", re.I)
_REFERENCE = re.compile(r"Reference: ([0-9a-f-]{36})")


@dataclass(frozen=True, slots=True)
class Taken:
    """One email that arrived whole. `alert` is the alert that it names as its reference, if any."""

    recipient: str
    text: str
    alert: str | None
    at: float


@dataclass
class MailServer:
    """`drops` is how often it drops the connection while an email is being sent: every so many."""

    drops: int = 0
    port: int = 0
    taken: list[Taken] = field(default_factory=list)
    begun: int = 0
    dropped: int = 0
    refused: int = 0
    _server: asyncio.Server | None = None
    _talking: set[asyncio.StreamWriter] = field(default_factory=set)

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    def go_down(self) -> None:
        """As when its machine stops: nothing is said any more on connections that are open."""
        if self._server is not None:
            self._server.close()
        for each in list(self._talking):
            each.transport.abort()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._talking.add(writer)
        try:
            writer.write(b"220 here\r\n")
            recipient = ""
            while line := (await reader.readline()).strip():
                verb = line[:4].upper()
                if verb == b"RCPT" and (found := _RECIPIENT.match(line)):
                    recipient = found[1].decode()
                    if found[1].startswith(REFUSED):
                        self.refused += 1
                        writer.write(b"550 nobody of that name\r\n")
                        continue
                elif verb == b"DATA":
                    await self._take(recipient, reader, writer)
                elif verb == b"QUIT":
                    writer.write(b"221 bye\r\n")
                    break
                writer.write(b"250 fine\r\n")
        except (OSError, EOFError):
            pass
        finally:
            self._talking.discard(writer)
            writer.close()

    async def _take(self, recipient: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.begun += 1
        writer.write(b"354 go on\r\n")
        if self.drops and self.begun % self.drops == 0:
            await reader.readline()
            self.dropped += 1
            writer.transport.abort()
            raise ConnectionAbortedError
        raw = await reader.readuntil(b"\r\n.\r\n")
        message = email.message_from_bytes(raw, policy=default)
        text = f"{message['Subject']}\n{message.get_content()}"
        found = _REFERENCE.search(text)
        self.taken.append(Taken(recipient, text, found[1] if found else None, time.time()))
