"""Visits of quality assurance that nobody has said took place."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.clock import london_day, london_midnight
from app.outbox.catalogue import EventType
from app.outbox.recording import Telling
from app.services.duties_batch import Batch

_MISSED = text(
    """
    with missed as (
        select v.id, v.council_id, v.provider_id, v.planned_on, v.changed_at
        from qa_visits v join organisations o on o.id = v.council_id
        where v.state = 'planned' and not v.overdue_told and v.planned_on < :today
          and o.sandbox_id is not distinct from cast(:sandbox_id as uuid)
        order by v.planned_on, v.id
        limit :most
        for no key update of v skip locked
    ), noted as (
        update qa_visits v set overdue_told = true from missed where v.id = missed.id
    )
    select missed.*, array[missed.council_id, missed.provider_id] || array(
        select p.council_id from qa_visit_partners p where p.visit_id = missed.id and p.state = 'joined') as told
    from missed order by missed.planned_on, missed.id
    """
)


async def tell_missed_visits(
    session: AsyncSession, sandbox_id: UUID | None, until: datetime, most: int | None
) -> Batch:
    """For the councils that take part and the provider, once for every day that the visit was planned for."""
    due = {"today": london_day(until), "sandbox_id": sandbox_id, "most": most}
    rows = (await session.execute(_MISSED, due)).all()
    tellings = [
        Telling(
            EventType.QA_VISIT_OVERDUE,
            f"/v1/qa-visits/{row.id}",
            max(london_midnight(row.planned_on + timedelta(days=1)), row.changed_at),
            organisations=tuple(row.told),
        )
        for row in rows
    ]
    return Batch(len(rows), tellings)
