"""What happens after an alert was raised: acknowledged, called about, found, closed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.absconding import AbscondingAlert, AlertCall, AlertNotification
from app.outbox.catalogue import EventType
from app.problems import Conflict, FieldError, Invalid, NotFound
from app.queries.absconding_alerts import (
    MOST_CALLS,
    AlertFile,
    alert_files,
    notification_of,
    visible_alert,
)
from app.rules.absconding import (
    ALERTS,
    CLOCKS_MAY_DIFFER,
    NOTIFICATIONS,
    AlertRole,
    Channel,
    may_acknowledge,
    verb_of_call,
)
from app.rules.agreements import PartyRole
from app.schemas.absconding_alerts import AlertAcknowledge, AlertClose, AlertLogCall, AlertResolve
from app.services.absconding_alerts import tell_viewers
from app.services.absconding_alerts_timeline import note_step
from app.services.changes import changed, insist, moved, state_after
from app.services.placements_parties import role_in


async def acknowledge(
    caller: Caller, session: AsyncSession, alert_id: UUID, notification_id: UUID, body: AlertAcknowledge
) -> AlertFile:
    """A named person of the organisation that was told has the alert in hand. Raises NotFound, RuleRefused."""
    alert = await visible_alert(caller, session, alert_id, lock=True)
    notification = await notification_of(session, alert, notification_id)
    insist(
        may_acknowledge(
            state=notification.state,
            roles=notification.roles,
            told=notification.organisation_id,
            by=caller.organisation_id,
        )
    )
    _move(notification, "acknowledge")
    notification.acknowledged_at, notification.acknowledged_by = caller.now, body.by
    note_step(
        caller, session, alert, "notification_acknowledged", notification.roles[0], body.by, notification=notification
    )
    return await _done(caller, session, alert, EventType.ALERT_ACKNOWLEDGED)


async def log_call(caller: Caller, session: AsyncSession, alert_id: UUID, body: AlertLogCall) -> AlertFile:
    """Logs a call; where it delivers a notification, that is delivered. Raises NotFound, Invalid, Conflict."""
    alert = await visible_alert(caller, session, alert_id, lock=True)
    if alert.raised_by_id != caller.organisation_id:
        raise NotFound
    _not_in_future(caller, body.called_at, "/called_at")
    (found,) = await alert_files(session, [alert])
    if len(found.calls) >= MOST_CALLS:
        raise Conflict(f"An alert holds at most {MOST_CALLS} calls.")
    notification = await _called_about(session, found, body)
    call = AlertCall(
        alert_id=alert.id,
        placement_id=alert.placement_id,
        notification_id=notification.id if notification else None,
        called_by=body.called_by,
        called_at=body.called_at,
        log_number=body.log_number,
        note=body.note,
    )
    session.add(call)
    await session.flush()
    steps = ["called", _settled_by(notification, body) if notification else None]
    for what in (each for each in steps if each is not None):
        by, at = body.called_by, body.called_at
        note_step(caller, session, alert, what, "provider", by, at=at, notification=notification, call=call)
    return await _done(caller, session, alert, EventType.ALERT_CALL_LOGGED)


def _settled_by(notification: AlertNotification, body: AlertLogCall) -> str | None:
    """Moves the notification that a call was about; what that is in the timeline, None where it was only an attempt."""
    verb = verb_of_call(
        channel=notification.channel,
        state=notification.state,
        roles=notification.roles,
        log_number=body.log_number,
    )
    if verb is None:
        return None
    _move(notification, verb)
    notification.last_result = "called"
    if verb == "deliver":
        notification.channel, notification.delivered_at = Channel.PHONE, body.called_at
        return "notification_delivered"
    notification.acknowledged_at, notification.acknowledged_by = body.called_at, f"log number {body.log_number}"
    return "notification_acknowledged"


async def resolve(
    caller: Caller, session: AsyncSession, alert_id: UUID, body: AlertResolve, expected_version: int
) -> AlertFile:
    """The pupil was found. Raises NotFound, RuleRefused, Invalid, PreconditionFailed."""
    alert, role = await _moved(caller, session, alert_id, "resolve", expected_version)
    _not_in_future(caller, body.found_at, "/found_at")
    alert.found_at, alert.found_by, alert.safe, alert.found_note = body.found_at, body.found_by, body.safe, body.note
    note_step(caller, session, alert, "found", role, body.found_by, at=body.found_at)
    return await _done(caller, session, alert, EventType.ALERT_FOUND)


async def close(
    caller: Caller, session: AsyncSession, alert_id: UUID, body: AlertClose, expected_version: int
) -> AlertFile:
    """The alert is done with; its timeline stays. Raises NotFound, RuleRefused, PreconditionFailed."""
    alert, role = await _moved(caller, session, alert_id, "close", expected_version)
    alert.closed_at, alert.closing_note = caller.now, body.note
    note_step(caller, session, alert, "closed", role)
    return await _done(caller, session, alert, EventType.ALERT_CLOSED)


async def _moved(
    caller: Caller, session: AsyncSession, alert_id: UUID, verb: str, expected_version: int
) -> tuple[AbscondingAlert, PartyRole]:
    """The alert, moved on, and the caller's part in it."""
    seen = await visible_alert(caller, session, alert_id)
    role = await role_in(caller, session, seen.placement_id)
    alert = await visible_alert(caller, session, alert_id, lock=True)
    alert.state = moved(alert, expected_version, ALERTS, alert.state, verb, role.value)
    changed(alert, caller)
    return alert, role


def _move(notification: AlertNotification, verb: str) -> None:
    notification.state = state_after(NOTIFICATIONS, notification.state, verb)


async def _called_about(session: AsyncSession, found: AlertFile, body: AlertLogCall) -> AlertNotification | None:
    """The notification a call was about. A log number with none named is the police's."""
    wanted = body.notification_id
    if wanted is None and body.log_number is not None:
        wanted = next((n.id for n in found.notifications if AlertRole.POLICE in n.roles), None)
    if wanted is None:
        return None
    try:
        return await notification_of(session, found.alert, wanted)
    except NotFound:
        raise Invalid(
            [FieldError("/notification_id", "notification_not_found", "is none of this alert's notifications")]
        ) from None


def _not_in_future(caller: Caller, instant: datetime, pointer: str) -> None:
    if instant > caller.now + CLOCKS_MAY_DIFFER:
        raise Invalid([FieldError(pointer, "in_future", "lies in the future")])


async def _done(caller: Caller, session: AsyncSession, alert: AbscondingAlert, event: EventType) -> AlertFile:
    """What was learnt about a notification changes the alert as it is read, but stands in nobody's way: the version
    stays, so that `found` is not refused because somebody acknowledged.
    """
    alert.changed_at = caller.now
    await session.flush()
    await tell_viewers(caller, session, alert, event)
    return (await alert_files(session, [alert]))[0]
