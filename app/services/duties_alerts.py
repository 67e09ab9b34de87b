"""Escalating what nobody has taken in hand: a notification unacknowledged, a call to the police not logged."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.outbox.catalogue import EventType
from app.outbox.recording import Telling
from app.rules.absconding import (
    ESCALATE_PHONE_TASK_AFTER,
    Channel,
    NotificationState,
    escalates_at,
    is_overdue,
)

# The alert is locked with its notification, as it is by those who acknowledge: one in progress is not overtaken.
_UNSETTLED = text(
    """
    select n.id, n.alert_id, n.placement_id, n.channel, n.state, n.created_at
    from alert_notifications n
    join absconding_alerts a on a.id = n.alert_id
    join organisations o on o.id = a.raised_by_id
    where n.escalated_at is null and n.created_at <= :latest and n.state <> 'acknowledged' and a.state = 'raised'
      and o.sandbox_id is not distinct from cast(:sandbox_id as uuid)
    order by n.created_at, n.id
    for no key update of a, n skip locked
    """
)
_ESCALATE = text(
    """
    with alert as (update absconding_alerts set changed_at = :until where id = :alert_id)
    update alert_notifications set escalated_at = :at where id = :id
    """
)


async def escalate_alerts(session: AsyncSession, sandbox_id: UUID | None, until: datetime) -> list[Telling]:
    """Notifications of alerts still open that were to be settled by `until`.

    Source: Salford AP contract slides (told at once), read in the primary source; the minutes are Waymark's own.
    """
    tellings = []
    latest = until - ESCALATE_PHONE_TASK_AFTER
    for row in (await session.execute(_UNSETTLED, {"latest": latest, "sandbox_id": sandbox_id})).all():
        channel = Channel(row.channel)
        state = NotificationState(row.state)
        if is_overdue(channel=channel, state=state, created_at=row.created_at, now=until):
            at = escalates_at(channel, row.created_at)
            await session.execute(_ESCALATE, {"id": row.id, "alert_id": row.alert_id, "at": at, "until": until})
            resource = f"/v1/absconding-alerts/{row.alert_id}"
            tellings.append(Telling(EventType.ALERT_ESCALATED, resource, at, placements=(row.placement_id,)))
    return tellings
