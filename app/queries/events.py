"""The caller's feed of events, in an order behind which no event can appear."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.clock import utc_now
from app.models.journal import Event, EventAudience
from app.outbox.catalogue import EventType

_LAST_SEQ = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Position:
    """A place in one organisation's feed: behind this event of this transaction."""

    txid: int
    seq: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some of the feed in order, where it ends, and whether more is there already.

    `read_to` is the machine's time up to which nothing recorded is still unread.
    """

    events: Sequence[Event]
    end: Position
    more: bool
    read_to: datetime


async def feed(
    caller: Caller, session: AsyncSession, after: Position, limit: int, types: Collection[EventType] | None
) -> Stretch:
    """What follows `after`, at most `limit` events.

    Every transaction below the horizon has ended, so nothing can still commit behind the place a reader has reached:
    an event waits for the transactions that began before its own. Read to the end, the place is the horizon itself,
    so that a reader of rare types need not go over the others again.
    """
    asked_at = utc_now()
    horizon: int = await _horizon(session)
    statement = (
        select(Event, col(EventAudience.txid), col(EventAudience.seq))
        .join(EventAudience, col(EventAudience.event_id) == col(Event.id))
        .where(
            col(EventAudience.organisation_id) == caller.organisation_id,
            col(EventAudience.txid) < horizon,
            tuple_(col(EventAudience.txid), col(EventAudience.seq)) > tuple_(literal(after.txid), literal(after.seq)),
        )
        .order_by(col(EventAudience.txid), col(EventAudience.seq))
        .limit(limit + 1)
    )
    if types is not None:
        statement = statement.where(col(Event.type).in_([each.value for each in types]))
    rows = (await session.execute(statement)).all()
    shown, more = rows[:limit], len(rows) > limit
    if more:
        end = Position(shown[-1].txid, shown[-1].seq)
    else:
        end = max(after, Position(horizon - 1, _LAST_SEQ), key=lambda p: (p.txid, p.seq))
    events = [row[0] for row in shown]
    return Stretch(events, end, more, events[-1].recorded_at if more else asked_at)


async def _horizon(session: AsyncSession) -> int:
    """The oldest transaction still running. Asked for before the events are: later it could only have moved on."""
    oldest = func.pg_snapshot_xmin(func.pg_current_snapshot())
    return int((await session.scalars(select(func.text(oldest)))).one())
