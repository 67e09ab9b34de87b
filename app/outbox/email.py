"""Email: sent by SMTP; in a sandbox without an SMTP server it is kept, so that an integrator can read it."""

from email.message import EmailMessage
from email.utils import make_msgid
from urllib.parse import unquote, urlsplit

import aiosmtplib

from app.models.absconding import Mail
from app.settings import Settings

SMTP_SECONDS = 10


class MailNotConfiguredError(RuntimeError):
    """A live service has no SMTP_URL, so nobody can be told by email."""


async def send_mail(settings: Settings, mail: Mail) -> bool:
    """Sends a plain text. False where there is no server because this is a sandbox: the caller then keeps the mail.

    Takes no session: a server may hang for seconds, and no connection to the database is held meanwhile. Raises
    MailNotConfiguredError, OSError, ValueError for a line break in a header, and aiosmtplib.SMTPException.
    """
    message = _message(settings.mail_from, mail.recipient, mail.subject, mail.body)
    url = settings.smtp_url.get_secret_value()
    if url:
        await _by_smtp(url, message)
        return True
    if not settings.is_sandbox:
        raise MailNotConfiguredError("SMTP_URL is not set")
    return False


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
