"""One attempt to write to one address: the record of it, and the email."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid5

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.clock import utc_now
from app.models.absconding import AlertAttempt, Mail
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
    """The email, whose id is that of another attempt to say the same to the same address: it can be recognised."""
    subject, body = alert_email(delivery)
    notification = delivery.notification
    return Mail(
        id=uuid5(notification.id, f"{notification.escalations} {address.email}"),
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


async def keep_mails(session: AsyncSession, mails: Sequence[Mail]) -> None:
    """Keeps a sandbox's emails, each once."""
    if mails:
        await session.execute(insert(Mail).on_conflict_do_nothing(), [mail.model_dump() for mail in mails])
