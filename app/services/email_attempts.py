"""What is noted of the attempts to send an email. The row is locked by whoever notes.

An attempt that began and has no result is one whose worker was killed: whether it was sent nobody knows.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.models.emails import EmailDelivery
from app.outbox.catalogue import EventType
from app.outbox.email import MailFailure
from app.outbox.recording import record_event
from app.rules.emails import EMAIL_DELIVERIES, retry_after
from app.rules.verdict import Refused
from app.services.duties_emails import PATH


async def begin(session: AsyncSession, delivery: EmailDelivery, at: datetime, *, next_attempt_at: datetime) -> None:
    """An attempt begins; nobody else makes one before `next_attempt_at`."""
    delivery.attempts = [*delivery.attempts, {"at": at.isoformat(), "result": None}]
    delivery.next_attempt_at = next_attempt_at
    _changed(delivery, at)
    await session.flush()


def end_sent(delivery: EmailDelivery, at: datetime, told: Iterable[UUID], *, attempt: int | None = None) -> None:
    """`at` is the time as of which it was written."""
    if _moved(delivery, "send"):
        delivery.sent_at = at
        delivery.placement_ids = [*told]
        _ended(delivery, "sent", at, attempt)


def end_not_needed(delivery: EmailDelivery, at: datetime, result: str, *, attempt: int | None = None) -> None:
    if _moved(delivery, "leave_out"):
        _ended(delivery, result, at, attempt)


async def end_failed(
    session: AsyncSession,
    delivery: EmailDelivery,
    failure: MailFailure,
    *,
    now: datetime,
    attempt: int | None = None,
) -> None:
    """To be tried again, or given up where that is of no use any more: the organisation is then told by the feed."""
    again_at = now + retry_after(len(delivery.attempts))
    given_up = failure.final or again_at >= delivery.useful_until
    if not _moved(delivery, "give_up" if given_up else "fail"):
        return
    delivery.next_attempt_at = again_at
    if failure.result == "too_late":
        delivery.attempts = [*delivery.attempts, {"at": now.isoformat(), "result": failure.result}]
        _changed(delivery, now)
    else:
        _ended(delivery, failure.result, now, attempt)
    await session.flush()
    if given_up:
        path = f"{PATH}/{delivery.id}"
        await record_event(session, EventType.EMAIL_NOT_DELIVERED, path, now, organisations=[delivery.organisation_id])


def _moved(delivery: EmailDelivery, verb: str) -> bool:
    """Moves it on as the table in the rules has it; False where it has been settled meanwhile."""
    after = EMAIL_DELIVERIES.move(delivery.state, verb)
    if isinstance(after, Refused):
        return False
    delivery.state = after
    return True


def _ended(delivery: EmailDelivery, result: str, at: datetime, attempt: int | None) -> None:
    """Gives the attempt of that number, or the last one, its result."""
    number = attempt or len(delivery.attempts)
    delivery.attempts = [
        each | {"result": result} if n == number else each for n, each in enumerate(delivery.attempts, start=1)
    ]
    _changed(delivery, at)


def _changed(delivery: EmailDelivery, at: datetime) -> None:
    delivery.changed_at = max(delivery.changed_at, at)
    delivery.version += 1
