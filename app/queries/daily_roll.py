"""The roll of a day as a caller may see it: through its dated rows in `placement_viewers`."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.access.caller import Caller
from app.models.attendance import ExpectedSession
from app.models.organisations import Organisation, Site
from app.models.placement_contacts import PlacementContact
from app.models.placements import Placement, Timetable, TimetableSlot
from app.models.pupils import Pupil
from app.queries.placements import may_see_on
from app.rules.attendance_waivers import Waiver
from app.rules.ledger import NOT_EXPECTED
from app.rules.placement_contacts import PlacementContactRole
from app.rules.timetables import WEEKDAYS

_SchoolOfPupil = aliased(Organisation)
_NO_LONGER = NOT_EXPECTED - {Waiver.CLOSURE}


@dataclass(frozen=True, slots=True)
class RollRow:
    """A session of the roll, and the site that the timetable of the day names for it."""

    session: ExpectedSession
    site: Site | None


def placements_on_roll(caller: Caller, day: date, provider_id: UUID | None) -> Select[Any]:
    """The placements with a session on a day, each with its pupil and the name of the host school."""
    expected = exists().where(
        col(ExpectedSession.placement_id) == col(Placement.id),
        col(ExpectedSession.provider_id) == col(Placement.provider_id),
        *_of_roll(caller, day),
    )
    found: Any = (
        select(Placement, Pupil, col(_SchoolOfPupil.name).label("host_school_name"))
        .select_from(Placement)
        .join(Pupil, col(Pupil.id) == col(Placement.pupil_id))
        .outerjoin(_SchoolOfPupil, col(_SchoolOfPupil.id) == col(Placement.host_school_id))
        .where(expected)
    )
    statement = cast(Select[Any], found)
    return statement if provider_id is None else statement.where(col(Placement.provider_id) == provider_id)


async def sessions_on_roll(
    caller: Caller, session: AsyncSession, placement_ids: Sequence[UUID], day: date
) -> Mapping[UUID, Sequence[RollRow]]:
    """The sessions of these placements on a day, the morning first, with the sites that the timetable names."""
    later = aliased(Timetable)
    is_latest = ~exists().where(
        col(later.placement_id) == col(Timetable.placement_id),
        col(later.applies_from) > col(Timetable.applies_from),
        col(later.applies_from) <= day,
    ).correlate(Timetable)
    weekday = WEEKDAYS[day.weekday()] if day.weekday() < len(WEEKDAYS) else None
    statement = (
        select(ExpectedSession, Site)
        .select_from(ExpectedSession)
        .outerjoin(
            Timetable,
            and_(
                col(Timetable.placement_id) == col(ExpectedSession.placement_id),
                col(Timetable.applies_from) <= day,
                is_latest,
            ),
        )
        .outerjoin(
            TimetableSlot,
            and_(
                col(TimetableSlot.timetable_id) == col(Timetable.id),
                col(TimetableSlot.weekday) == weekday,
                col(TimetableSlot.session) == col(ExpectedSession.session),
            ),
        )
        .outerjoin(Site, col(Site.id) == col(TimetableSlot.site_id))
        .where(col(ExpectedSession.placement_id).in_(placement_ids), *_of_roll(caller, day))
        .order_by(col(ExpectedSession.placement_id), col(ExpectedSession.session))
    )
    found: defaultdict[UUID, list[RollRow]] = defaultdict(list)
    for each, site in await session.execute(statement):
        found[each.placement_id].append(RollRow(each, site))
    return found


async def leads_on_roll(
    caller: Caller, session: AsyncSession, placement_ids: Sequence[UUID]
) -> Mapping[UUID, Sequence[PlacementContact]]:
    """The AP leads that host schools have named for these placements, by placement."""
    statement = (
        select(PlacementContact)
        .where(
            col(PlacementContact.placement_id).in_(placement_ids),
            col(PlacementContact.role) == PlacementContactRole.AP_LEAD,
            may_see_on(caller, col(PlacementContact.placement_id), col(PlacementContact.listed_on)),
        )
        .order_by(col(PlacementContact.name), col(PlacementContact.id))
    )
    found: defaultdict[UUID, list[PlacementContact]] = defaultdict(list)
    for each in await session.scalars(statement):
        found[each.placement_id].append(each)
    return found


def _of_roll(caller: Caller, day: date) -> Sequence[ColumnElement[bool]]:
    """What is on the roll of a day: not what the timetable, or the placement, holds no longer."""
    return (
        col(ExpectedSession.on_date) == day,
        may_see_on(caller, col(ExpectedSession.placement_id), col(ExpectedSession.on_date)),
        or_(
            col(ExpectedSession.first_received_at).is_not(None),
            func.coalesce(col(ExpectedSession.waived_by), "").not_in(_NO_LONGER),
        ),
    )
