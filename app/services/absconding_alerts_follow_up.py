"""What happens after an alert was raised: acknowledged, called about, found, closed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.absconding import AbscondingAlert, AlertCall, AlertNotification
from app.outbox.catalogue import EventType
from app.problems import Conflict, FieldError, Invalid, NotFound, RuleRefused
from app.queries.absconding_alerts import (
    MOST_CALLS,
    AlertFile,
    alert_files,
    notification_of,
    visible_alert,
)
from app.queries.placements import visible_placement
from app.rules.absconding import (
    ALERTS,
    CLOCKS_MAY_DIFFER,
    NOTIFICATIONS,
    AlertRole,
    call_is_delivery,
    may_acknowledge,
)
from app.rules.verdict import Refused
from app.schemas.absconding_alerts import AcknowledgementCreate, CallCreate, ClosureCreate, ResolutionCreate
from app.services.absconding_alerts import tell_viewers
from app.services.changes import changed, must_be
from app.services.placements import role_of


async def acknowledge(
    caller: Caller, session: AsyncSession, alert_id: UUID, notification_id: UUID, body: AcknowledgementCreate
) -> AlertFile:
    """A named person of the organisation that was told has the alert in hand. Raises NotFound, RuleRefused."""
    alert = await visible_alert(caller, session, alert_id, lock=True)
    notification = await notification_of(session, alert, notification_id)
    verdict = may_acknowledge(
        state=notification.state,
        channel=notification.channel,
        told=notification.organisation_id,
        by=caller.organisation_id,
    )
    if not verdict:
        raise RuleRefused(verdict)
    _move(notification, "acknowledge")
    notification.acknowledged_at, notification.acknowledged_by = caller.now, body.by
    return await _done(caller, session, alert, EventType.ALERT_ACKNOWLEDGED)


async def log_call(caller: Caller, session: AsyncSession, alert_id: UUID, body: CallCreate) -> AlertFile:
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
    if notification is not None and call_is_delivery(
        state=notification.state, roles=notification.roles, log_number=body.log_number
    ):
        _move(notification, "deliver")
        notification.delivered_at, notification.last_result = body.called_at, "called"
    return await _done(caller, session, alert, EventType.ALERT_CALL_LOGGED)


async def resolve(
    caller: Caller, session: AsyncSession, alert_id: UUID, body: ResolutionCreate, expected_version: int
) -> AlertFile:
    """The pupil was found. Raises NotFound, RuleRefused, Invalid, PreconditionFailed."""
    alert = await _moved(caller, session, alert_id, "find", expected_version)
    _not_in_future(caller, body.found_at, "/found_at")
    alert.found_at, alert.found_by, alert.safe, alert.found_note = body.found_at, body.found_by, body.safe, body.note
    return await _done(caller, session, alert, EventType.ALERT_FOUND)


async def close(
    caller: Caller, session: AsyncSession, alert_id: UUID, body: ClosureCreate, expected_version: int
) -> AlertFile:
    """The alert is done with; its timeline stays. Raises NotFound, RuleRefused, PreconditionFailed."""
    alert = await _moved(caller, session, alert_id, "close", expected_version)
    alert.closed_at, alert.closing_note = caller.now, body.note
    return await _done(caller, session, alert, EventType.ALERT_CLOSED)


async def _moved(
    caller: Caller, session: AsyncSession, alert_id: UUID, verb: str, expected_version: int
) -> AbscondingAlert:
    alert = await visible_alert(caller, session, alert_id, lock=True)
    role = role_of(caller, await visible_placement(caller, session, alert.placement_id))
    after = ALERTS.move(alert.state, verb, role.value if role else "viewer")
    if isinstance(after, Refused):
        raise RuleRefused(after)
    must_be(alert.version, expected_version)
    alert.state = after
    changed(alert, caller)
    return alert


def _move(notification: AlertNotification, verb: str) -> None:
    after = NOTIFICATIONS.move(notification.state, verb)
    if isinstance(after, Refused):
        raise RuleRefused(after)
    notification.state = after


async def _called_about(session: AsyncSession, found: AlertFile, body: CallCreate) -> AlertNotification | None:
    """The notification a call was about, locked. A log number with none named is the police's."""
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
