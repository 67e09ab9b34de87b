"""Suspensions that not all have agreed to when they would have begun."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.outbox.catalogue import EventType
from app.outbox.recording import Telling
from app.rules.suspensions import SuspensionState, suspension_has_lapsed
from app.services.duties_batch import Batch

# The placement is locked too, as it is by those who agree: an agreement in progress is never lapsed underneath.
_REQUESTED = text(
    """
    select s.id, s.placement_id, s.state, s.takes_effect_at
    from suspensions s
    join placements p on p.id = s.placement_id
    join organisations o on o.id = p.provider_id
    where s.state = 'requested' and s.takes_effect_at <= :until
      and o.sandbox_id is not distinct from cast(:sandbox_id as uuid)
    order by s.takes_effect_at, s.id
    limit :most
    for no key update of s, p skip locked
    """
)
_LAPSE = text(
    """
    update suspensions
    set state = :state, settled_at = takes_effect_at, changed_at = :until, version = version + 1
    where id = any(cast(:ids as uuid[]))
    """
)


async def lapse_suspensions(session: AsyncSession, sandbox_id: UUID | None, until: datetime, most: int | None) -> Batch:
    """Requests whose first missed session has begun: agreement can no longer be prior, so there is no suspension.

    Source: Salford AP contract slides, read in the primary source.
    """
    requested = await session.execute(_REQUESTED, {"until": until, "sandbox_id": sandbox_id, "most": most})
    lapsed = [
        row for row in requested.all() if suspension_has_lapsed(SuspensionState(row.state), row.takes_effect_at, until)
    ]
    ids = [row.id for row in lapsed]
    await session.execute(_LAPSE, {"ids": ids, "state": SuspensionState.LAPSED.value, "until": until})
    tellings = [
        Telling(
            EventType.SUSPENSION_LAPSED,
            f"/v1/suspensions/{row.id}",
            row.takes_effect_at,
            placements=(row.placement_id,),
        )
        for row in lapsed
    ]
    return Batch(len(lapsed), tellings)
