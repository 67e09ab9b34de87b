"""Mail servers of a test's own: one that speaks SMTP, and one that speaks as GOV.UK Notify does."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr

from app.outbox.email import close_mail_connections
from app.settings import Settings

SERVICE_ID = "26785a09-ab16-4eb0-8407-a37497a57506"
SECRET = "3d844edf-8d35-48ac-975b-e847b4f122b0"
TEMPLATE_ID = "f33517ff-2a88-4f6e-b855-c550268ce08a"


@dataclass
class SmtpServer:
    """Takes mail without asking who sends it, but for what it is told to do.

    `refuses` an address for good, in the words of `refusal`, `defers` one for now; `drops` the connection at DATA, `dies`
    once it has taken the text and before it says so; `hangs` and never says a word; `waits` with that word until it
    `may_go_on`.
    """

    url: str = ""
    refuses: frozenset[str] = frozenset()
    refusal: str = "550 no"
    defers: frozenset[str] = frozenset()
    drops: bool = False
    dies: bool = False
    hangs: bool = False
    waits: bool = False
    may_go_on: asyncio.Event = field(default_factory=asyncio.Event)
    connections: int = 0
    received: list[str] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    _shut: asyncio.Event = field(default_factory=asyncio.Event)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            if self.hangs:
                await self._shut.wait()
                return
            writer.write(b"220 here\r\n")
            while (line := (await reader.readline()).decode().strip()) and await self._answer(line, reader, writer):
                pass
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def _answer(self, line: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """False where the connection ends."""
        verb = line.split(":", maxsplit=1)[0].split(maxsplit=1)[0].upper()
        if verb == "RCPT":
            self.recipients.append(line.partition(":")[2])
        if verb == "RCPT" and any(each in line for each in self.refuses | self.defers):
            writer.write(
                f"{self.refusal}\r\n".encode() if any(each in line for each in self.refuses) else b"450 later\r\n"
            )
            return True
        if verb == "DATA":
            if self.drops:
                return False
            writer.write(b"354 go on\r\n")
            self.received.append((await reader.readuntil(b"\r\n.\r\n")).decode())
            if self.dies:
                return False
            if self.waits:
                await self.may_go_on.wait()
        writer.write(b"221 bye\r\n" if verb == "QUIT" else b"250 fine\r\n")
        return verb != "QUIT"

    def header(self, name: str) -> list[str]:
        """That header of each mail received."""
        return [
            line.removeprefix(f"{name}: ")
            for mail in self.received
            for line in mail.partition("\r\n\r\n")[0].splitlines()
            if line.startswith(f"{name}: ")
        ]


@asynccontextmanager
async def smtp_server(**behaviour: Any) -> AsyncIterator[SmtpServer]:
    made = SmtpServer(**behaviour)
    server = await asyncio.start_server(made.talk, "127.0.0.1", 0)
    made.url = f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield made
    finally:
        await close_mail_connections()
        made._shut.set()
        server.close()


@dataclass
class NotifyServer:
    """Answers each request with the next of `statuses`, the last one for ever, and `says`; keeps what it was sent."""

    statuses: list[int]
    says: str = "{}"
    url: str = ""
    requests: list[tuple[str, dict[str, str], dict[str, Any]]] = field(default_factory=list)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := (await reader.readuntil(b"\r\n\r\n")).decode():
                first, *lines = head.strip().splitlines()
                headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in lines)}
                body = json.loads(await reader.readexactly(int(headers["content-length"])))
                self.requests.append((first, headers, body))
                status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
                writer.write(f"HTTP/1.1 {status} Said\r\nContent-Length: {len(self.says)}\r\n\r\n{self.says}".encode())
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def notify_server(*statuses: int, says: str = "{}") -> AsyncIterator[NotifyServer]:
    made = NotifyServer([*statuses], says)
    server = await asyncio.start_server(made.talk, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield made
    finally:
        await close_mail_connections()
        server.close()


def by_smtp(settings: Settings, url: str) -> Settings:
    return settings.model_copy(update={"smtp_url": SecretStr(url), "mail_from": "no-reply@waymark.example"})


def by_notify(settings: Settings, url: str) -> Settings:
    key = SecretStr(f"waymark-{SERVICE_ID}-{SECRET}")
    return settings.model_copy(update={"notify_api_key": key, "notify_template_id": TEMPLATE_ID, "notify_url": url})
