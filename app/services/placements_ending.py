"""Moving a placement's last day, and with it everything that hangs on its days."""

from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.placements import Placement
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.queries.agreements import agreed_ends
from app.queries.successors import is_taken_over
from app.queries.terminations import standing_notices
from app.rules.placements import PLACEMENTS
from app.rules.successors import may_end_later
from app.rules.termination import end_that_stands
from app.services.agreements_both_sides import follow_end
from app.services.changes import changed, insist, state_after
from app.services.early_departures import end_early_departures
from app.services.expected_sessions import let_ledger_follow
from app.services.part_time_plans_ending import end_plans
from app.services.suspensions import end_suspensions

_ONE_DAY = timedelta(days=1)


async def end_on(caller: Caller, session: AsyncSession, placement: Placement, last_day: date) -> None:
    """The placement, locked, ends on `last_day`: its sessions and all that was asked for beyond that day follow.

    Whatever has days of its own within a placement is brought into line here, and nowhere else. Raises RuleRefused for
    a later end of a placement that another has taken over from.
    """
    before = placement.ends_on
    if last_day == before:
        return
    if last_day > before:
        insist(may_end_later(succeeded=await is_taken_over(caller, session, placement)))
    placement.ends_on = last_day
    changed(placement, caller)
    await session.flush()
    if last_day < before:
        await end_suspensions(caller, session, placement, last_day)
        await end_early_departures(caller, session, placement, last_day)
        await end_plans(caller, session, placement, last_day)
    await let_ledger_follow(caller, session, placement, min(before, last_day) + _ONE_DAY, max(before, last_day))
    await follow_end(caller, session, placement, last_day)


async def days_that_end_it(session: AsyncSession, placement: Placement) -> list[date]:
    """The days for which notice stands, or on which all have agreed to end a placement at once; the earliest first."""
    standing = await standing_notices(session, placement.id)
    return sorted([*(each.effective_on for each in standing), *await agreed_ends(session, placement.id)])


async def end_as_it_stands(caller: Caller, session: AsyncSession, placement: Placement) -> None:
    """The placement, locked, ends when what stands now says: after a notice was withdrawn, or the planned end moved."""
    last_day = end_that_stands(placement.planned_end_on, await days_that_end_it(session, placement))
    await end_on(caller, session, placement, last_day)


async def extend_to(caller: Caller, session: AsyncSession, placement: Placement, planned_end_on: date) -> None:
    """The planned end of a placement, locked, moves by an extension that was agreed; standing notices go on ruling."""
    placement.planned_end_on = planned_end_on
    changed(placement, caller)
    await session.flush()
    await end_as_it_stands(caller, session, placement)


async def call_off(caller: Caller, session: AsyncSession, placement: Placement) -> None:
    """The placement, locked, never begins: nothing is expected of it, and all that was asked for goes."""
    placement.state = state_after(PLACEMENTS, placement.state, "call_off", "termination")
    changed(placement, caller)
    await session.flush()
    await let_ledger_follow(caller, session, placement, placement.starts_on, placement.ends_on)
    the_day_before = placement.starts_on - _ONE_DAY
    await end_suspensions(caller, session, placement, the_day_before)
    await follow_end(caller, session, placement, the_day_before)
    path = f"/v1/placements/{placement.id}"
    await record_event(session, EventType.PLACEMENT_WITHDRAWN, path, caller.now, placements=[placement.id])
