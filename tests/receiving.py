"""A receiver of webhooks on this machine, and a service that may send to it."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from fastapi import FastAPI
from httpx import Response

from app.db.embedded_database import Addresses
from app.outbox.tools import Tools
from app.outbox.webhook_http import Sender
from app.services.webhook_sending import Sending
from tests.test_events import connect, record
from tests.world import Party

ENDPOINTS = "/v1/webhook-endpoints"
DELIVERIES = "/v1/webhook-deliveries"
ROUNDS = 200


@dataclass(frozen=True)
class Received:
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def message(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def type(self) -> str:
        return str(self.message["type"])

    @property
    def resource(self) -> str:
        return str(self.message["data"]["resource"])


Answering = Callable[[Received], bytes | None]


def status(code: int, *headers: str, body: str = "") -> bytes:
    lines = [f"HTTP/1.1 {code} Said", f"Content-Length: {len(body)}", "Connection: close", *headers, "", body]
    return "\r\n".join(lines).encode()


def well(received: Received) -> bytes:
    """What a good receiver answers."""
    challenge = received.message["data"].get("challenge", "")
    return status(200, body=json.dumps({"challenge": challenge}) if challenge else "")


@dataclass
class Receiver:
    """`answers` may be changed at any time; None hangs until the receiver is closed."""

    port: int = 0
    answers: Answering = well
    received: list[Received] = field(default_factory=list)
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    at_once: int = 0
    most_at_once: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def told(self) -> list[Received]:
        """What was received but for proofs."""
        return [each for each in self.received if each.type != "webhook.proof"]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            received = await _read(reader)
            self.received.append(received)
            answer = self.answers(received)
            if answer is None:
                await self.closing.wait()
            else:
                writer.write(answer)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.at_once -= 1
            writer.close()


async def _read(reader: asyncio.StreamReader) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in head[1:] if line)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Received(head[0].split(" ")[1], headers, body)


@asynccontextmanager
async def receiver(answers: Answering = well, tls: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    made = Receiver(answers=answers)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0, ssl=tls)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        made.closing.set()
        server.close()
        await server.wait_closed()


@contextmanager
def private_receivers(app: FastAPI) -> Iterator[FastAPI]:
    """The service as on an integrator's own machine: receivers may be private."""
    usual = app.state.settings
    app.state.settings = usual.model_copy(update={"webhook_private_receivers": True})
    try:
        yield app
    finally:
        app.state.settings = usual


def sending(app: FastAPI, seconds: float = 5.0) -> Sending:
    """One more worker, as far as webhooks are concerned."""
    tools = Tools(app.state.worker_sessions, app.state.settings)
    return Sending(tools, Sender(private=True, seconds=seconds))


async def until(worker: Sending, happened: Callable[[], bool]) -> None:
    """Works until it has happened: the server's own upkeep can hold the feed's horizon for a moment."""
    for _ in range(ROUNDS):
        await worker.round()
        await worker.settle()
        if happened():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not happen")


async def created(party: Party, url: str, **members: Any) -> dict[str, Any]:
    """A new endpoint, with its secret."""
    made = await party.post(ENDPOINTS, {"url": url, **members})
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


async def proved(party: Party, worker: Sending, receiving: Receiver, **members: Any) -> dict[str, Any]:
    """A new endpoint that is enabled, and whose own event is past."""
    endpoint = await created(party, receiving.url, **members)
    await prove(party, worker, endpoint["id"])
    return endpoint


async def prove(party: Party, worker: Sending, endpoint_id: str) -> Response:
    """Has an endpoint proved; gives the delivery of the proof as it ended."""
    asked = await party.post(f"{ENDPOINTS}/{endpoint_id}/proof", None)
    assert asked.status_code == 201, asked.text
    await worker.round()
    await worker.settle()
    return await party.get(asked.headers["Location"])


async def endpoint_of(party: Party, endpoint_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await party.get(f"{ENDPOINTS}/{endpoint_id}")).json()
    return found


async def deliveries_of(party: Party, endpoint_id: str, **params: Any) -> list[dict[str, Any]]:
    """What was sent to an endpoint but for proofs."""
    found = (await party.get(DELIVERIES, endpoint_id=endpoint_id, limit=200, **params)).json()["items"]
    return [each for each in found if each["type"] != "webhook.proof"]


def happens(database: Addresses, party: Party, times: int = 1, type_: str = "provider.changed") -> list[str]:
    """Something that the party's feed tells; gives the events' resources."""
    with connect(database, autocommit=True) as connection:
        return [record(connection, party, type_) for _ in range(times)]


def by_hand(database: Addresses) -> psycopg.Connection[Any]:
    """The owner's connection: for what only time would bring about."""
    return psycopg.connect(database.owner.replace("+psycopg", "", 1), autocommit=True)
