"""The placements of a pupil that a caller may see, each with the outcome that stands."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.access.caller import Caller
from app.models.outcomes import Outcome
from app.models.placements import Placement
from app.queries.placements import visible_placements
from app.rules.placements import PlacementState


async def placements_of_pupil(caller: Caller, session: AsyncSession, pupil_id: UUID) -> Sequence[Placement]:
    """Those accepted, the earliest first; noted for the audit."""
    statement = (
        visible_placements(caller)
        .where(col(Placement.pupil_id) == pupil_id, col(Placement.state) == PlacementState.ACCEPTED)
        .order_by(col(Placement.starts_on), col(Placement.id))
    )
    found = (await session.scalars(statement)).all()
    caller.sees_placements(*(each.id for each in found))
    return found


async def outcomes_of_pupil(caller: Caller, session: AsyncSession, pupil_id: UUID) -> dict[UUID, Outcome]:
    """The standing outcome of each of the pupil's placements, by placement."""
    later = aliased(Outcome)
    pupils = visible_placements(caller).where(col(Placement.pupil_id) == pupil_id).with_only_columns(col(Placement.id))
    statement = select(Outcome).where(
        col(Outcome.placement_id).in_(pupils), ~exists().where(col(later.supersedes_id) == col(Outcome.id))
    )
    return {each.placement_id: each for each in await session.scalars(statement)}
