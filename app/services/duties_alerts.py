"""Escalating what nobody has taken in hand: a notification unacknowledged, a call to the police not logged. And telling
of alerts whose event could not be recorded with them.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.outbox.catalogue import EventType
from app.outbox.recording import Telling
from app.rules.absconding import (
    ESCALATE_PHONE_TASK_AFTER,
    ESCALATE_UNACKNOWLEDGED_AFTER,
    Channel,
    NotificationState,
    escalates_at,
    is_overdue,
)
from app.services.duties_batch import Batch

# The same answer as `rules.absconding.is_overdue`, so that a batch holds nothing that is not due. The alert is locked
# with its notification, as it is by those who acknowledge: one in progress is not overtaken.
_UNSETTLED = text(
    """
    select n.id, n.alert_id, n.placement_id, n.channel, n.state, n.created_at
    from alert_notifications n
    join absconding_alerts a on a.id = n.alert_id
    join organisations o on o.id = a.raised_by_id
    where n.escalated_at is null and n.state <> 'acknowledged' and a.state = 'raised'
      and (n.channel = 'phone' and n.state <> 'delivered' and n.created_at <= :calls_until
           or n.channel <> 'phone' and n.created_at <= :emails_until)
      and o.sandbox_id is not distinct from cast(:sandbox_id as uuid)
    order by n.created_at, n.id
    limit :most
    for no key update of a, n skip locked
    """
)
_ESCALATE = text(
    """
    with overdue as (
        select * from unnest(cast(:ids as uuid[]), cast(:alerts as uuid[]), cast(:ats as timestamptz[]))
            as each (id, alert_id, at)
    ), alerts as (
        update absconding_alerts a set changed_at = :until where a.id in (select alert_id from overdue)
    )
    update alert_notifications n set escalated_at = overdue.at from overdue where n.id = overdue.id
    """
)
_UNTOLD = text(
    """
    with untold as (
        select a.id from absconding_alerts a join organisations o on o.id = a.raised_by_id
        where a.told_at is null and a.raised_at <= :until
          and o.sandbox_id is not distinct from cast(:sandbox_id as uuid)
        order by a.raised_at, a.id
        limit :most
        for no key update of a skip locked
    )
    update absconding_alerts a set told_at = :until from untold where a.id = untold.id
    returning a.id, a.placement_id, a.raised_at
    """
)


async def escalate_alerts(session: AsyncSession, sandbox_id: UUID | None, until: datetime, most: int | None) -> Batch:
    """Notifications of alerts still open that were to be settled by `until`.

    Source: Salford AP contract slides (told at once), read in the primary source; the minutes are Waymark's own.
    """
    due = {
        "calls_until": until - ESCALATE_PHONE_TASK_AFTER,
        "emails_until": until - ESCALATE_UNACKNOWLEDGED_AFTER,
        "sandbox_id": sandbox_id,
        "most": most,
    }
    overdue = [
        (row, escalates_at(Channel(row.channel), row.created_at))
        for row in (await session.execute(_UNSETTLED, due)).all()
        if is_overdue(
            channel=Channel(row.channel), state=NotificationState(row.state), created_at=row.created_at, now=until
        )
    ]
    if overdue:
        columns = {
            "ids": [row.id for row, _ in overdue],
            "alerts": [row.alert_id for row, _ in overdue],
            "ats": [at for _, at in overdue],
        }
        await session.execute(_ESCALATE, {**columns, "until": until})
    tellings = [_telling(EventType.ALERT_ESCALATED, row.alert_id, row.placement_id, at) for row, at in overdue]
    return Batch(len(overdue), tellings)


async def tell_untold_alerts(
    session: AsyncSession, sandbox_id: UUID | None, until: datetime, most: int | None
) -> Batch:
    """Alerts that went through although their event could not be recorded."""
    found = await session.execute(_UNTOLD, {"until": until, "sandbox_id": sandbox_id, "most": most})
    tellings = [_telling(EventType.ALERT_RAISED, row.id, row.placement_id, row.raised_at) for row in found]
    return Batch(len(tellings), tellings)


def _telling(event: EventType, alert_id: UUID, placement_id: UUID, at: datetime) -> Telling:
    return Telling(event, f"/v1/absconding-alerts/{alert_id}", at, placements=(placement_id,))
