"""Suspensions that not all have agreed to when they would have begun."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.outbox.catalogue import EventType
from app.outbox.recording import Telling
from app.rules.suspensions import SuspensionState, suspension_has_lapsed

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
    for no key update of s, p skip locked
    """
)
_LAPSE = text(
    "update suspensions set state = :state, settled_at = :at, changed_at = :until, version = version + 1 where id = :id"
)


async def lapse_suspensions(session: AsyncSession, sandbox_id: UUID | None, until: datetime) -> list[Telling]:
    """Requests whose first missed session has begun: agreement can no longer be prior, so there is no suspension.

    Source: Salford AP contract slides, read in the primary source.
    """
    tellings = []
    requested = await session.execute(_REQUESTED, {"until": until, "sandbox_id": sandbox_id})
    for row in requested.all():
        at = row.takes_effect_at
        if suspension_has_lapsed(SuspensionState(row.state), at, until):
            lapsed = {"id": row.id, "state": SuspensionState.LAPSED.value, "at": at, "until": until}
            await session.execute(_LAPSE, lapsed)
            tellings.append(
                Telling(EventType.SUSPENSION_LAPSED, f"/v1/suspensions/{row.id}", at, placements=(row.placement_id,))
            )
    return tellings
