"""Pupils: seen by whoever registered them and by whoever sees one of their placements."""

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.placements import Placement, PlacementViewer
from app.models.pupils import Pupil
from app.problems import NotFound


def visible_pupils(caller: Caller) -> Select[Pupil]:
    placed = (
        select(col(Placement.pupil_id))
        .join(PlacementViewer, col(PlacementViewer.placement_id) == col(Placement.id))
        .where(col(PlacementViewer.organisation_id) == caller.organisation_id)
    )
    return select(Pupil).where(or_(col(Pupil.registered_by_id) == caller.organisation_id, col(Pupil.id).in_(placed)))


async def visible_pupil(caller: Caller, session: AsyncSession, pupil_id: UUID) -> Pupil:
    """Raises NotFound."""
    found = (await session.scalars(visible_pupils(caller).where(col(Pupil.id) == pupil_id))).one_or_none()
    if found is None:
        raise NotFound
    caller.sees_pupils(found.id)
    return found


async def births_of(caller: Caller, session: AsyncSession, ids: Iterable[UUID]) -> Mapping[UUID, date]:
    """The dates of birth of those of these pupils that the caller may see; noted for the audit."""
    found = (await session.scalars(visible_pupils(caller).where(col(Pupil.id).in_(set(ids))))).all()
    caller.sees_pupils(*(each.id for each in found))
    return {each.id: each.date_of_birth for each in found}
