"""Email: by SMTP where a server is set, kept in a sandbox, refused elsewhere."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import aiosmtplib
import pytest
from pydantic import SecretStr

from app.models.absconding import Mail
from app.outbox.email import MailNotConfiguredError, send_mail
from app.settings import Settings
from tests.world import World

AT = datetime(2026, 11, 24, 10, 40, tzinfo=UTC)


def mail(world: World, **members: str) -> Mail:
    letter = Mail(
        organisation_id=world.school.id,
        recipient="dsl@example.org",
        subject="A pupil has left – Robin E.",
        body="Last seen at the gate.",
        at=AT,
    )
    for name, value in members.items():
        setattr(letter, name, value)
    return letter


def by(settings: Settings, url: str) -> Settings:
    return settings.model_copy(update={"smtp_url": SecretStr(url)})


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


async def test_mail_goes_to_the_server_that_is_set_and_is_not_kept(world: World, settings: Settings) -> None:
    async with smtp_server() as (url, received):
        assert await send_mail(by(settings, url), mail(world))
    assert len(received) == 1
    assert "To: dsl@example.org" in received[0]
    assert "Last seen at the gate." in received[0]


async def test_a_sandbox_without_a_server_leaves_the_mail_to_be_kept(world: World, settings: Settings) -> None:
    assert not await send_mail(settings, mail(world))


async def test_a_refused_mail_is_a_failure_that_the_caller_sees(world: World, settings: Settings) -> None:
    async with smtp_server(refusing=True) as (url, _):
        with pytest.raises(aiosmtplib.SMTPException):
            await send_mail(by(settings, url), mail(world))


async def test_a_live_service_without_a_server_says_so(world: World, settings: Settings) -> None:
    with pytest.raises(MailNotConfiguredError):
        await send_mail(settings.model_copy(update={"environment": "live"}), mail(world))


@pytest.mark.parametrize("header", ["recipient", "subject"])
async def test_nobody_smuggles_a_header_in(world: World, settings: Settings, header: str) -> None:
    with pytest.raises(ValueError, match="linefeed"):
        await send_mail(settings, mail(world, **{header: "a@example.org\r\nBcc: b@example.org"}))
