"""Delivering the notifications of an alert: done by the worker, each on its own, until it has arrived.

A job starts the first attempt at once. Whatever becomes of the job, the sweep takes up each notification whose next
attempt has come: one whose job was never added, whose worker was killed, or that failed before. An attempt is claimed
for a few seconds, so that two workers do not send the same email; a worker killed between sending and noting it is
the one case in which somebody is told twice.
"""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from aiosmtplib import SMTPException
from procrastinate import JobContext
from sqlalchemy.ext.asyncio import AsyncSession

from app.clock import utc_now
from app.models.absconding import Mail
from app.outbox.catalogue import EventType
from app.outbox.email import MailNotConfiguredError, send_mail
from app.outbox.jobs import QUEUE, Tools, jobs, tools_of
from app.outbox.recording import record_event
from app.queries.absconding_alerts_delivery import Delivery, delivery_of, due_notifications
from app.rules.absconding import after_attempts
from app.services.absconding_alerts import DELIVER, PATH
from app.services.absconding_alerts_attempts import claim_attempt, note_failure, note_phone_task, note_sent
from app.services.absconding_alerts_text import alert_email

SEND_SECONDS = 7
CLAIMED_FOR = timedelta(seconds=SEND_SECONDS + 3)
MOST_AT_ONCE = 8

_log = structlog.get_logger("waymark.alerts")


@jobs.task(name=DELIVER, queue=QUEUE, pass_context=True)
async def deliver_notification(context: JobContext, notification_id: str) -> None:
    await deliver(tools_of(context), UUID(notification_id))


async def deliver_due(tools: Tools) -> int:
    """Attempts every notification whose time has come, some at once so that one that hangs delays no other."""
    async with tools.sessions() as session:
        due = await due_notifications(session, utc_now())
    places = asyncio.Semaphore(MOST_AT_ONCE)

    async def in_turn(notification_id: UUID) -> None:
        async with places:
            await deliver(tools, notification_id)

    ended = await asyncio.gather(*(in_turn(each) for each in due), return_exceptions=True)
    for notification_id, outcome in zip(due, ended, strict=True):
        if isinstance(outcome, BaseException):
            _log.error("alert_not_attempted", notification_id=str(notification_id), exc_info=outcome)
    return len(due)


async def deliver(tools: Tools, notification_id: UUID) -> None:
    """One attempt, where one is due and nobody else is at it. Its outcome is kept in the notification.

    No connection to the database is held while a mail server is waited for: one that hangs starves nothing else.
    """
    attempt = await _claimed(tools, notification_id)
    if attempt is None:
        return
    try:
        async with asyncio.timeout(SEND_SECONDS):
            delivery = await _read(tools, notification_id)
            mail = _mail(delivery)
            sent = mail is not None and await send_mail(tools.settings, mail)
    except Exception as error:
        _log.warning("alert_not_delivered", notification_id=str(notification_id), attempt=attempt, exc_info=True)
        await _failed(tools, notification_id, attempt, _result(error))
        return
    async with tools.sessions() as session:
        if mail is None:
            await _call_instead(session, delivery)
        else:
            session.add_all([] if sent else [mail])
            await note_sent(session, delivery.notification, _at(delivery))
        await session.commit()


async def _claimed(tools: Tools, notification_id: UUID) -> int | None:
    async with tools.sessions() as session:
        now = utc_now()
        attempt = await claim_attempt(session, notification_id, now, until=now + CLAIMED_FOR)
        await session.commit()
    return attempt


async def _read(tools: Tools, notification_id: UUID) -> Delivery:
    async with tools.sessions() as session:
        return await delivery_of(session, notification_id)


def _mail(delivery: Delivery) -> Mail | None:
    """The email to send; None where nobody has an address."""
    contact = delivery.contact
    if contact is None or contact.email is None:
        return None
    subject, body = alert_email(delivery)
    return Mail(
        organisation_id=contact.organisation_id,
        recipient=contact.email,
        subject=subject[:200],
        body=body,
        at=_at(delivery),
    )


def _at(delivery: Delivery) -> datetime:
    return delivery.stands_at or utc_now()


async def _call_instead(session: AsyncSession, delivery: Delivery) -> None:
    """Nobody has an address: it becomes a task to phone, and the provider is told so by the feed."""
    notification, at = delivery.notification, _at(delivery)
    await note_phone_task(session, notification, at)
    await record_event(
        session,
        EventType.ALERT_CALL_NEEDED,
        f"{PATH}/{notification.alert_id}",
        at,
        placements=[notification.placement_id],
    )


async def _failed(tools: Tools, notification_id: UUID, attempt: int, result: str) -> None:
    async with tools.sessions() as session:
        await note_failure(session, notification_id, result, again_at=utc_now() + after_attempts(attempt))
        await session.commit()


def _result(error: Exception) -> str:
    """What went wrong, in a slug: an exception's text may quote an address."""
    known: dict[type[Exception], str] = {
        MailNotConfiguredError: "email_not_configured",
        TimeoutError: "timed_out",
        SMTPException: "mail_server_refused",
        OSError: "mail_server_unreachable",
    }
    return next((slug for kind, slug in known.items() if isinstance(error, kind)), "not_sent")
