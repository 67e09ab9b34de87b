"""Telling that the day of an annual return comes near, and that it has passed without one."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.clock import london_day, london_midnight
from app.outbox.catalogue import EventType
from app.outbox.recording import Telling
from app.rules.qa_returns import DAYS_AHEAD
from app.services.duties_batch import Batch

_SWEEP = text(
    """
    with due as (
        select r.id, r.council_id, r.provider_id, r.due_on, r.told, r.changed_at
        from qa_returns r join organisations o on o.id = r.provider_id
        where r.told < 2 and r.state in ('requested', 'draft', 'returned')
          and (r.due_on < :today or r.told = 0 and r.due_on <= :ahead)
          and o.sandbox_id is not distinct from cast(:sandbox_id as uuid)
        order by r.due_on, r.id
        limit :most
        for no key update of r skip locked
    ), noted as (
        update qa_returns r set told = case when due.due_on < :today then 2 else 1 end
        from due where r.id = due.id
    )
    select * from due order by due_on, id
    """
)


async def tell_returns(session: AsyncSession, sandbox_id: UUID | None, until: datetime, most: int | None) -> Batch:
    """For the council and the provider, once each; again where another day is named.

    Source: Salford AP contract slides (annual returns), read in the primary source; the days ahead are Waymark's own.
    """
    today = london_day(until)
    due = {"today": today, "ahead": today + timedelta(days=DAYS_AHEAD), "sandbox_id": sandbox_id, "most": most}
    rows = (await session.execute(_SWEEP, due)).all()
    tellings = []
    for row in rows:
        told = [(EventType.QA_RETURN_DUE, row.due_on - timedelta(days=DAYS_AHEAD))] if row.told == 0 else []
        told += [(EventType.QA_RETURN_OVERDUE, row.due_on + timedelta(days=1))] if row.due_on < today else []
        tellings += [
            Telling(
                event,
                f"/v1/qa-returns/{row.id}",
                max(london_midnight(day), row.changed_at),
                organisations=(row.council_id, row.provider_id),
            )
            for event, day in told
        ]
    return Batch(len(rows), tellings)
