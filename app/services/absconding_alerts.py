"""Raising an absconding alert: stored as it came, with everybody who must be told, in one transaction.

What is not the alert itself or its notifications is attempted: where the calendar, the police's address or the named
services cannot be read, or the event cannot be added, the alert stands. The worker delivers by itself what no call
announced to it, and tells what no event told.
"""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.clock import london_day, utc_now
from app.db.savepoint import attempted
from app.models.absconding import AbscondingAlert, AlertNotification
from app.models.placement_contacts import PlacementContact
from app.models.placements import Placement
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.outbox.waking import ALERTS, wake
from app.problems import FieldError, Invalid, NotFound, PlacementClosed
from app.queries.absconding_alerts import AlertFile
from app.queries.placements import own_placement
from app.queries.pupils import is_closed
from app.rules.absconding import (
    AlertFlag,
    AlertState,
    Channel,
    NamedService,
    NotificationState,
    PlannedNotification,
    alert_flags,
    notifications_due,
)
from app.rules.placements import placement_status
from app.services.absconding_alerts_intake import ReceivedAlert
from app.services.absconding_alerts_surroundings import Surroundings, surroundings_of
from app.services.changes import made

PATH = "/v1/absconding-alerts"


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
    around = await surroundings_of(caller, session, placement)
    alert = AbscondingAlert(
        **made(caller.now),
        placement_id=placement.id,
        raised_by_id=caller.organisation_id,
        raised_at=caller.now,
        told_at=caller.now,
        repeats_id=around.earlier.id if around.earlier else None,
        state=AlertState.RAISED,
        last_seen_at=received.last_seen_at,
        last_seen_where=received.last_seen_where,
        description=received.description,
        as_received=received.as_received,
        flags=_flags(caller, placement, received, around),
    )
    session.add(alert)
    await session.flush()
    notifications = _notifications(caller, alert, placement, around)
    session.add_all(notifications)
    await session.flush()
    if not await attempted(session, "event", lambda: _announce(caller, session, alert)):
        alert.told_at = None
        await session.flush()
    return AlertFile(alert, notifications, [], [])


async def _announce(caller: Caller, session: AsyncSession, alert: AbscondingAlert) -> None:
    """Tells those who see the placement, and calls the worker, which looks by itself where the call fails."""
    await tell_viewers(caller, session, alert, EventType.ALERT_RAISED)
    await wake(session, ALERTS)


def _flags(caller: Caller, placement: Placement, received: ReceivedAlert, around: Surroundings) -> list[str]:
    day = london_day(received.last_seen_at or caller.now)
    repeats = {AlertFlag.MAY_REPEAT} if around.earlier is not None else set()
    flags = alert_flags(
        status=placement_status(placement.state, placement.starts_on, placement.ends_on, caller.today),
        is_pupil_day=around.calendar is None or around.calendar.is_pupil_day(day),
        received_at=caller.now,
        left_at=received.last_seen_at,
        last_seen_where=received.last_seen_where,
        as_received=received.flags | repeats,
    )
    return [flag.value for flag in flags]


def _notifications(
    caller: Caller, alert: AbscondingAlert, placement: Placement, around: Surroundings
) -> list[AlertNotification]:
    """A notification for each who is told, in the order in which they are read."""
    due = notifications_due(
        commissioner=placement.commissioner_id,
        host_school=placement.host_school_id,
        provider=placement.provider_id,
        police_have_email=any(contact.email for contact in around.police),
        services=[NamedService(each.email, each.phone) for each in around.services],
    )
    to_call = next((contact.phone for contact in around.police if contact.phone), None)
    notifications = [_notification(caller, alert, each, around.services, to_call) for each in due]
    return sorted(notifications, key=lambda each: (each.roles, str(each.id)))


def _notification(
    caller: Caller,
    alert: AbscondingAlert,
    planned: PlannedNotification,
    services: Sequence[PlacementContact],
    police_phone: str | None,
) -> AlertNotification:
    """A notification whose first attempt is due at once, or a call that is needed at once."""
    by_email = planned.channel is Channel.EMAIL
    service = None if planned.service is None else services[planned.service]
    notification = AlertNotification(
        alert_id=alert.id,
        placement_id=alert.placement_id,
        roles=list(planned.roles),
        organisation_id=planned.organisation,
        channel=planned.channel,
        state=NotificationState.PENDING,
        phone=None if by_email else police_phone,
        created_at=caller.now,
        next_attempt_at=utc_now() if by_email else None,
        call_needed_at=None if by_email else caller.now,
    )
    if service is not None:
        notification.contact_role, notification.contact_name = service.role, service.name
        notification.contact_email, notification.contact_of_id = service.email, service.kept_by_id
        notification.phone = service.phone
    return notification


async def tell_viewers(caller: Caller, session: AsyncSession, alert: AbscondingAlert, event: EventType) -> None:
    """Records an event about an alert for all who may see its placement."""
    await record_event(session, event, f"{PATH}/{alert.id}", caller.now, placements=[alert.placement_id])
