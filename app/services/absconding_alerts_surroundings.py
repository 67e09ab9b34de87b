"""What is read beside an absconding alert, none of which may hold it up: what cannot be read is done without."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.db.savepoint import or_else, savepoint
from app.models.absconding import AbscondingAlert
from app.models.organisations import Contact
from app.models.placement_contacts import PlacementContact
from app.models.placements import Placement
from app.queries.absconding_alerts import earlier_alert, police_contacts, services_told
from app.queries.calendars import school_calendar
from app.queries.placements import councils_of
from app.rules.calendars import SchoolCalendar


@dataclass(frozen=True, slots=True)
class Surroundings:
    """`earlier` is an open alert that the new one may tell of again."""

    calendar: SchoolCalendar | None
    police: Sequence[Contact]
    services: Sequence[PlacementContact]
    earlier: AbscondingAlert | None


async def surroundings_of(caller: Caller, session: AsyncSession, placement: Placement) -> Surroundings:
    """Read together, which is quick; where that fails, each by itself, so that one is not missed for another."""
    try:
        async with savepoint(session):
            return Surroundings(
                await school_calendar(session, placement.calendar_id),
                await _police(session, placement),
                await services_told(caller, session, placement),
                await earlier_alert(caller, session, placement),
            )
    except Exception:  # what is wrong is complained of below
        return await _one_by_one(caller, session, placement)


async def _one_by_one(caller: Caller, session: AsyncSession, placement: Placement) -> Surroundings:
    none: Sequence[PlacementContact] = ()
    nobody: Sequence[Contact] = ()
    return Surroundings(
        await or_else(session, "calendar", lambda: school_calendar(session, placement.calendar_id), None),
        await or_else(session, "police", lambda: _police(session, placement), nobody),
        await or_else(session, "services", lambda: services_told(caller, session, placement), none),
        await or_else(session, "repeats", lambda: earlier_alert(caller, session, placement), None),
    )


async def _police(session: AsyncSession, placement: Placement) -> Sequence[Contact]:
    return await police_contacts(session, await councils_of(session, placement))
