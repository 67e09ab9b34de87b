"""Calendars. They are published facts: every caller of the same world reads them."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import Select, exists, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.calendars import Calendar, CalendarClosure, CalendarHalfTerm
from app.models.organisations import Organisation, OrganisationKind
from app.models.placements import Placement
from app.problems import NotFound
from app.rules.calendars import Closure, HalfTerm, SchoolCalendar
from app.rules.placements import PlacementState

_VIEWERS = text("select organisation_id from calendar_viewers(:calendar_id, :today)")


def visible_calendars(caller: Caller) -> Select[Calendar]:
    return (
        select(Calendar)
        .join(Organisation, col(Organisation.id) == col(Calendar.owner_id))
        .where(col(Organisation.sandbox_id).is_not_distinct_from(caller.sandbox_id))
    )


async def visible_calendar(caller: Caller, session: AsyncSession, calendar_id: UUID, *, lock: bool = False) -> Calendar:
    """Raises NotFound."""
    statement = visible_calendars(caller).where(col(Calendar.id) == calendar_id)
    if lock:
        statement = statement.with_for_update(of=Calendar)
    found = (await session.scalars(statement)).one_or_none()
    if found is None:
        raise NotFound
    return found


async def council_with_calendars(caller: Caller, session: AsyncSession, commissioner_id: UUID) -> UUID | None:
    """The council whose calendars a commissioner goes by: its own council, for a school that publishes none itself."""
    statement = select(col(Organisation.council_id)).where(
        col(Organisation.id) == commissioner_id,
        col(Organisation.sandbox_id).is_not_distinct_from(caller.sandbox_id),
        col(Organisation.kind) == OrganisationKind.SCHOOL,
        ~exists().where(col(Calendar.owner_id) == commissioner_id),
    )
    return (await session.scalars(statement)).one_or_none()


async def is_placed_under(caller: Caller, session: AsyncSession, pupil_id: UUID, calendar_id: UUID) -> bool:
    """Whether a child is with the caller, as its provider, under this calendar."""
    placed = exists().where(
        col(Placement.pupil_id) == pupil_id,
        col(Placement.calendar_id) == calendar_id,
        col(Placement.provider_id) == caller.organisation_id,
        col(Placement.state) == PlacementState.ACCEPTED,
    )
    return bool(await session.scalar(select(placed)))


async def audience_of(caller: Caller, session: AsyncSession, calendar: Calendar) -> set[UUID]:
    """Who is told of the caller's own calendar: the caller, and all who see a placement governed by it today.

    The caller need not see those placements: the answer says whom an event is for, and goes into no response.
    """
    viewers = await session.scalars(_VIEWERS, {"calendar_id": calendar.id, "today": caller.today})
    return {calendar.owner_id, *viewers}


async def school_calendars(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, SchoolCalendar]:
    """The calendars as the rules know them, by id, in two queries however many they are."""
    half_terms = (
        await session.scalars(
            select(CalendarHalfTerm)
            .where(col(CalendarHalfTerm.calendar_id).in_(ids))
            .order_by(col(CalendarHalfTerm.first_on))
        )
    ).all()
    closures = (
        await session.scalars(
            select(CalendarClosure).where(col(CalendarClosure.calendar_id).in_(ids)).order_by(col(CalendarClosure.day))
        )
    ).all()
    return {
        each: SchoolCalendar(
            tuple(HalfTerm(h.term, h.half, h.first_on, h.last_on) for h in half_terms if h.calendar_id == each),
            tuple(Closure(c.day, c.reason, c.declared_at) for c in closures if c.calendar_id == each),
        )
        for each in ids
    }


async def school_calendar(session: AsyncSession, calendar_id: UUID) -> SchoolCalendar:
    """The calendar that governs a placement, as the rules know it."""
    return (await school_calendars(session, [calendar_id]))[calendar_id]
