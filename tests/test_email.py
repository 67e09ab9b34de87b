"""Email: by SMTP where a server is set, kept in a sandbox, refused elsewhere."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import aiosmtplib
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from app.outbox.email import MailNotConfiguredError, send_mail
from app.settings import Settings
from tests.world import World

AT = datetime(2026, 11, 24, 10, 40, tzinfo=UTC)


def mail(world: World, **members: Any) -> dict[str, Any]:
    return {
        "organisation_id": world.school.id,
        "recipient": "dsl@example.org",
        "subject": "A pupil has left – Robin E.",
        "body": "Last seen at the gate.",
        "at": AT,
        **members,
    }


@asynccontextmanager
async def smtp_server(refusing: bool = False) -> AsyncIterator[tuple[str, list[str]]]:
    """A server that takes mail without asking who sends it, or takes none."""
    received: list[str] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := (await reader.readline()).decode().strip():
            verb = line.split(":")[0].split()[0].upper()
            if verb == "DATA" and not refusing:
                writer.write(b"354 go on\r\n")
                received.append((await reader.readuntil(b"\r\n.\r\n")).decode())
            refused = refusing and verb == "RCPT"
            writer.write(b"550 no\r\n" if refused else b"221 bye\r\n" if verb == "QUIT" else b"250 fine\r\n")
            if verb == "QUIT":
                break
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}", received


async def test_mail_goes_to_the_server_that_is_set_and_is_not_kept(
    app: FastAPI, world: World, settings: Settings
) -> None:
    async with smtp_server() as (url, received), app.state.worker_sessions() as session:
        await send_mail(session, settings.model_copy(update={"smtp_url": url}), **mail(world))
        kept = await session.execute(
            text("select count(*) from mails where organisation_id = :id"), {"id": world.school.id}
        )
        assert kept.scalar_one() == 0
    assert len(received) == 1
    assert "To: dsl@example.org" in received[0]
    assert "Last seen at the gate." in received[0]


async def test_a_refused_mail_is_a_failure_that_the_caller_sees(app: FastAPI, world: World, settings: Settings) -> None:
    async with smtp_server(refusing=True) as (url, _), app.state.worker_sessions() as session:
        with pytest.raises(aiosmtplib.SMTPException):
            await send_mail(session, settings.model_copy(update={"smtp_url": url}), **mail(world))


async def test_a_live_service_without_a_server_says_so(app: FastAPI, world: World, settings: Settings) -> None:
    async with app.state.worker_sessions() as session:
        with pytest.raises(MailNotConfiguredError):
            await send_mail(session, settings.model_copy(update={"environment": "live"}), **mail(world))


@pytest.mark.parametrize("header", ["recipient", "subject"])
async def test_nobody_smuggles_a_header_in(app: FastAPI, world: World, settings: Settings, header: str) -> None:
    async with app.state.worker_sessions() as session:
        with pytest.raises(ValueError, match="linefeed"):
            await send_mail(session, settings, **mail(world, **{header: "a@example.org\r\nBcc: b@example.org"}))
