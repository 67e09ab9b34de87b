"""What the worker reads to deliver notifications, over all organisations."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.models.absconding import AbscondingAlert, AlertNotification
from app.models.organisations import Contact, ContactRole, Organisation, Sandbox
from app.models.placements import Placement
from app.models.pupils import Pupil
from app.queries.absconding_alerts import police_contact
from app.queries.placements import councils_of
from app.rules.absconding import NOTIFICATIONS, AlertState, Channel

MOST_SWEPT = 200
UNDELIVERED = NOTIFICATIONS.states_for("deliver")
_WHOM_FIRST = (ContactRole.SAFEGUARDING_LEAD, ContactRole.AP_OFFICER, ContactRole.HEAD, ContactRole.SENCO)


@dataclass(frozen=True, slots=True)
class Delivery:
    """All that one email says, and to whom it goes; `stands_at` is where a sandbox's clock stands."""

    notification: AlertNotification
    alert: AbscondingAlert
    pupil_name: str
    provider_name: str
    provider_phone: str | None
    contact: Contact | None
    stands_at: datetime | None


async def due_notifications(session: AsyncSession, now: datetime) -> Sequence[UUID]:
    """Emails whose next attempt has come, of alerts that are not closed; `now` is the machine's time."""
    statement = (
        select(col(AlertNotification.id))
        .join(AbscondingAlert, col(AbscondingAlert.id) == col(AlertNotification.alert_id))
        .where(
            col(AlertNotification.channel) == Channel.EMAIL,
            col(AlertNotification.state).in_(UNDELIVERED),
            col(AlertNotification.next_attempt_at) <= now,
            col(AbscondingAlert.state) != AlertState.CLOSED,
        )
        .order_by(col(AlertNotification.next_attempt_at))
        .limit(MOST_SWEPT)
    )
    return (await session.scalars(statement)).all()


async def delivery_of(session: AsyncSession, notification_id: UUID) -> Delivery:
    statement = (
        select(AlertNotification, AbscondingAlert, Placement, Pupil, Organisation, col(Sandbox.stands_at))
        .join(AbscondingAlert, col(AbscondingAlert.id) == col(AlertNotification.alert_id))
        .join(Placement, col(Placement.id) == col(AlertNotification.placement_id))
        .join(Pupil, col(Pupil.id) == col(Placement.pupil_id))
        .join(Organisation, col(Organisation.id) == col(Placement.provider_id))
        .outerjoin(Sandbox, col(Sandbox.id) == col(Organisation.sandbox_id))
        .where(col(AlertNotification.id) == notification_id)
    )
    notification, alert, placement, pupil, provider, stands_at = (await session.execute(statement)).one()
    told = notification.organisation_id
    contact = (
        await police_contact(session, await councils_of(session, placement))
        if told is None
        else await _to_write_to(session, told)
    )
    phones = (c.phone for c in await _contacts(session, provider.id) if c.phone)
    return Delivery(
        notification,
        alert,
        f"{pupil.given_name} {pupil.family_name}",
        provider.name,
        next(phones, None),
        contact,
        stands_at,
    )


async def _to_write_to(session: AsyncSession, organisation_id: UUID) -> Contact | None:
    return next((c for c in await _contacts(session, organisation_id) if c.email), None)


async def _contacts(session: AsyncSession, organisation_id: UUID) -> list[Contact]:
    """An organisation's own people, those first whom a missing child concerns most."""
    statement = select(Contact).where(
        col(Contact.organisation_id) == organisation_id, col(Contact.role).in_(_WHOM_FIRST)
    )
    found = (await session.scalars(statement)).all()
    return sorted(found, key=lambda c: (_WHOM_FIRST.index(c.role), str(c.id)))
