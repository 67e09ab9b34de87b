"""Something for each office to answer on the first morning in the sandbox."""

from datetime import timedelta
from itertools import islice

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.models.placements import Placement
from app.queries.calendars import school_calendar
from app.queries.placements import visible_placements
from app.rules.calendars import next_lawful_end_dates
from app.schemas.extensions import ExtensionRequest
from app.schemas.suspensions import SuspensionRequest
from app.services.extensions import request_extension
from app.services.sandbox_organisations import Inhabitants
from app.services.suspensions import request_suspension

_SUSPENDED_ON = 10


async def ask_parties(session: AsyncSession, them: Inhabitants) -> None:
    """The first provider asks to suspend a pupil on the tenth day, and to extend another's placement."""
    caller = await them.providers[0].speaks(session)
    own = visible_placements(caller).where(col(Placement.provider_id) == caller.organisation_id)
    suspended, extended = (await session.scalars(own.order_by(col(Placement.id)).limit(2))).all()
    calendar = await school_calendar(session, suspended.calendar_id)
    days = list(islice(calendar.open_pupil_days(suspended.starts_on, suspended.ends_on), _SUSPENDED_ON))
    await request_suspension(
        caller,
        session,
        SuspensionRequest(
            placement_id=suspended.id, starts_on=days[-1], ends_on=days[-1], reason="Put two others in danger"
        ),
    )
    calendar = await school_calendar(session, extended.calendar_id)
    for later in next_lawful_end_dates(calendar, extended.planned_end_on + timedelta(days=1), 1):
        await request_extension(
            caller,
            session,
            ExtensionRequest(
                placement_id=extended.id,
                new_end_on=later,
                reason="Two units of the qualification are left",
                given_by="C. Lead, head of centre",
            ),
        )
