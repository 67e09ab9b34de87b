"""One attempt to write to one address: the record of it, the email, and what went wrong, in a slug."""

from datetime import datetime

from aiosmtplib import SMTPException, SMTPRecipientsRefused

from app.clock import utc_now
from app.models.absconding import AlertAttempt, Mail
from app.outbox.email import MailNotConfiguredError
from app.queries.absconding_alerts_delivery import Address, Delivery
from app.rules.absconding import Channel
from app.services.absconding_alerts_attempts import Claim
from app.services.absconding_alerts_text import alert_email, shown_address


def attempt_at(claim: Claim, delivery: Delivery, address: Address) -> AlertAttempt:
    return AlertAttempt(
        alert_id=delivery.alert.id,
        notification_id=claim.notification_id,
        placement_id=delivery.alert.placement_id,
        number=claim.number,
        organisation_id=address.organisation_id,
        contact_role=address.role,
        sent_to=shown_address(address.email),
        began_at=instant_of(delivery),
    )


def mail_to(delivery: Delivery, address: Address) -> Mail:
    subject, body = alert_email(delivery)
    return Mail(
        organisation_id=address.organisation_id,
        recipient=address.email,
        subject=subject[:200],
        body=body,
        at=instant_of(delivery),
    )


def instant_of(delivery: Delivery) -> datetime:
    """The instant as those who read it count: where a sandbox's clock stands."""
    return delivery.stands_at or utc_now()


def is_about_a_call(delivery: Delivery) -> bool:
    return delivery.notification.channel is Channel.PHONE


def result_of(error: Exception) -> str:
    known: dict[type[Exception], str] = {
        MailNotConfiguredError: "email_not_configured",
        TimeoutError: "timed_out",
        SMTPRecipientsRefused: "address_refused",
        ConnectionError: "mail_server_unreachable",
        SMTPException: "mail_server_refused",
        OSError: "mail_server_unreachable",
    }
    return next((slug for kind, slug in known.items() if isinstance(error, kind)), "not_sent")
