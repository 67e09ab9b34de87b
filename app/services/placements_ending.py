"""Moving a placement's last day, and with it everything that hangs on its days."""

from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.placements import Placement
from app.queries.successors import is_taken_over
from app.rules.successors import may_end_later
from app.services.changes import changed, insist
from app.services.expected_sessions import expect_by_versions, stop_expecting
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
        await stop_expecting(session, placement, last_day + _ONE_DAY, before)
        await end_suspensions(caller, session, placement, last_day)
    else:
        await expect_by_versions(caller, session, placement, before + _ONE_DAY, last_day)
