"""The sandbox's return of placements commissioned and ended: one school of the first council has filed, others not."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.queries.placement_returns import own_movements
from app.rules.placement_returns import return_period
from app.rules.statistics_periods import month_before
from app.schemas.placement_returns import PlacementReturnFile
from app.services.placement_returns import file_return
from app.services.sandbox_organisations import Inhabitants


async def file_one_return(session: AsyncSession, them: Inhabitants) -> None:
    """For the month that has ended last; a nil return where nothing moved."""
    council = them.councils[0].organisation.id
    school = next(each for each in them.schools if each.organisation.council_id == council)
    caller = await school.speaks(session)
    month = month_before(caller.today)
    period = return_period(month)
    assert period is not None
    moved = await own_movements(caller, session, period)
    body = PlacementReturnFile(period=month, nil_return=not moved, filed_by="A. Head, headteacher")
    await file_return(caller, session, body)
