"""Recording events, in the transaction of the change they tell of.

The audience of an event about placements is worked out in the database from `placement_viewers`, which the caller's
own row security cannot see whole; the function `record_event` refuses a caller that may not see the placement itself.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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

_RECORD_ALL = text(
    "select count(record_event(t.type, t.occurred_at, :recorded_at, t.resource, t.placements, t.organisations))"
    " from jsonb_to_recordset(cast(:tellings as jsonb)) as t(type text, occurred_at timestamptz, resource text,"
    " placements uuid[], organisations uuid[])"
)


@dataclass(frozen=True, slots=True)
class Telling:
    """An event still to be recorded; the members are the arguments of `record_event`."""

    event: EventType
    resource: str
    occurred_at: datetime
    placements: tuple[UUID, ...] = ()
    organisations: tuple[UUID, ...] = ()


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


async def record_events(session: AsyncSession, tellings: Sequence[Telling]) -> None:
    """Records many events in one statement, in the order given."""
    if not tellings:
        return
    rows = [
        {
            "type": each.event.value,
            "occurred_at": each.occurred_at.isoformat(),
            "resource": each.resource,
            "placements": [str(id_) for id_ in each.placements],
            "organisations": [str(id_) for id_ in each.organisations],
        }
        for each in tellings
    ]
    await session.execute(_RECORD_ALL, {"tellings": json.dumps(rows), "recorded_at": utc_now()})
