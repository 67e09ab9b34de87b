"""What the worker notes of its attempts to deliver a notification.

Each note is one statement that looks at the present state, so that an acknowledgement that comes meanwhile is never
overwritten; which state may follow which is for the table in the rules to say. The alert is touched before its
notification, as everywhere, so that nobody waits for each other.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, or_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.models.absconding import AbscondingAlert, AlertNotification
from app.queries.absconding_alerts_delivery import UNDELIVERED
from app.rules.absconding import NOTIFICATIONS, Channel


async def claim_attempt(session: AsyncSession, notification_id: UUID, now: datetime, *, until: datetime) -> int | None:
    """The number of the attempt that the caller may make before `until`; None where none is due."""
    statement = (
        update(AlertNotification)
        .where(
            col(AlertNotification.id) == notification_id,
            col(AlertNotification.channel) == Channel.EMAIL,
            col(AlertNotification.state).in_(UNDELIVERED),
            or_(col(AlertNotification.attempts) == 0, col(AlertNotification.next_attempt_at) <= now),
        )
        .values(attempts=col(AlertNotification.attempts) + 1, next_attempt_at=until)
        .returning(col(AlertNotification.attempts))
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def note_sent(session: AsyncSession, notification: AlertNotification, at: datetime) -> None:
    await _note(session, notification, at, state=_after("deliver"), delivered_at=at, last_result="sent")


async def note_phone_task(session: AsyncSession, notification: AlertNotification, at: datetime) -> None:
    await _note(session, notification, at, channel=Channel.PHONE, last_result="no_email_address")


async def note_failure(session: AsyncSession, notification_id: UUID, result: str, *, again_at: datetime) -> None:
    await session.execute(
        update(AlertNotification)
        .where(
            col(AlertNotification.id) == notification_id,
            col(AlertNotification.state).in_(NOTIFICATIONS.states_for("fail")),
        )
        .values(state=_after("fail"), last_result=result, next_attempt_at=again_at)
    )


def _after(verb: str) -> ColumnElement[Any]:
    """The state that the table gives after `verb`; the present one where it is not possible."""
    state = col(AlertNotification.state)
    moves = [(state == row.before, row.after) for row in NOTIFICATIONS.transitions if row.verb == verb]
    return case(*moves, else_=state)


async def _note(session: AsyncSession, notification: AlertNotification, at: datetime, **values: Any) -> None:
    await session.execute(
        update(AbscondingAlert).where(col(AbscondingAlert.id) == notification.alert_id).values(changed_at=at)
    )
    await session.execute(
        update(AlertNotification).where(col(AlertNotification.id) == notification.id).values(**values)
    )
