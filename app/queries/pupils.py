"""Pupils: seen by whoever registered them and by whoever sees one of their placements."""

from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.placements import Placement, PlacementViewer
from app.models.pupils import ClosedPlacement, Pupil
from app.problems import NotFound


def visible_pupils(caller: Caller) -> Select[Pupil]:
    placed = (
        select(col(Placement.pupil_id))
        .join(PlacementViewer, col(PlacementViewer.placement_id) == col(Placement.id))
        .where(col(PlacementViewer.organisation_id) == caller.organisation_id)
    )
    mine = col(Pupil.registered_by_id) == caller.organisation_id
    return select(Pupil).where(col(Pupil.severed_at).is_(None), or_(mine, col(Pupil.id).in_(placed)))


async def visible_pupil(caller: Caller, session: AsyncSession, pupil_id: UUID) -> Pupil:
    """Raises NotFound."""
    found = (await session.scalars(visible_pupils(caller).where(col(Pupil.id) == pupil_id))).one_or_none()
    if found is None:
        raise NotFound
    caller.sees_pupils(found.id)
    return found


async def own_pupil(caller: Caller, session: AsyncSession, pupil_id: UUID) -> Pupil:
    """A pupil that the caller registered, locked. Raises NotFound."""
    statement = visible_pupils(caller).where(
        col(Pupil.id) == pupil_id, col(Pupil.registered_by_id) == caller.organisation_id
    )
    found = (await session.scalars(statement.with_for_update(of=Pupil))).one_or_none()
    if found is None:
        raise NotFound
    return found


async def is_closed(caller: Caller, session: AsyncSession, placement_id: UUID) -> bool:
    """Whether this was a placement of the caller's until its child's identity was severed."""
    statement = select(col(ClosedPlacement.placement_id)).where(
        col(ClosedPlacement.placement_id) == placement_id,
        col(ClosedPlacement.provider_id) == caller.organisation_id,
    )
    return (await session.scalars(statement)).one_or_none() is not None
