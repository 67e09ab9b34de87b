"""Forgetting what has served its time."""

from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, text
from sqlalchemy.ext.asyncio import AsyncSession

IDEMPOTENCY_KEPT = timedelta(hours=48)
WEBHOOK_DELIVERIES_KEPT = timedelta(days=31)
MOST_AT_ONCE = 5_000
IMPORTS_AT_ONCE = 20

_FORGET_EVENTS = text(
    """
    with old as (
        select e.id from events e
        where e.recorded_at < :before
          and not exists (select from webhook_deliveries d where d.event_id = e.id)
        order by e.recorded_at limit :most for update of e skip locked
    ), seen as (
        delete from event_audiences a using old where a.event_id = old.id
    )
    select id from old
    """
)
_FORGET_OLD_EVENTS = text("delete from events where id = any(:ids)")
# A cursor is refused a day before anything behind it goes, however long the transaction of an event took.
EVENTS_LINGER = timedelta(days=1)

_FORGET = text(
    "delete from idempotency_records where (client_id, key) in (select client_id, key from idempotency_records"
    " where created_at < :before order by created_at limit :most for update skip locked)"
)

_FORGET_DELIVERIES = text(
    "delete from webhook_deliveries where id in (select id from webhook_deliveries"
    " where state <> 'pending' and changed_at < :before order by changed_at limit :most for update skip locked)"
)

_FORGET_IMPORTS = text(
    "delete from imports where id in (select id from imports where kept_until < :now"
    " and state not in ('waiting', 'running') order by kept_until limit :most for update skip locked)"
)


async def prune_idempotency_records(session: AsyncSession, now: datetime) -> int:
    """Forgets at most `MOST_AT_ONCE` stored replies; gives how many. `now` is the machine's time. Does not commit."""
    done = await session.execute(_FORGET, {"before": now - IDEMPOTENCY_KEPT, "most": MOST_AT_ONCE})
    return cast("CursorResult[Any]", done).rowcount


async def prune_webhook_deliveries(session: AsyncSession, now: datetime) -> int:
    """Forgets, with their attempts, messages that were settled a month ago; gives how many. Does not commit."""
    done = await session.execute(_FORGET_DELIVERIES, {"before": now - WEBHOOK_DELIVERIES_KEPT, "most": MOST_AT_ONCE})
    return cast("CursorResult[Any]", done).rowcount


async def prune_events(session: AsyncSession, now: datetime, kept: timedelta) -> int:
    """Forgets at most `MOST_AT_ONCE` events recorded before they are `kept`; gives how many. Does not commit.

    One of which a webhook delivery is still kept waits until that is forgotten.
    """
    found = await session.execute(_FORGET_EVENTS, {"before": now - kept - EVENTS_LINGER, "most": MOST_AT_ONCE})
    ids = list(found.scalars())
    if ids:
        await session.execute(_FORGET_OLD_EVENTS, {"ids": ids})
    return len(ids)


async def prune_imports(session: AsyncSession, now: datetime) -> int:
    """Forgets imports with their reports, a few at once; gives `MOST_AT_ONCE` where more may be left. Does not commit.

    One may have tens of thousands of rows.
    """
    done = await session.execute(_FORGET_IMPORTS, {"now": now, "most": IMPORTS_AT_ONCE})
    pruned = cast("CursorResult[Any]", done).rowcount
    return MOST_AT_ONCE if pruned == IMPORTS_AT_ONCE else pruned
