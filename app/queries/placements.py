"""Placements as a caller may see them. Every statement starts from `placement_viewers`, by the caller's organisation."""

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.placements import Placement, PlacementViewer
from app.problems import NotFound


def visible_placement_ids(caller: Caller) -> Select[tuple[UUID]]:
    """The ids of all placements the caller may see: what a list of anything about a child is restricted by."""
    return select(col(PlacementViewer.placement_id)).where(
        col(PlacementViewer.organisation_id) == caller.organisation_id
    )


def visible_placements(caller: Caller) -> Select[tuple[Placement]]:
    return select(Placement).where(col(Placement.id).in_(visible_placement_ids(caller)))


async def visible_placement(
    caller: Caller, session: AsyncSession, placement_id: UUID, *, lock: bool = False
) -> Placement:
    """The placement, locked against other changes where asked; noted for the audit. Raises NotFound.

    Lock it before judging any rule about it: two that terminate or agree at once then meet one after the other.
    """
    statement = visible_placements(caller).where(col(Placement.id) == placement_id)
    if lock:
        statement = statement.with_for_update(of=Placement)
    found = (await session.scalars(statement)).one_or_none()
    if found is None:
        raise NotFound
    caller.sees_placements(found.id)
    caller.sees_pupils(found.pupil_id)
    return found
