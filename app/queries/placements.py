"""Placements as a caller may see them: every statement starts from the caller's rows in `placement_viewers`."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import SQLCoreOperations
from sqlmodel import col

from app.access.caller import Caller
from app.clock import london_day
from app.models.frameworks import Framework, Lot
from app.models.organisations import Organisation, OrganisationKind
from app.models.placements import Placement, PlacementViewer, Timetable, TimetableSlot
from app.problems import NotFound
from app.rules.placements import PlacementState, PlacementStatus
from app.rules.timetables import WEEKDAYS


def visible_placement_ids(caller: Caller) -> Select[UUID]:
    """The ids of all placements the caller may see: what a list of anything about a child is restricted by."""
    return select(col(PlacementViewer.placement_id)).where(
        col(PlacementViewer.organisation_id) == caller.organisation_id
    )


def visible_placements(caller: Caller) -> Select[Placement]:
    return select(Placement).where(col(Placement.id).in_(visible_placement_ids(caller)))


async def visible_placement(
    caller: Caller, session: AsyncSession, placement_id: UUID, *, lock: bool = False
) -> Placement:
    """The placement, locked against other changes where asked; noted for the audit. Raises NotFound.

    Lock it before judging any rule about it: two that terminate or agree at once then meet one after the other. The
    lock leaves the key alone, so that it holds up no alert that refers to the placement. Where the lock had to wait for
    a severance of the child's identity, the placement is not visible any more.
    """
    statement = visible_placements(caller).where(col(Placement.id) == placement_id)
    if lock:
        locked = statement.with_for_update(of=Placement, key_share=True)
        statement = locked.execution_options(populate_existing=True)
    found = (await session.scalars(statement)).one_or_none()
    if found is None or (lock and not await _still_visible(caller, session, placement_id)):
        raise NotFound
    caller.sees_placements(found.id)
    caller.sees_pupils(found.pupil_id)
    return found


async def _still_visible(caller: Caller, session: AsyncSession, placement_id: UUID) -> bool:
    mine = visible_placement_ids(caller).where(col(PlacementViewer.placement_id) == placement_id).limit(1)
    return (await session.scalars(mine)).one_or_none() is not None


async def own_placement(caller: Caller, session: AsyncSession, placement_id: UUID, *, lock: bool = False) -> Placement:
    """A placement that the caller provides, in whatever state. Raises NotFound."""
    found = await visible_placement(caller, session, placement_id, lock=lock)
    if found.provider_id != caller.organisation_id:
        raise NotFound
    return found


async def days_placed_with(caller: Caller, session: AsyncSession, pupil_id: UUID) -> Sequence[tuple[date, date]]:
    """First and last days of a pupil's accepted placements with the caller, or with the pupil on the caller's roll."""
    statement = visible_placements(caller).where(
        col(Placement.pupil_id) == pupil_id,
        col(Placement.state) == PlacementState.ACCEPTED,
        or_(
            col(Placement.provider_id) == caller.organisation_id,
            col(Placement.host_school_id) == caller.organisation_id,
        ),
    )
    return [(each.starts_on, each.ends_on) for each in (await session.scalars(statement)).all()]


async def placements_by_id(caller: Caller, session: AsyncSession, ids: Iterable[UUID]) -> Mapping[UUID, Placement]:
    """Those of these placements that the caller may see, by id; noted for the audit."""
    found = (await session.scalars(visible_placements(caller).where(col(Placement.id).in_(set(ids))))).all()
    caller.sees_placements(*(each.id for each in found))
    caller.sees_pupils(*(each.pupil_id for each in found))
    return {each.id: each for each in found}


async def slots_of(
    session: AsyncSession, placement_id: UUID, timetable_id: UUID | None = None
) -> Sequence[TimetableSlot]:
    """The weekly slots of a placement's first timetable, or of the version named."""
    chosen = timetable_id or (
        select(col(Timetable.id))
        .where(col(Timetable.placement_id) == placement_id)
        .order_by(col(Timetable.applies_from))
        .limit(1)
        .scalar_subquery()
    )
    statement = select(TimetableSlot).where(
        col(TimetableSlot.placement_id) == placement_id, col(TimetableSlot.timetable_id) == chosen
    )
    found = (await session.scalars(statement)).all()
    return sorted(found, key=lambda slot: (WEEKDAYS.index(slot.weekday), slot.session))


def timetables_in(placement_id: UUID) -> Select[Timetable]:
    """The versions of the timetable of a placement that the caller was shown to see."""
    return select(Timetable).where(col(Timetable.placement_id) == placement_id)


async def timetables_of(session: AsyncSession, placement_id: UUID) -> Sequence[Timetable]:
    """Every version of a placement's timetable, the earliest first."""
    return (await session.scalars(timetables_in(placement_id).order_by(col(Timetable.applies_from)))).all()


def with_status(statement: Select[Placement], status: PlacementStatus, today: date) -> Select[Placement]:
    """Only the placements that have this status today: the same answer as `rules.placements.placement_status`."""
    state, starts_on, ends_on = col(Placement.state), col(Placement.starts_on), col(Placement.ends_on)
    accepted = state == PlacementState.ACCEPTED
    conditions = {
        PlacementStatus.UPCOMING: and_(accepted, starts_on > today),
        PlacementStatus.ACTIVE: and_(accepted, starts_on <= today, ends_on >= today),
        PlacementStatus.ENDED: and_(accepted, ends_on < today),
    }
    return statement.where(conditions.get(status, state == status.value))


def status_moved_since(since: datetime, today: date) -> ColumnElement[bool]:
    """Whether an accepted placement began or ended since an instant; a day too many rather than one less."""
    day = london_day(since)
    return and_(
        col(Placement.state) == PlacementState.ACCEPTED,
        or_(
            col(Placement.starts_on).between(day, today),
            col(Placement.ends_on).between(day - timedelta(days=1), today - timedelta(days=1)),
        ),
    )


async def councils_of(session: AsyncSession, placement: Placement) -> list[UUID]:
    """The councils whose forms and contacts a placement goes by, the nearest first.

    The one under whose framework it was made, then the commissioner's own council, then the host school's.
    """
    framework_council = (
        select(col(Framework.council_id))
        .join(Lot, col(Lot.framework_id) == col(Framework.id))
        .where(col(Lot.id) == placement.lot_id)
    )
    councils = list(await session.scalars(framework_council))
    parties = [party for party in (placement.commissioner_id, placement.host_school_id) if party is not None]
    found = {o.id: o for o in await session.scalars(select(Organisation).where(col(Organisation.id).in_(parties)))}
    for party in parties:
        organisation = found.get(party)
        if organisation is not None:
            council = organisation.id if organisation.kind is OrganisationKind.COUNCIL else organisation.council_id
            councils += [council] if council is not None and council not in councils else []
    return councils


async def own_placements(caller: Caller, session: AsyncSession, ids: Collection[UUID]) -> Mapping[UUID, Placement]:
    """Those of the placements that are with the calling provider, by id."""
    statement = visible_placements(caller).where(
        col(Placement.id).in_(ids), col(Placement.provider_id) == caller.organisation_id
    )
    return {each.id: each for each in await session.scalars(statement)}


def may_see_on(
    caller: Caller, placement_id: SQLCoreOperations[UUID], day: SQLCoreOperations[date]
) -> ColumnElement[bool]:
    """Whether the caller may see what a placement's record of `day` holds: its rows as a viewer may be dated."""
    return exists().where(
        col(PlacementViewer.organisation_id) == caller.organisation_id,
        col(PlacementViewer.placement_id) == placement_id,
        func.coalesce(col(PlacementViewer.from_on) <= day, true()),
        func.coalesce(day <= col(PlacementViewer.until_on), true()),
    )
