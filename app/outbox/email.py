"""Email: sent by SMTP or by GOV.UK Notify; a sandbox with neither keeps it, so that an integrator can read it.

The id of a mail makes its Message-ID, or Notify's reference: one that is sent twice is recognised as the same.
"""

import re
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

from aiosmtplib import SMTPException, SMTPRecipientRefused, SMTPRecipientsRefused, SMTPResponseException

from app.clock import utc_now
from app.models.absconding import Mail
from app.outbox.notify import NotifyError, close_client, send_by_notify
from app.outbox.smtp import close_connections, connections_to
from app.settings import Settings

_NO_SUCH_ADDRESS = frozenset({550, 551, 553})
_ENHANCED = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}\b")


class MailNotConfiguredError(RuntimeError):
    """A live service has neither SMTP_URL nor NOTIFY_API_KEY, so nobody can be told by email."""


@dataclass(frozen=True, slots=True)
class MailFailure:
    """Why an email was not sent, in a slug; `final` says that trying again is of no use."""

    result: str
    final: bool = False


async def send_mail(settings: Settings, mail: Mail) -> bool:
    """Sends a plain text. False where it goes nowhere because this is a sandbox: the caller then keeps the mail.

    Takes no session: a server may hang for seconds, and no connection to the database is held meanwhile. Raises
    MailNotConfiguredError, OSError, ValueError for what is not one address, NotifyError and
    aiosmtplib.SMTPException; `failure_of` says what each means.
    """
    message = _message(settings.mail_from, mail)
    if settings.uses_notify:
        await send_by_notify(settings, mail.recipient, mail.subject, mail.body, str(mail.id))
        return True
    if not settings.keeps_mails:
        await connections_to(settings.smtp_url.get_secret_value()).send(message)
        return True
    if not settings.is_sandbox:
        raise MailNotConfiguredError("neither SMTP_URL nor NOTIFY_API_KEY is set")
    return False


def failure_of(error: Exception) -> MailFailure:
    """What went wrong, in a slug: an exception's text may quote an address."""
    if isinstance(error, NotifyError):
        return MailFailure(error.result, error.final)
    if isinstance(error, SMTPRecipientsRefused):
        return MailFailure("address_refused", all(_is_of_address(each) for each in error.recipients))
    if isinstance(error, SMTPResponseException):
        return MailFailure("mail_server_refused")
    known: dict[type[Exception], MailFailure] = {
        MailNotConfiguredError: MailFailure("email_not_configured"),
        TimeoutError: MailFailure("timed_out"),
        OSError: MailFailure("mail_server_unreachable"),
        SMTPException: MailFailure("mail_server_failed"),
        ValueError: MailFailure("address_not_valid", final=True),
    }
    return next((failure for kind, failure in known.items() if isinstance(error, kind)), MailFailure("not_sent"))


def _is_of_address(refused: SMTPRecipientRefused) -> bool:
    """Whether the address itself is at fault (RFC 3463: 5.1 and 5.2), rather than the server or the way we use it.

    Relaying that is denied, say, is for the operator to mend, and the email then still goes.
    """
    enhanced = _ENHANCED.match(refused.message)
    if enhanced:
        return enhanced[0].startswith(("5.1.", "5.2."))
    return refused.code in _NO_SUCH_ADDRESS


async def close_mail_connections() -> None:
    """Closes what is kept open to send the next email sooner."""
    close_connections()
    await close_client()


def _message(sender: str, mail: Mail) -> EmailMessage:
    if parseaddr(mail.recipient) != ("", mail.recipient):
        raise ValueError("not one address")
    message = EmailMessage()
    message["From"] = sender
    message["To"] = mail.recipient
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(utc_now())
    message["Message-ID"] = f"<{mail.id}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.body)
    return message
