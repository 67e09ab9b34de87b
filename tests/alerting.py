"""Raising alerts and following their emails: what the tests of absconding alerts share."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from pydantic import SecretStr
from sqlalchemy import text

from app.db.embedded_database import Addresses
from app.outbox.jobs import Tools
from app.services.absconding_alerts_delivery import deliver
from tests.placing import owner_session
from tests.world import Party, World

PATH = "/v1/absconding-alerts"
SEEN = {"last_seen_at": "2026-11-24T07:55:00Z", "last_seen_where": "The bus stop"}
FOUND = {"found_at": "2026-11-24T08:00:00Z", "found_by": "Her aunt", "safe": True}


async def raised(world: World, **changes: Any) -> dict[str, Any]:
    answer = await world.provider.post(PATH, {"placement_id": await world.placement(), **SEEN, **changes})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def notification(alert: dict[str, Any], role: str) -> dict[str, Any]:
    return next(n for n in alert["notifications"] if role in n["roles"])


async def read(world: World, alert: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await world.provider.get(f"{PATH}/{alert['id']}")).json()
    return found


async def attempts(party: Party, alert: dict[str, Any], **filters: str) -> list[dict[str, Any]]:
    answer = await party.get(f"{PATH}/{alert['id']}/attempts", **filters)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def emails(party: Party) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await party.get("/v1/sandbox/emails")).json()["items"]
    return items


def due_emails(alert: dict[str, Any]) -> list[UUID]:
    return [UUID(n["id"]) for n in alert["notifications"] if n["channel"] == "email"]


async def carry(tools: Tools, alert: dict[str, Any], *roles: str) -> None:
    """One attempt for each notification, or for those to these roles."""
    for each in alert["notifications"]:
        if not roles or set(roles) & set(each["roles"]):
            await deliver(tools, UUID(each["id"]))


async def make_due(database: Addresses, alert: dict[str, Any]) -> None:
    """What was put off is due now, and whoever was at it has been gone for long."""
    async with owner_session(database.owner) as session:
        statement = (
            "update alert_notifications set next_attempt_at = now() - interval '1 s', claimed_until = null"
            " where alert_id = :id and next_attempt_at is not null"
        )
        await session.execute(text(statement), {"id": UUID(alert["id"])})


async def keep_contacts(party: Party, *contacts: dict[str, Any]) -> None:
    kept = await party.change("PUT", "/v1/contacts", {"contacts": list(contacts)})
    assert kept.status_code == 200, kept.text


async def advance(world: World, minutes: int) -> None:
    moved = await world.provider.post("/v1/sandbox/clock/advance", {"seconds": minutes * 60})
    assert moved.status_code == 200, moved.text


def through(tools: Tools, url: str) -> Tools:
    """The same, with mail going to another server."""
    return Tools(tools.sessions, tools.settings.model_copy(update={"smtp_url": SecretStr(url)}))


@asynccontextmanager
async def mail_server(
    refused: Sequence[str] = (), hanging: Sequence[str] = (), dies: bool = False
) -> AsyncIterator[tuple[str, list[str]]]:
    """A mail server's address, and the recipients whose email it has taken. It refuses some addresses by how they
    begin, says nothing more once it has heard others, or dies in the middle of every message.
    """
    taken: list[str] = []
    shut = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        recipient = ""
        while line := (await reader.readline()).decode().strip():
            answer = b"250 fine\r\n"
            if line.upper().startswith("RCPT TO:"):
                recipient = line.partition("<")[2].partition(">")[0]
                if recipient.startswith(tuple(hanging) or "\n"):
                    await shut.wait()
                answer = b"550 nobody of that name\r\n" if recipient.startswith(tuple(refused) or "\n") else answer
            elif line.upper() == "DATA":
                writer.write(b"354 go on\r\n")
                if dies:
                    await reader.readline()
                    break
                await reader.readuntil(b"\r\n.\r\n")
                taken.append(recipient)
            elif line.upper() == "QUIT":
                writer.write(b"221 bye\r\n")
                break
            writer.write(answer)
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}", taken
    finally:
        shut.set()
        server.close()
