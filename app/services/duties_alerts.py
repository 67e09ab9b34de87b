"""Escalating what nobody has taken in hand: a notification unacknowledged, a call to the police not logged. And telling
of alerts whose event could not be recorded with them.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.outbox.catalogue import EventType
from app.outbox.recording import Telling
from app.outbox.waking import ALERTS, wake
from app.rules.absconding import Channel, NotificationState
from app.rules.absconding_escalation import STEPS, UNACKNOWLEDGED_AFTER, UNREACHED_AFTER, escalations_due
from app.services.absconding_alerts_attempts import forget_settled
from app.services.duties_batch import Batch

# The same answer as `rules.absconding_escalation.escalations_due`, so that a batch holds nothing that is not due. The
# alert is locked with its notification, as it is by those who acknowledge: one in progress is not overtaken. No clock
# of a sandbox moves on by more than three months at a time, and no worker is away for longer.
_UNSETTLED = text(
    """
    select n.id, n.alert_id, n.placement_id, n.channel, n.state, n.roles, n.created_at, n.escalations
    from alert_notifications n
    join absconding_alerts a on a.id = n.alert_id
    join organisations o on o.id = a.raised_by_id
    where n.escalations < :steps and n.state <> 'acknowledged' and a.state = 'raised'
      and not (n.state = 'delivered' and (n.channel = 'phone' or 'named_service' = any(n.roles)))
      and n.created_at between cast(:until as timestamptz) - interval '100 days' and :until
      and n.created_at <= cast(:until as timestamptz)
          - (case n.state when 'delivered' then cast(:unacknowledged as interval[]) else cast(:unreached as interval[])
             end)[n.escalations + 1]
      and o.sandbox_id is not distinct from cast(:sandbox_id as uuid)
    order by n.created_at, n.id
    limit :most
    for no key update of a, n skip locked
    """
)
# At each step the organisation is written to again; at the last one all that are written to. A wish that is already
# there is not put off.
_ESCALATE = text(
    """
    with overdue as (
        select * from unnest(cast(:ids as uuid[]), cast(:alerts as uuid[]), cast(:places as uuid[]),
                             cast(:steps as integer[]), cast(:ats as timestamptz[]))
            as each (id, alert_id, placement_id, step, at)
    ), lately as (
        select id, max(step) as step, min(at) as at from overdue group by id
    ), alerts as (
        update absconding_alerts a set changed_at = :until where a.id in (select alert_id from overdue)
    ), told as (
        insert into alert_steps (id, alert_id, placement_id, notification_id, what, at, recorded_at)
        select gen_random_uuid(), alert_id, placement_id, id, 'notification_escalated', at, :until
        from overdue order by at
    )
    update alert_notifications n
    set escalations = coalesce(lately.step, n.escalations), escalated_at = coalesce(n.escalated_at, lately.at),
        next_attempt_at = least(n.next_attempt_at, clock_timestamp())
    from alert_notifications m left join lately on lately.id = m.id
    where n.id = m.id and (lately.id is not null or m.channel = 'email' and m.organisation_id is not null
        and m.alert_id in (select alert_id from overdue where step = :last))
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
    """Notifications of alerts still open that were to be settled by `until`, by the world's clock; the emails that it
    makes necessary go out by the machine's.

    Source: Salford AP contract slides (told at once), read in the primary source; the minutes are Waymark's own.
    """
    await forget_settled(session)
    due = {
        "steps": STEPS,
        "unreached": list(UNREACHED_AFTER),
        "unacknowledged": list(UNACKNOWLEDGED_AFTER),
        "until": until,
        "sandbox_id": sandbox_id,
        "most": most,
    }
    found = (await session.execute(_UNSETTLED, due)).all()
    overdue = [
        (row, escalation)
        for row in found
        for escalation in escalations_due(
            channel=Channel(row.channel),
            state=NotificationState(row.state),
            roles=row.roles,
            created_at=row.created_at,
            taken=row.escalations,
            now=until,
        )
    ]
    if overdue:
        columns = {
            "ids": [row.id for row, _ in overdue],
            "alerts": [row.alert_id for row, _ in overdue],
            "places": [row.placement_id for row, _ in overdue],
            "steps": [escalation.step for _, escalation in overdue],
            "ats": [escalation.at for _, escalation in overdue],
        }
        await session.execute(_ESCALATE, {**columns, "until": until, "last": STEPS})
        await wake(session, ALERTS)
    tellings = [
        _telling(EventType.ALERT_ESCALATED, row.alert_id, row.placement_id, escalation.at)
        for row, escalation in overdue
    ]
    return Batch(len(found), tellings)


async def tell_untold_alerts(
    session: AsyncSession, sandbox_id: UUID | None, until: datetime, most: int | None
) -> Batch:
    """Alerts that went through although their event could not be recorded."""
    found = await session.execute(_UNTOLD, {"until": until, "sandbox_id": sandbox_id, "most": most})
    tellings = [_telling(EventType.ALERT_RAISED, row.id, row.placement_id, row.raised_at) for row in found]
    return Batch(len(tellings), tellings)


def _telling(event: EventType, alert_id: UUID, placement_id: UUID, at: datetime) -> Telling:
    return Telling(event, f"/v1/absconding-alerts/{alert_id}", at, placements=(placement_id,))
