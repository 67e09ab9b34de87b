"""The duties of the clock: what must happen because time has passed, and not because anybody asked.

Each duty is a sweep over one world (the live organisations, or those of one sandbox). It finds what is due by a given
instant, notes that it is done, and says what is to be told; running it again finds nothing. So the worker runs them
every few seconds and relies on no timer, and a sandbox runs them when its clock is moved.

A duty never waits for a request that holds a row: it skips the row (`skip locked`) and finds it the next time.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.engine import Sessions
from app.outbox.recording import Telling, record_events
from app.services.duties_alerts import escalate_alerts
from app.services.duties_attendance import tell_missing_attendance
from app.services.duties_placements import tell_ends, tell_starts
from app.services.duties_suspensions import lapse_suspensions

Duty = Callable[[AsyncSession, UUID | None, datetime], Awaitable[list[Telling]]]

DUTIES: tuple[Duty, ...] = (
    tell_starts,
    escalate_alerts,
    tell_missing_attendance,
    lapse_suspensions,
    tell_ends,
)

_ONE_AT_A_TIME = text("select pg_advisory_xact_lock(hashtextextended(:world, 0))")


async def run_duties(session: AsyncSession, sandbox_id: UUID | None, until: datetime) -> int:
    """Does all that is due in one world by `until`, under the worker role; gives the number of events recorded.

    Events are recorded in the order in which they fell due, however large the step. Does not commit; see `do_duties`.
    """
    await session.execute(_ONE_AT_A_TIME, {"world": f"duties of {sandbox_id or 'live'}"})
    tellings = [telling for duty in DUTIES for telling in await duty(session, sandbox_id, until)]
    tellings.sort(key=lambda each: each.occurred_at)
    await record_events(session, tellings)
    return len(tellings)


async def do_duties(sessions: Sessions, sandbox_id: UUID | None, until: datetime) -> int:
    """`run_duties` in a transaction of its own, committed: what no request asked for, no request can undo."""
    async with sessions() as session:
        told = await run_duties(session, sandbox_id, until)
        await session.commit()
    return told
