"""Attachments whose content never came."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.rules.attachments import DAYS_TO_ARRIVE
from app.services.duties_batch import Batch

_LAPSE = text(
    """
    update attachments set state = 'lapsed', changed_at = :until, version = version + 1
    where id in (
        select a.id from attachments a join organisations o on o.id = a.added_by_id
        where a.state = 'declared' and a.created_at <= :before
          and o.sandbox_id is not distinct from cast(:sandbox_id as uuid)
        order by a.created_at limit :most for update of a skip locked)
    returning id
    """
)


async def lapse_attachments(session: AsyncSession, sandbox_id: UUID | None, until: datetime, most: int | None) -> Batch:
    """Nobody but who declared them saw them, so that nobody is told."""
    before = until - timedelta(days=DAYS_TO_ARRIVE)
    values = {"until": until, "before": before, "sandbox_id": sandbox_id, "most": most}
    return Batch(len((await session.execute(_LAPSE, values)).all()), ())
