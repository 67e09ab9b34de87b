"""Raising an absconding alert: stored as it came, with everybody who must be told, in one transaction.

What is not the alert itself or its notifications is attempted: where the calendar or the police's address cannot be
read, or the event or a job cannot be added, the alert stands. The worker then delivers what no job announced, and tells
what no event told.
"""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.clock import london_day, utc_now
from app.db.savepoint import attempted, or_else
from app.models.absconding import AbscondingAlert, AlertNotification
from app.models.organisations import Contact
from app.models.placements import Placement
from app.outbox.catalogue import EventType
from app.outbox.jobs import enqueue
from app.outbox.recording import record_event
from app.problems import FieldError, Invalid, NotFound, PlacementClosed
from app.queries.absconding_alerts import AlertFile, police_contact
from app.queries.calendars import school_calendar
from app.queries.placements import councils_of, own_placement
from app.queries.pupils import is_closed
from app.rules.absconding import (
    AlertState,
    Channel,
    NotificationState,
    alert_flags,
    notifications_due,
)
from app.rules.placements import placement_status
from app.services.absconding_alerts_intake import ReceivedAlert
from app.services.changes import made

PATH = "/v1/absconding-alerts"
DELIVER = "deliver_notification"
SWEPT_AFTER = timedelta(seconds=5)
"""How long a notification waits for its job before the sweep takes it up."""


async def raise_alert(caller: Caller, session: AsyncSession, received: ReceivedAlert) -> AlertFile:
    """Raises NotFound for a placement that is not the caller's to provide, Invalid where none is named, PlacementClosed
    for one whose child has another identity now: a bare 404 would leave the child unsought.
    """
    if received.placement_id is None:
        raise Invalid([FieldError("/placement_id", "required", "name the placement, here or in the query")])
    try:
        placement = await own_placement(caller, session, received.placement_id)
    except NotFound:
        if await is_closed(caller, session, received.placement_id):
            raise PlacementClosed from None
        raise
    alert = AbscondingAlert(
        **made(caller.now),
        placement_id=placement.id,
        raised_by_id=caller.organisation_id,
        raised_at=caller.now,
        told_at=caller.now,
        state=AlertState.RAISED,
        last_seen_at=received.last_seen_at,
        last_seen_where=received.last_seen_where,
        description=received.description,
        as_received=received.as_received,
        flags=await _flags(caller, session, placement, received),
    )
    session.add(alert)
    await session.flush()
    notifications = await _notify(caller, session, alert, placement)
    if not await attempted(session, "event", lambda: tell_viewers(caller, session, alert, EventType.ALERT_RAISED)):
        alert.told_at = None
        await session.flush()
    return AlertFile(alert, notifications, [])


async def _flags(caller: Caller, session: AsyncSession, placement: Placement, received: ReceivedAlert) -> list[str]:
    calendar = await or_else(session, "calendar", lambda: school_calendar(session, placement.calendar_id), None)
    day = london_day(received.last_seen_at or caller.now)
    flags = alert_flags(
        status=placement_status(placement.state, placement.starts_on, placement.ends_on, caller.today),
        is_pupil_day=calendar is None or calendar.is_pupil_day(day),
        received_at=caller.now,
        left_at=received.last_seen_at,
        last_seen_where=received.last_seen_where,
        as_received=received.flags,
    )
    return [flag.value for flag in flags]


async def _notify(
    caller: Caller, session: AsyncSession, alert: AbscondingAlert, placement: Placement
) -> list[AlertNotification]:
    """Adds the mandatory notifications, and a job for each email; gives them in the order in which they are read."""
    police = await or_else(session, "police", lambda: _police(session, placement), None)
    due = notifications_due(
        commissioner=placement.commissioner_id,
        host_school=placement.host_school_id,
        provider=placement.provider_id,
        police_have_email=police is not None,
    )
    notifications = [
        AlertNotification(
            alert_id=alert.id,
            placement_id=placement.id,
            roles=list(each.roles),
            organisation_id=each.organisation,
            channel=each.channel,
            state=NotificationState.PENDING,
            created_at=caller.now,
            next_attempt_at=_swept_from(),
        )
        for each in due
    ]
    session.add_all(notifications)
    await session.flush()
    for notification in notifications:
        if notification.channel is Channel.EMAIL:
            await _announce(session, notification)
    return sorted(notifications, key=lambda each: each.roles)


async def _police(session: AsyncSession, placement: Placement) -> Contact | None:
    return await police_contact(session, await councils_of(session, placement))


async def _announce(session: AsyncSession, notification: AlertNotification) -> None:
    await attempted(session, "job", lambda: enqueue(session, DELIVER, notification_id=notification.id))


async def tell_viewers(caller: Caller, session: AsyncSession, alert: AbscondingAlert, event: EventType) -> None:
    """Records an event about an alert for all who may see its placement."""
    await record_event(session, event, f"{PATH}/{alert.id}", caller.now, placements=[alert.placement_id])


def _swept_from() -> datetime:
    return utc_now() + SWEPT_AFTER
