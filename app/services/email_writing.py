"""Writing an email about attendance, at the moment of sending, for the worker."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from app.clock import london_midnight, utc_now
from app.models.absconding import Mail
from app.models.emails import EmailDelivery
from app.queries.email_content import Recipient, listed_at, recipient_of, sessions_owed, sessions_told
from app.rules.attendance_due import SessionState
from app.rules.attendance_facts import AbsenceReason, Fact
from app.rules.calendars import SchoolSession
from app.rules.emails import DEFAULT_TIMES, FOLLOW_UP_AFTER, ChildNaming, EmailKind, EmailPart, EmailTime
from app.rules.placement_contacts import PlacementContactRole
from app.services.duties_emails import slack
from app.services.email_texts import (
    SessionTold,
    Written,
    changes_text,
    daily_text,
    list_text,
    reminder_text,
)

Writer = Callable[[Sequence[SessionTold], str, date, datetime, UUID], Written]

_WRITERS: dict[EmailKind, Writer] = {
    EmailKind.DAILY_ATTENDANCE: daily_text,
    EmailKind.ATTENDANCE_CHANGES: changes_text,
    EmailKind.MISSING_LIST: list_text,
    EmailKind.MISSING_REMINDER: reminder_text,
}
_ABBREVIATED = {"ap": "AP", "sen": "SEN"}
_OF_THE_DAY = frozenset({EmailKind.DAILY_ATTENDANCE, EmailKind.ATTENDANCE_CHANGES})


@dataclass(frozen=True, slots=True)
class Letter:
    """An email as it goes out; `placement_ids` are those that it tells of. `at` is the world's time."""

    mail: Mail
    placement_ids: tuple[UUID, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class NotWritten:
    """Why there is nothing to send, in a slug."""

    result: str
    at: datetime


async def write_email(
    session: AsyncSession, delivery: EmailDelivery, at: datetime | None = None
) -> Letter | NotWritten:
    """The email as of `at`, or of what time it is in its world; NotWritten where nobody wants it any more."""
    recipient = await recipient_of(session, delivery)
    at = at or (recipient and recipient.stands_at) or utc_now()
    if recipient is None or not recipient.wants or delivery.address is None:
        return NotWritten("not_wanted_any_more", at)
    told = [_told(row) for row in await _rows(session, delivery, slack(recipient.sandbox_id))]
    if delivery.kind is EmailKind.DAILY_ATTENDANCE:
        expected = any(each.state_at(at) is not SessionState.WAIVED for each in told)
        told = told if expected else []
    if not told:
        return NotWritten("nothing_to_tell", at)
    written = _WRITERS[delivery.kind](told, _for_whom(recipient), delivery.on_date, at, delivery.id)
    mail = Mail(
        id=delivery.id,
        organisation_id=delivery.organisation_id,
        recipient=delivery.address,
        subject=written.subject,
        body=written.body,
        at=at,
    )
    return Letter(mail, written.placement_ids, at)


async def _rows(session: AsyncSession, delivery: EmailDelivery, left_out: timedelta) -> Sequence[Row[Any]]:
    if delivery.kind in _OF_THE_DAY:
        return await sessions_told(session, delivery, left_out)
    first = await listed_at(session, delivery, DEFAULT_TIMES[EmailTime.MISSING_LIST])
    due = (london_midnight(delivery.on_date), first)
    if delivery.part is EmailPart.FOLLOW_UP:
        due = (first, first + FOLLOW_UP_AFTER)
    return await sessions_owed(session, delivery.kind, delivery.organisation_id, delivery.on_date, due)


def _told(row: Row[Any]) -> SessionTold:
    values = {each.name: getattr(row, each.name) for each in fields(SessionTold) if each.name != "naming"}
    return SessionTold(
        **values
        | {
            "naming": ChildNaming(row.named_as) if row.named_as else ChildNaming.FULL_NAME,
            "session": SchoolSession(row.session),
            "fact": Fact(row.fact) if row.fact else None,
            "reason": AbsenceReason(row.reason) if row.reason else None,
        }
    )


def _for_whom(recipient: Recipient) -> str:
    if recipient.role in {None, PlacementContactRole.OTHER}:
        return recipient.name
    words = str(recipient.role).split("_")
    return f"{recipient.name} ({' '.join(_ABBREVIATED.get(each, each) for each in words)})"
