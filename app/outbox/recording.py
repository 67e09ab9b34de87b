"""Recording events, in the transaction of the change they tell of.

The audience of an event about placements is worked out in the database from `placement_viewers`, which the caller's
own row security cannot see whole; the function `record_event` refuses a caller that may not see the placement itself.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.clock import utc_now
from app.outbox.catalogue import EventType

_RECORD = text(
    "select record_event(:type, :occurred_at, :recorded_at, :resource, cast(:placements as uuid[]),"
    " cast(:organisations as uuid[]))"
)


async def record_event(
    session: AsyncSession,
    event: EventType,
    resource: str,
    occurred_at: datetime,
    *,
    placements: Iterable[UUID] = (),
    organisations: Iterable[UUID] = (),
) -> None:
    """Records one event for all who may see `placements` today, and for `organisations`.

    `resource` is the path where a reader finds what changed; it holds ids only.
    """
    await session.execute(
        _RECORD,
        {
            "type": event.value,
            "occurred_at": occurred_at,
            "recorded_at": utc_now(),
            "resource": resource,
            "placements": list(placements),
            "organisations": list(organisations),
        },
    )
