"""Pupils: seen by whoever registered them, and by whoever sees one of their placements or referrals."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import Select, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.placements import Placement, PlacementViewer
from app.models.pupils import ClosedPlacement, Pupil
from app.models.referrals import Referral
from app.problems import NotFound
from app.queries.referrals import visible_referrals


def visible_pupils(caller: Caller) -> Select[Pupil]:
    mine = col(Pupil.registered_by_id) == caller.organisation_id
    referred = visible_referrals(caller).with_only_columns(col(Referral.pupil_id))
    return select(Pupil).where(
        col(Pupil.severed_at).is_(None),
        or_(mine, col(Pupil.id).in_(_placed(caller)), col(Pupil.id).in_(referred)),
    )


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


async def own_pupil(caller: Caller, session: AsyncSession, pupil_id: UUID) -> Pupil:
    """A pupil that the caller registered, locked. Raises NotFound."""
    statement = visible_pupils(caller).where(
        col(Pupil.id) == pupil_id, col(Pupil.registered_by_id) == caller.organisation_id
    )
    found = (await session.scalars(statement.with_for_update(of=Pupil))).one_or_none()
    if found is None:
        raise NotFound
    return found


async def concern_today(caller: Caller, session: AsyncSession, pupil_ids: Collection[UUID]) -> set[UUID]:
    """Those of the pupils of whom the caller sees a placement today: of the others it is not told where they went."""
    statement = _placed(caller).where(
        col(Placement.pupil_id).in_(pupil_ids), func.coalesce(caller.today <= col(PlacementViewer.until_on), true())
    )
    return set(await session.scalars(statement))


async def is_closed(caller: Caller, session: AsyncSession, placement_id: UUID) -> bool:
    """Whether this was a placement of the caller's until its child's identity was severed."""
    statement = select(col(ClosedPlacement.placement_id)).where(
        col(ClosedPlacement.placement_id) == placement_id,
        col(ClosedPlacement.provider_id) == caller.organisation_id,
    )
    return (await session.scalars(statement)).one_or_none() is not None


def _placed(caller: Caller) -> Select[UUID]:
    return (
        select(col(Placement.pupil_id))
        .join(PlacementViewer, col(PlacementViewer.placement_id) == col(Placement.id))
        .where(col(PlacementViewer.organisation_id) == caller.organisation_id)
    )
