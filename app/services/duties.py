"""The duties of the clock: what must happen because time has passed, and not because anybody asked.

Each duty is a sweep over one world (the live organisations, or those of one sandbox). It finds what is due by a given
instant, notes that it is done, and says what is to be told; running it again finds nothing. So the worker runs them
every few seconds and relies on no timer, and a sandbox runs them when its clock is moved.

A duty never waits for a request that holds a row: it skips the row (`skip locked`) and finds it the next time.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.engine import Sessions
from app.outbox.recording import Telling, record_events
from app.services.duties_action_plans import tell_actions, tell_concerns, tell_plan_reviews
from app.services.duties_agreements import lapse_extensions, lapse_immediate_terminations
from app.services.duties_alerts import escalate_alerts, tell_untold_alerts
from app.services.duties_attachments import lapse_attachments
from app.services.duties_attendance import tell_missing_attendance
from app.services.duties_batch import Batch
from app.services.duties_calendars import follow_calendars
from app.services.duties_clocks import tell_clocks
from app.services.duties_early_departures import lapse_early_departures
from app.services.duties_emails import find_emails
from app.services.duties_expiries import tell_ends_of_awards, tell_ends_of_confirmations, tell_ends_of_insurances
from app.services.duties_part_time_plans import lapse_part_time_plans
from app.services.duties_placements import tell_ends, tell_starts
from app.services.duties_qa_returns import tell_returns
from app.services.duties_qa_visits import tell_missed_visits
from app.services.duties_referrals import lapse_offers
from app.services.duties_severance import retain_severed
from app.services.duties_suggestions import suggest_again
from app.services.duties_suspensions import lapse_suspensions
from app.services.duties_sustained import tell_sustained_checks

Duty = Callable[[AsyncSession, UUID | None, datetime, int | None], Awaitable[Batch]]

# What cannot wait comes first.
DUTIES: tuple[Duty, ...] = (
    escalate_alerts,
    tell_untold_alerts,
    tell_starts,
    follow_calendars,
    tell_missing_attendance,
    suggest_again,
    find_emails,
    lapse_suspensions,
    lapse_early_departures,
    lapse_immediate_terminations,
    lapse_extensions,
    lapse_part_time_plans,
    lapse_offers,
    tell_ends,
    tell_sustained_checks,
    tell_clocks,
    tell_ends_of_confirmations,
    tell_ends_of_insurances,
    tell_ends_of_awards,
    tell_returns,
    tell_missed_visits,
    tell_actions,
    tell_plan_reviews,
    tell_concerns,
    lapse_attachments,
    retain_severed,
)
MOST_AT_ONCE = 2_000

# Workers share a world, each at a duty of its own; whoever moves a sandbox's clock waits and has the world alone.
_FREE_FOR_THIS = text(
    "select pg_try_advisory_xact_lock_shared(hashtextextended(:world, 0))"
    " and pg_try_advisory_xact_lock(hashtextextended(:world || ' ' || :duty, 0))"
)
_ALONE = text("select pg_advisory_xact_lock(hashtextextended(:world, 0))")

_log = structlog.get_logger("waymark.duties")


@dataclass(frozen=True, slots=True)
class DutiesDone:
    """How many events were recorded, and the names of the duties that failed."""

    events: int
    failed: tuple[str, ...]


async def do_duties(sessions: Sessions, sandbox_id: UUID | None, until: datetime) -> DutiesDone:
    """Does what is due in one world by `until`, under the worker role, and commits it.

    Each duty is by itself and in batches: one that fails, or has much to catch up with, undoes nothing of another.
    A duty that another worker is at is left to that one. Where nothing is due, one transaction looks into them all;
    where something goes wrong on the way, all are gone through again in transactions of their own.
    """
    events: list[int] = []
    try:
        async with sessions() as session:
            for duty in DUTIES:
                events.append(await _do(session, duty, sandbox_id, until))
            await session.commit()
    except Exception:
        _log.warning("duties_taken_singly", sandbox_id=sandbox_id and str(sandbox_id), exc_info=True)
    else:
        return DutiesDone(sum(events), ())
    failed = []
    for duty in DUTIES:
        try:
            async with sessions() as session:
                events.append(await _do(session, duty, sandbox_id, until))
                await session.commit()
        except Exception:
            _log.exception("duty_failed", duty=_name(duty), sandbox_id=sandbox_id and str(sandbox_id))
            failed.append(_name(duty))
    return DutiesDone(sum(events), tuple(failed))


async def do_duties_in_order(sessions: Sessions, sandbox_id: UUID, until: datetime) -> int:
    """As `do_duties`, for a step of a sandbox's clock: all or nothing, and the number of events recorded.

    Events are recorded in the order in which they fell due, however large the step.
    """
    async with sessions() as session:
        await session.execute(_ALONE, {"world": _world(sandbox_id)})
        batches = [await duty(session, sandbox_id, until, None) for duty in DUTIES]
        tellings = sorted((each for batch in batches for each in batch.tellings), key=lambda each: each.occurred_at)
        await record_events(session, tellings)
        await session.commit()
    return len(tellings)


async def _do(session: AsyncSession, duty: Duty, sandbox_id: UUID | None, until: datetime) -> int:
    """One duty, batch by batch, until nothing is left; the number of events.

    What was done is committed at once, so that no row stays locked while other duties look. A look that found nothing
    is left to be committed with the next.
    """
    events, done = 0, MOST_AT_ONCE
    while done >= MOST_AT_ONCE:
        free = await session.execute(_FREE_FOR_THIS, {"world": _world(sandbox_id), "duty": _name(duty)})
        if not free.scalar_one():
            return events
        batch = await duty(session, sandbox_id, until, MOST_AT_ONCE)
        tellings: list[Telling] = sorted(batch.tellings, key=lambda each: each.occurred_at)
        await record_events(session, tellings)
        if batch.done or tellings:
            await session.commit()
        session.expunge_all()  # the next one reads for itself
        events, done = events + len(tellings), batch.done
    return events


def _name(duty: Duty) -> str:
    return getattr(duty, "__name__", "duty")


def _world(sandbox_id: UUID | None) -> str:
    return f"duties of {sandbox_id or 'live'}"
