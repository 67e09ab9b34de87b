"""Early departures that not all have agreed to at their leaving time."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.outbox.catalogue import EventType
from app.outbox.recording import Telling
from app.rules.early_departures import EarlyDepartureState, early_departure_state
from app.services.duties_batch import Batch

# The placement is locked too, as it is by those who agree: an agreement in progress is never lapsed underneath.
_REQUESTED = text(
    """
    select d.id, d.placement_id, d.state, d.leaving_at
    from early_departures d
    join placements p on p.id = d.placement_id
    join organisations o on o.id = p.provider_id
    where d.state = 'requested' and d.leaving_at <= :until
      and o.sandbox_id is not distinct from cast(:sandbox_id as uuid)
    order by d.leaving_at, d.id
    limit :most
    for no key update of d, p skip locked
    """
)
_LAPSE = text(
    """
    update early_departures
    set state = :state, settled_at = leaving_at, changed_at = :until, version = version + 1
    where id = any(cast(:ids as uuid[]))
    """
)


async def lapse_early_departures(
    session: AsyncSession, sandbox_id: UUID | None, until: datetime, most: int | None
) -> Batch:
    """Requests whose leaving time has come without everybody's agreement: the pupil stays.

    Source: Salford AP contract slides, read in the primary source.
    """
    requested = await session.execute(_REQUESTED, {"until": until, "sandbox_id": sandbox_id, "most": most})
    lapsed = [
        row
        for row in requested.all()
        if early_departure_state(EarlyDepartureState(row.state), row.leaving_at, until) is EarlyDepartureState.LAPSED
    ]
    ids = [row.id for row in lapsed]
    await session.execute(_LAPSE, {"ids": ids, "state": EarlyDepartureState.LAPSED.value, "until": until})
    tellings = [
        Telling(
            EventType.EARLY_DEPARTURE_LAPSED,
            f"/v1/early-departures/{row.id}",
            row.leaving_at,
            placements=(row.placement_id,),
        )
        for row in lapsed
    ]
    return Batch(len(lapsed), tellings)
