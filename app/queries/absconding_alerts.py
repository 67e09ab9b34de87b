"""Absconding alerts as a caller may see them, each with those told and the calls made."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.absconding import AbscondingAlert, AlertAttempt, AlertCall, AlertNotification, AlertStep
from app.models.organisations import Contact, ContactRole
from app.models.placement_contacts import PlacementContact
from app.models.placements import Placement
from app.problems import NotFound
from app.queries.placements import may_see_on, visible_placement_ids
from app.rules.absconding import MAY_REPEAT_FOR, AlertState

MOST_CALLS = 200


@dataclass(frozen=True, slots=True)
class AlertFile:
    """An alert with what hangs on it, the earliest first."""

    alert: AbscondingAlert
    notifications: Sequence[AlertNotification]
    calls: Sequence[AlertCall]
    steps: Sequence[AlertStep]


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
    """A notification of an alert that the caller has locked: whatever changes the notification's state locks that
    first. Raises NotFound.
    """
    statement = (
        select(AlertNotification)
        .where(col(AlertNotification.id) == notification_id, col(AlertNotification.alert_id) == alert.id)
        .execution_options(populate_existing=True)
    )
    found = (await session.scalars(statement)).one_or_none()
    if found is None:
        raise NotFound
    return found


async def alert_files(session: AsyncSession, alerts: Sequence[AbscondingAlert]) -> list[AlertFile]:
    """The alerts with what hangs on them, in three queries however many they are."""
    ids = [alert.id for alert in alerts]
    notifications = (
        await session.scalars(
            select(AlertNotification)
            .where(col(AlertNotification.alert_id).in_(ids))
            .order_by(col(AlertNotification.created_at), col(AlertNotification.roles), col(AlertNotification.id))
        )
    ).all()
    calls = (
        await session.scalars(
            select(AlertCall).where(col(AlertCall.alert_id).in_(ids)).order_by(col(AlertCall.called_at))
        )
    ).all()
    steps = (
        await session.scalars(
            select(AlertStep).where(col(AlertStep.alert_id).in_(ids)).order_by(col(AlertStep.at), col(AlertStep.number))
        )
    ).all()
    return [
        AlertFile(
            alert,
            [n for n in notifications if n.alert_id == alert.id],
            [c for c in calls if c.alert_id == alert.id],
            [s for s in steps if s.alert_id == alert.id],
        )
        for alert in alerts
    ]


async def police_contacts(session: AsyncSession, councils: Sequence[UUID]) -> list[Contact]:
    """The contacts of the police that these councils keep: those with an email address first, then in the order of the
    councils. Addresses are the first council's alone that has any.
    """
    statement = select(Contact).where(
        col(Contact.organisation_id).in_(councils), col(Contact.role) == ContactRole.POLICE
    )
    found = sorted(
        await session.scalars(statement),
        key=lambda c: (c.email is None, councils.index(c.organisation_id), str(c.id)),
    )
    return [c for c in found if c.email is None or c.organisation_id == found[0].organisation_id]


async def services_told(caller: Caller, session: AsyncSession, placement: Placement) -> list[PlacementContact]:
    """The named people and services that the parties want told of alerts about a placement of the caller's."""
    statement = (
        select(PlacementContact)
        .where(
            col(PlacementContact.placement_id) == placement.id,
            col(PlacementContact.told_alerts),
            may_see_on(caller, col(PlacementContact.placement_id), col(PlacementContact.listed_on)),
        )
        .order_by(col(PlacementContact.role), col(PlacementContact.name), col(PlacementContact.id))
    )
    return list(await session.scalars(statement))


async def earlier_alert(caller: Caller, session: AsyncSession, placement: Placement) -> AbscondingAlert | None:
    """The first open alert about a placement that another may repeat: the same answer as `may_repeat` of the rules."""
    statement = (
        visible_alerts(caller)
        .where(
            col(AbscondingAlert.placement_id) == placement.id,
            col(AbscondingAlert.state) == AlertState.RAISED,
            col(AbscondingAlert.raised_at) >= caller.now - MAY_REPEAT_FOR,
        )
        .order_by(col(AbscondingAlert.raised_at), col(AbscondingAlert.id))
        .limit(1)
    )
    return (await session.scalars(statement)).one_or_none()


def visible_attempts(caller: Caller, alert_id: UUID) -> Select[AlertAttempt]:
    return select(AlertAttempt).where(
        col(AlertAttempt.alert_id) == alert_id, col(AlertAttempt.placement_id).in_(visible_placement_ids(caller))
    )
