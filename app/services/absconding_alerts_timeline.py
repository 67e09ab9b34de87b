"""The timeline of an alert: chronological, and of the same instant in the order in which it was told."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.absconding import AbscondingAlert, AlertCall, AlertNotification, AlertStep
from app.queries.absconding_alerts import AlertFile
from app.rules.absconding import AlertRole
from app.schemas.absconding_alerts import TimelineEntry


def timeline(found: AlertFile) -> list[TimelineEntry]:
    """Everything that happened. Of one instant the alert comes first, then what followed as it was told."""
    alert = found.alert
    told = {notification.id: notification for notification in found.notifications}
    entries = [*_of_alert(alert), *(_of_step(step, told) for step in found.steps)]
    return sorted(entries, key=lambda entry: entry.at)


def note_step(
    caller: Caller,
    session: AsyncSession,
    alert: AbscondingAlert,
    what: str,
    role: str,
    name: str | None = None,
    *,
    at: datetime | None = None,
    notification: AlertNotification | None = None,
    call: AlertCall | None = None,
) -> None:
    """Adds what the caller has just done, or tells of `at`: `name` is the person, `role` the caller's part."""
    session.add(
        AlertStep(
            alert_id=alert.id,
            placement_id=alert.placement_id,
            what=what,
            at=at or caller.now,
            recorded_at=caller.now,
            by_id=caller.organisation_id,
            by_role=role,
            by_name=name,
            notification_id=notification.id if notification else None,
            call_id=call.id if call else None,
        )
    )


def _of_alert(alert: AbscondingAlert) -> list[TimelineEntry]:
    seen = [] if alert.last_seen_at is None else [("last_seen", alert.last_seen_at)]
    return [
        TimelineEntry(
            at=at,
            what=what,
            by=None,
            organisation_id=alert.raised_by_id,
            role="provider",
            told=[],
            notification_id=None,
            call_id=None,
        )
        for what, at in (*seen, ("raised", alert.raised_at))
    ]


def _of_step(step: AlertStep, told: dict[UUID, AlertNotification]) -> TimelineEntry:
    notification = told.get(step.notification_id) if step.notification_id else None
    return TimelineEntry(
        at=step.at,
        what=step.what,
        by=step.by_name,
        organisation_id=step.by_id,
        role=step.by_role,
        told=[AlertRole(role) for role in notification.roles] if notification else [],
        notification_id=step.notification_id,
        call_id=step.call_id,
    )
