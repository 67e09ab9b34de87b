"""Absconding alerts as a caller may see them, each with those told and the calls made."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.absconding import AbscondingAlert, AlertCall, AlertNotification
from app.models.organisations import Contact, ContactRole
from app.problems import NotFound
from app.queries.placements import visible_placement_ids

MOST_CALLS = 200


@dataclass(frozen=True, slots=True)
class AlertFile:
    """An alert with what hangs on it, the earliest first."""

    alert: AbscondingAlert
    notifications: Sequence[AlertNotification]
    calls: Sequence[AlertCall]


def visible_alerts(caller: Caller) -> Select[AbscondingAlert]:
    return select(AbscondingAlert).where(col(AbscondingAlert.placement_id).in_(visible_placement_ids(caller)))


async def visible_alert(
    caller: Caller, session: AsyncSession, alert_id: UUID, *, lock: bool = False
) -> AbscondingAlert:
    """Raises NotFound."""
    statement = visible_alerts(caller).where(col(AbscondingAlert.id) == alert_id)
    if lock:
        locked = statement.with_for_update(of=AbscondingAlert, key_share=True)
        statement = locked.execution_options(populate_existing=True)
    found = (await session.scalars(statement)).one_or_none()
    if found is None:
        raise NotFound
    caller.sees_placements(found.placement_id)
    return found


async def notification_of(session: AsyncSession, alert: AbscondingAlert, notification_id: UUID) -> AlertNotification:
    """A notification of an alert that the caller was shown to see, locked. Raises NotFound."""
    statement = (
        select(AlertNotification)
        .where(col(AlertNotification.id) == notification_id, col(AlertNotification.alert_id) == alert.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    found = (await session.scalars(statement)).one_or_none()
    if found is None:
        raise NotFound
    return found


async def alert_files(session: AsyncSession, alerts: Sequence[AbscondingAlert]) -> list[AlertFile]:
    """The alerts with what hangs on them, in two queries however many they are."""
    ids = [alert.id for alert in alerts]
    notifications = (
        await session.scalars(
            select(AlertNotification)
            .where(col(AlertNotification.alert_id).in_(ids))
            .order_by(col(AlertNotification.created_at), col(AlertNotification.roles))
        )
    ).all()
    calls = (
        await session.scalars(
            select(AlertCall).where(col(AlertCall.alert_id).in_(ids)).order_by(col(AlertCall.called_at))
        )
    ).all()
    return [
        AlertFile(
            alert,
            [n for n in notifications if n.alert_id == alert.id],
            [c for c in calls if c.alert_id == alert.id],
        )
        for alert in alerts
    ]


async def police_contact(session: AsyncSession, councils: Sequence[UUID]) -> Contact | None:
    """The police contact with an email address that the first of these councils has given."""
    statement = select(Contact).where(
        col(Contact.organisation_id).in_(councils),
        col(Contact.role) == ContactRole.POLICE,
        col(Contact.email).is_not(None),
    )
    found = {contact.organisation_id: contact for contact in await session.scalars(statement)}
    return next((found[council] for council in councils if council in found), None)
