"""Receivers of webhooks that behave well or badly, and note all that came, when, and whether its signature held."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

SLOW_SECONDS = 9.0
UNDER_WAY_SECONDS = 15.0
"""What was signed before a rotation may arrive so long after it, without the new secret's signature."""

WELL, ERRING, SLOW, HANGING, REDIRECTING, GONE, BREAKING = (
    "well", "erring", "slow", "hanging", "redirecting", "gone", "breaking",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Receipt:
    """One request. `signed` says that every secret that should have signed it had."""

    webhook_id: str
    type: str
    at: float
    signed: bool


@dataclass
class Receiver:
    """One endpoint's server. `behaviour` may be changed at any time; `trap` is where a redirect leads."""

    name: str
    trap: str
    behaviour: str = WELL
    port: int = 0
    receipts: list[Receipt] = field(default_factory=list)
    secrets: list[tuple[str, float]] = field(default_factory=list)
    _server: asyncio.Server | None = None
    _closing: asyncio.Event = field(default_factory=asyncio.Event)
    _known: set[str] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/{self.name.replace(' ', '-')}"

    async def open(self) -> None:
        """Listens, on the port of before where it had one."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    def refuse(self) -> None:
        """Refuses connections until it is opened again."""
        if self._server is not None:
            self._server.close()

    def close(self) -> None:
        self._closing.set()
        self.refuse()

    def add_secret(self, secret: str) -> None:
        self.secrets.append((secret, time.time()))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            headers, body = await _read(reader)
            message = json.loads(body)
            at = time.time()
            challenge = message["data"].get("challenge", "")
            again = headers["webhook-id"] in self._known
            if not challenge:
                self._known.add(headers["webhook-id"])
                signed = self._is_signed(headers, body, at)
                self.receipts.append(Receipt(headers["webhook-id"], message["type"], at, signed))
            await self._answer(writer, json.dumps({"challenge": challenge}) if challenge else "", again=again)
        except (OSError, EOFError):
            pass
        finally:
            writer.close()

    async def _answer(self, writer: asyncio.StreamWriter, text: str, *, again: bool) -> None:
        kind = self.behaviour
        if kind == SLOW:
            await asyncio.sleep(SLOW_SECONDS)
        elif kind == HANGING:
            await self._closing.wait()
            return
        elif kind == BREAKING and not again and len(self.receipts) % 3:
            cut = "HTTP/1.1 2" if len(self.receipts) % 3 == 1 else "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"
            writer.write(cut.encode())
            await writer.drain()
            await asyncio.sleep(0.05)
            writer.transport.abort()
            return
        status, more = {
            ERRING: ("500 Internal Server Error", ""),
            REDIRECTING: ("302 Found", f"Location: {self.trap}\r\n"),
            GONE: ("410 Gone", ""),
        }.get(kind, ("200 OK", ""))
        head = f"HTTP/1.1 {status}\r\n{more}Content-Length: {len(text)}\r\nConnection: close\r\n\r\n"
        writer.write(f"{head}{text}".encode())
        await writer.drain()

    def _is_signed(self, headers: dict[str, str], body: bytes, at: float) -> bool:
        """Whether each secret signed it but one so new that what was under way cannot know it."""
        due = [each for each, since in self.secrets if since < at - UNDER_WAY_SECONDS] or [self.secrets[0][0]]
        try:
            for secret in due:
                Webhook(secret).verify(body, headers)
        except WebhookVerificationError:
            return False
        return True


async def _read(reader: asyncio.StreamReader) -> tuple[dict[str, str], bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in head[1:] if line)}
    return headers, await reader.readexactly(int(headers.get("content-length", "0")))


@dataclass
class Trap:
    """A server of the inner network that nobody may be led to."""

    port: int = 0
    calls: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/inner"

    async def serve(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.calls += 1
        writer.close()


@asynccontextmanager
async def receivers(names: list[str]) -> AsyncIterator[tuple[dict[str, Receiver], Trap]]:
    """An open receiver for each name, all well as yet."""
    trap = Trap()
    server = await asyncio.start_server(trap.serve, "127.0.0.1", 0)
    trap.port = server.sockets[0].getsockname()[1]
    made = {name: Receiver(name, trap.url) for name in names}
    try:
        for each in made.values():
            await each.open()
        yield made, trap
    finally:
        for each in made.values():
            each.close()
        server.close()
