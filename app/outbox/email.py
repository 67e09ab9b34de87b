"""Email: sent by SMTP; in a sandbox without an SMTP server it is kept, so that an integrator can read it."""

from datetime import datetime
from email.message import EmailMessage
from email.utils import make_msgid
from urllib.parse import unquote, urlsplit
from uuid import UUID

import aiosmtplib
from sqlalchemy.ext.asyncio import AsyncSession

from app.models.absconding import Mail
from app.settings import Settings

SMTP_SECONDS = 10


class MailNotConfiguredError(RuntimeError):
    """A live service has no SMTP_URL, so nobody can be told by email."""


async def send_mail(
    session: AsyncSession,
    settings: Settings,
    *,
    organisation_id: UUID,
    recipient: str,
    subject: str,
    body: str,
    at: datetime,
) -> None:
    """Sends a plain text. The caller commits only after this returned, so that a failed delivery is tried again.

    `organisation_id` is the recipient's organisation, `at` the domain's time. Raises MailNotConfiguredError, OSError,
    ValueError for a line break in a header, and aiosmtplib.SMTPException.
    """
    message = _message(settings.mail_from, recipient, subject, body)
    if settings.smtp_url:
        await _by_smtp(settings.smtp_url, message)
    elif settings.is_sandbox:
        session.add(Mail(organisation_id=organisation_id, recipient=recipient, subject=subject[:200], body=body, at=at))
        await session.flush()
    else:
        raise MailNotConfiguredError("SMTP_URL is not set")


def _message(sender: str, recipient: str, subject: str, body: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = recipient
    message["Subject"] = subject
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body)
    return message


async def _by_smtp(url: str, message: EmailMessage) -> None:
    """A password is never sent in the clear: with one, STARTTLS is demanded unless the address is smtps://."""
    server = urlsplit(url)
    implicit_tls = server.scheme == "smtps"
    await aiosmtplib.send(
        message,
        hostname=server.hostname,
        port=server.port,
        username=unquote(server.username) if server.username else None,
        password=unquote(server.password) if server.password else None,
        use_tls=implicit_tls,
        start_tls=True if server.username and not implicit_tls else None,
        timeout=SMTP_SECONDS,
    )
