"""Email: by SMTP or by GOV.UK Notify where either is set, kept in a sandbox, refused elsewhere."""

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import aiosmtplib
import pytest
from jose import jwt

from app.models.absconding import Mail
from app.outbox.email import MailFailure, MailNotConfiguredError, failure_of, send_mail
from app.outbox.notify import NotifyError
from app.settings import Settings
from tests.mail_servers import SECRET, SERVICE_ID, TEMPLATE_ID, by_notify, by_smtp, notify_server, smtp_server
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


async def test_mail_goes_to_the_server_that_is_set_and_is_not_kept(world: World, settings: Settings) -> None:
    letter = mail(world)
    async with smtp_server() as server:
        assert await send_mail(by_smtp(settings, server.url), letter)
    assert len(server.received) == 1
    assert "To: dsl@example.org" in server.received[0]
    assert "Last seen at the gate." in server.received[0]
    assert abs(parsedate_to_datetime(server.header("Date")[0]) - datetime.now(UTC)) < timedelta(minutes=1)
    assert server.header("Message-ID") == [f"<{letter.id}@waymark.example>"]


async def test_a_burst_of_mails_greets_the_server_once(world: World, settings: Settings) -> None:
    async with smtp_server() as server:
        await send_mail(by_smtp(settings, server.url), mail(world))
        for _ in range(9):
            await send_mail(by_smtp(settings, server.url), mail(world))
        assert (len(server.received), server.connections) == (10, 1)
        await asyncio.gather(*(send_mail(by_smtp(settings, server.url), mail(world)) for _ in range(4)))
        assert (len(server.received), server.connections) == (14, 4)


async def test_a_connection_that_the_server_has_closed_is_not_used_again(world: World, settings: Settings) -> None:
    async with smtp_server(dies=True) as server:
        with pytest.raises(aiosmtplib.SMTPException):
            await send_mail(by_smtp(settings, server.url), mail(world))
        server.dies = False
        assert await send_mail(by_smtp(settings, server.url), mail(world))
        assert server.connections == 2


async def test_a_sandbox_without_a_server_leaves_the_mail_to_be_kept(world: World, settings: Settings) -> None:
    assert not await send_mail(settings, mail(world))


@pytest.mark.parametrize(
    ("behaviour", "failure"),
    [
        pytest.param({"refuses": frozenset({"dsl@"})}, MailFailure("address_refused", final=True), id="refused"),
        pytest.param({"defers": frozenset({"dsl@"})}, MailFailure("address_refused"), id="refused for now"),
        *(
            pytest.param(
                {"refuses": frozenset({"dsl@"}), "refusal": said}, MailFailure("address_refused", final), id=said
            )
            for said, final in (
                ("550 5.1.1 no such user", True),
                ("553 5.1.3 bad address", True),
                ("552 5.2.1 mailbox disabled", True),
                ("554 5.7.1 Relay access denied", False),
                ("550 5.7.26 not authenticated", False),
                ("530 Authentication required", False),
                ("554 no", False),
            )
        ),
        pytest.param({"drops": True}, MailFailure("mail_server_unreachable"), id="dropped"),
    ],
)
async def test_a_refused_mail_is_a_failure_that_the_caller_sees(
    world: World, settings: Settings, behaviour: dict[str, object], failure: MailFailure
) -> None:
    async with smtp_server(**behaviour) as server:
        with pytest.raises(aiosmtplib.SMTPException) as refused:
            await send_mail(by_smtp(settings, server.url), mail(world))
        assert failure_of(refused.value) == failure
        server.refuses = server.defers = frozenset()
        server.drops = False
        assert await send_mail(by_smtp(settings, server.url), mail(world))


async def test_a_server_that_is_not_there_is_unreachable(world: World, settings: Settings) -> None:
    with pytest.raises(OSError) as refused:  # noqa: PT011
        await send_mail(by_smtp(settings, "smtp://127.0.0.1:1"), mail(world))
    assert failure_of(refused.value) == MailFailure("mail_server_unreachable")


async def test_a_live_service_without_a_server_says_so(world: World, settings: Settings) -> None:
    with pytest.raises(MailNotConfiguredError) as refused:
        await send_mail(settings.model_copy(update={"environment": "live"}), mail(world))
    assert failure_of(refused.value) == MailFailure("email_not_configured")


@pytest.mark.parametrize("header", ["recipient", "subject"])
async def test_nobody_smuggles_a_header_in(world: World, settings: Settings, header: str) -> None:
    with pytest.raises(ValueError, match=r"linefeed|one address") as refused:
        await send_mail(settings, mail(world, **{header: "a@example.org\r\nBcc: b@example.org"}))
    assert failure_of(refused.value) == MailFailure("address_not_valid", final=True)


@pytest.mark.parametrize(
    "written", ["dsl,thief@evil.example", "x<thief@evil.example>", "dsl;thief@evil.example", "(a)b@c.d"]
)
async def test_what_is_not_one_address_is_sent_to_nobody(world: World, settings: Settings, written: str) -> None:
    """The contract takes them for addresses; a mail server would take them for two, or for another."""
    async with smtp_server() as server:
        with pytest.raises(ValueError, match="not one address") as refused:
            await send_mail(by_smtp(settings, server.url), mail(world, recipient=written))
    assert failure_of(refused.value) == MailFailure("address_not_valid", final=True)
    assert server.recipients == []


async def test_notify_is_asked_once_by_a_token_of_our_own(world: World, settings: Settings) -> None:
    letter = mail(world)
    async with notify_server(201) as server:
        assert await send_mail(by_notify(settings, server.url), letter)
    ((first, headers, body),) = server.requests
    assert first == "POST /v2/notifications/email HTTP/1.1"
    assert body == {
        "email_address": "dsl@example.org",
        "template_id": TEMPLATE_ID,
        "personalisation": {"subject": "A pupil has left – Robin E.", "body": "Last seen at the gate."},
        "reference": str(letter.id),
    }
    claims = jwt.decode(headers["authorization"].removeprefix("Bearer "), SECRET, algorithms=["HS256"])
    assert claims.keys() == {"iss", "iat"}
    assert claims["iss"] == SERVICE_ID
    assert abs(claims["iat"] - datetime.now(UTC).timestamp()) < 30


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (400, MailFailure("notify_refused")),
        (401, MailFailure("notify_key_refused")),
        (403, MailFailure("notify_key_refused")),
        (404, MailFailure("notify_refused")),
        (408, MailFailure("notify_refused")),
        (429, MailFailure("notify_too_many")),
        (302, MailFailure("notify_failed")),
        (500, MailFailure("notify_failed")),
        (503, MailFailure("notify_failed")),
    ],
)
async def test_what_notify_answers_is_final_or_not(
    world: World, settings: Settings, status: int, failure: MailFailure
) -> None:
    async with notify_server(status) as server:
        with pytest.raises(NotifyError) as refused:
            await send_mail(by_notify(settings, server.url), mail(world))
    assert failure_of(refused.value) == failure
    assert len(server.requests) == 1


async def test_an_address_that_notify_does_not_take_is_final(world: World, settings: Settings) -> None:
    says = '{"errors": [{"error": "ValidationError", "message": "email_address Not a valid email address"}]}'
    async with notify_server(400, says=says) as server:
        with pytest.raises(NotifyError) as refused:
            await send_mail(by_notify(settings, server.url), mail(world))
    assert failure_of(refused.value) == MailFailure("notify_refused", final=True)


async def test_a_notify_that_is_not_there_is_unreachable(world: World, settings: Settings) -> None:
    with pytest.raises(NotifyError) as refused:
        await send_mail(by_notify(settings, "http://127.0.0.1:1"), mail(world))
    assert failure_of(refused.value) == MailFailure("notify_unreachable")
