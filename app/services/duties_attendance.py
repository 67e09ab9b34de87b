"""Telling of attendance that has not come in by its deadline."""

from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.outbox.catalogue import EventType
from app.outbox.recording import Telling
from app.services.duties_batch import Batch

# One event for all that one provider owes of one session: a setting that forgot its morning is one piece of news, or
# two where a batch ends in the middle of it.
_MISSING = text(
    """
    with owed as (
        select e.placement_id, e.on_date, e.session
        from expected_sessions e
        join placements p on p.id = e.placement_id
        join organisations o on o.id = e.provider_id
        where e.due_at < :until and e.first_received_at is null and e.waived_by is null and e.missing_told_at is null
          and p.state = 'accepted'
          and not exists (select from calendars c
                          where c.id = p.calendar_id and e.on_date between c.follow_from and c.follow_to)
          and o.sandbox_id is not distinct from cast(:sandbox_id as uuid)
        order by e.due_at, e.provider_id, e.session, e.placement_id, e.on_date
        limit :most
        for no key update of e skip locked
    ), told as (
        update expected_sessions e set missing_told_at = :until, changed_at = :until
        from owed
        where e.placement_id = owed.placement_id and e.on_date = owed.on_date and e.session = owed.session
        returning e.provider_id, e.on_date, e.session, e.due_at, e.placement_id
    )
    select provider_id, on_date, session, due_at, array_agg(placement_id order by placement_id) as placement_ids
    from told group by provider_id, on_date, session, due_at
    order by due_at, provider_id, session
    """
)


async def tell_missing_attendance(
    session: AsyncSession, sandbox_id: UUID | None, until: datetime, most: int | None
) -> Batch:
    """Sessions of accepted placements that were due before `until`, and of which nothing was received.

    A day whose calendar has changed waits until the ledger has followed: it may be closed.
    Source: Salford AP contract slides (by 09:30), read in the primary source.
    """
    found = (await session.execute(_MISSING, {"until": until, "sandbox_id": sandbox_id, "most": most})).all()
    tellings = [
        Telling(
            EventType.ATTENDANCE_MISSING,
            "/v1/expected-sessions?"
            + urlencode({"on_date": row.on_date, "provider_id": row.provider_id, "state": "missing"}),
            row.due_at,
            placements=tuple(row.placement_ids),
        )
        for row in found
    ]
    return Batch(sum(len(row.placement_ids) for row in found), tellings)
