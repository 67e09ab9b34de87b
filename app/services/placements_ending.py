"""Moving a placement's last day, and with it everything that hangs on its days."""

from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.placements import Placement
from app.services.changes import changed
from app.services.expected_sessions import expect_by_versions, stop_expecting
from app.services.part_time_plans_ending import end_plans
from app.services.suspensions import end_suspensions

_ONE_DAY = timedelta(days=1)


async def end_on(caller: Caller, session: AsyncSession, placement: Placement, last_day: date) -> None:
    """The placement, locked, ends on `last_day`: its sessions and all that was asked for beyond that day follow.

    Whatever has days of its own within a placement is brought into line here, and nowhere else.
    """
    before = placement.ends_on
    if last_day == before:
        return
    placement.ends_on = last_day
    changed(placement, caller)
    await session.flush()
    if last_day < before:
        await stop_expecting(session, placement, last_day + _ONE_DAY, before)
        await end_suspensions(caller, session, placement, last_day)
        await end_plans(caller, session, placement, last_day)
    else:
        await expect_by_versions(caller, session, placement, before + _ONE_DAY, last_day)
