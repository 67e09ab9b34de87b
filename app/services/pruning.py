"""Forgetting what has served its time."""

from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, text
from sqlalchemy.ext.asyncio import AsyncSession

IDEMPOTENCY_KEPT = timedelta(hours=48)
MOST_AT_ONCE = 5_000

_FORGET = text(
    "delete from idempotency_records where (client_id, key) in (select client_id, key from idempotency_records"
    " where created_at < :before order by created_at limit :most for update skip locked)"
)


async def prune_idempotency_records(session: AsyncSession, now: datetime) -> int:
    """Forgets at most `MOST_AT_ONCE` stored replies; gives how many. `now` is the machine's time. Does not commit."""
    done = await session.execute(_FORGET, {"before": now - IDEMPOTENCY_KEPT, "most": MOST_AT_ONCE})
    return cast("CursorResult[Any]", done).rowcount
