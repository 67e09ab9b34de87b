"""Moving a sandbox's clock. One clock for the whole sandbox: the parties of a placement must agree what time it is."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.clock import london_day, utc_now
from app.models.calendars import Calendar
from app.models.organisations import Sandbox
from app.outbox.tools import Tools
from app.problems import Conflict, FieldError, Invalid, Unavailable
from app.queries.calendars import school_calendars, visible_calendars
from app.queries.sandbox import own_sandbox
from app.rules.calendars import SchoolCalendar
from app.rules.london import LONDON
from app.schemas.sandbox import MOST_SECONDS, ClockAdvance
from app.services.duties import do_duties_in_order
from app.services.email_sending import keep_due_emails

SCHOOL_MORNING = time(8, 50)
_FURTHEST = timedelta(seconds=MOST_SECONDS)


async def set_clock(caller: Caller, session: AsyncSession, workers: Tools | None, at: datetime) -> Sandbox:
    """Makes the clock stand at `at`, with all that was due by then done.

    Raises Conflict where the clock is already past it, Invalid where it is too far off.
    """
    sandbox = await own_sandbox(caller, session, lock=True)
    return await _move(session, workers, sandbox, at.astimezone(UTC))


async def advance_clock(caller: Caller, session: AsyncSession, workers: Tools | None, body: ClockAdvance) -> Sandbox:
    """Moves the clock on from where it is once the callers before this one are done. Raises Conflict, Invalid."""
    sandbox = await own_sandbox(caller, session, lock=True)
    now = sandbox.stands_at or utc_now()
    if body.seconds is not None:
        return await _move(session, workers, sandbox, now + timedelta(seconds=body.seconds))
    return await _move(session, workers, sandbox, await _next_school_morning(caller, session, now))


async def _move(session: AsyncSession, workers: Tools | None, sandbox: Sandbox, at: datetime) -> Sandbox:
    """The duties are committed by the worker role before the clock is: if the request then fails, it can be repeated,
    and finds nothing left to do. So are the emails that fell due, where the sandbox keeps them.
    """
    now = sandbox.stands_at or utc_now()
    if at < now:
        raise Conflict(
            f"The sandbox's clock is already at {now.isoformat()} and only moves forward. Choose a later instant."
            " To begin again, stop the service and run `make clean`, then `make run`: it makes a new sandbox."
        )
    if at - now > _FURTHEST:
        raise Invalid([FieldError("/now", "too_far", "The clock moves on by at most 92 days at a time.")])
    if workers is None:
        raise Unavailable
    await do_duties_in_order(workers.sessions, sandbox.id, at)
    if workers.settings.keeps_mails:
        await keep_due_emails(workers.sessions, sandbox.id)
    sandbox.stands_at = at
    await session.flush()
    return sandbox


async def _next_school_morning(caller: Caller, session: AsyncSession, now: datetime) -> datetime:
    statement = visible_calendars(caller).with_only_columns(col(Calendar.id))
    ids = list((await session.execute(statement)).scalars())
    day = _first_pupil_day(await school_calendars(session, ids), london_day(now), now)
    if day is None:
        raise Conflict("No calendar of the sandbox has an open pupil day after this one. Publish more half-terms.")
    return _morning_of(day)


def _first_pupil_day(calendars: Mapping[UUID, SchoolCalendar], today: date, now: datetime) -> date | None:
    from_day = today if now < _morning_of(today) else today + timedelta(days=1)
    days = (next(each.open_pupil_days(from_day, date.max), None) for each in calendars.values())
    return min((day for day in days if day is not None), default=None)


def _morning_of(day: date) -> datetime:
    return datetime.combine(day, SCHOOL_MORNING, LONDON).astimezone(UTC)
