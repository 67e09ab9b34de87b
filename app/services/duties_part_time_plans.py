"""Part-time plans that not all have agreed to when they would have begun."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.clock import london_day
from app.outbox.catalogue import EventType
from app.outbox.recording import Telling
from app.rules.part_time_plans import PlanState, plan_takes_effect_at
from app.services.duties_batch import Batch

# The placement is locked too, as it is by those who agree: an agreement in progress is never lapsed underneath.
_LAPSE = text(
    """
    with due as (
        select t.id
        from part_time_plans t
        join placements p on p.id = t.placement_id
        join organisations o on o.id = p.provider_id
        where t.state = 'proposed' and t.starts_on <= :today
          and o.sandbox_id is not distinct from cast(:sandbox_id as uuid)
        order by t.starts_on, t.id
        limit :most
        for no key update of t, p skip locked
    )
    update part_time_plans t
    set state = :state, settled_at = timezone('Europe/London', t.starts_on::timestamp), changed_at = :until,
        version = t.version + 1
    from due where t.id = due.id
    returning t.id, t.placement_id, t.starts_on
    """
)


async def lapse_part_time_plans(
    session: AsyncSession, sandbox_id: UUID | None, until: datetime, most: int | None
) -> Batch:
    """Proposals whose first day has come: agreement can no longer be prior, so there is no plan.

    Source: Waymark's own, as `rules.part_time_plans.plan_state`.
    """
    due = {"today": london_day(until), "until": until, "sandbox_id": sandbox_id, "most": most}
    lapsed = (await session.execute(_LAPSE, due | {"state": PlanState.LAPSED.value})).all()
    tellings = [
        Telling(
            EventType.PART_TIME_PLAN_LAPSED,
            f"/v1/part-time-plans/{row.id}",
            plan_takes_effect_at(row.starts_on),
            placements=(row.placement_id,),
        )
        for row in lapsed
    ]
    return Batch(len(lapsed), tellings)
