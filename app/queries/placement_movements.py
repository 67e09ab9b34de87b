"""The placements that schools commissioned and that began or ended in a period."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.organisations import Organisation, OrganisationKind
from app.models.outcomes import Outcome
from app.models.placements import Placement
from app.queries.placements import visible_placement_ids
from app.queries.returns import seen_between
from app.rules.placements import PlacementState


def placements_moved(caller: Caller, first: date, last: date, school_id: UUID | None = None) -> Select[Any]:
    """Those that the calling school or the schools of the calling council commissioned (`rules.placement_returns`)."""
    began = col(Placement.starts_on).between(first, last)
    ended = and_(col(Placement.ends_on).between(first, last), col(Placement.ends_on) < caller.today)
    found: Any = select(Placement).where(
        seen_between(caller, first, last),
        col(Placement.state) == PlacementState.ACCEPTED,
        col(Placement.commissioner_id).in_(_schools(caller)),
        or_(began, ended),
    )
    if school_id is not None:
        found = found.where(col(Placement.commissioner_id) == school_id)
    return cast(Select[Any], found)


async def standing_outcomes(
    caller: Caller, session: AsyncSession, placements: Collection[UUID]
) -> Mapping[UUID, Outcome]:
    """How each placement came out, by the last statement of it."""
    statement = (
        select(Outcome)
        .ext(distinct_on(col(Outcome.placement_id)))
        .where(col(Outcome.placement_id).in_(visible_placement_ids(caller)), col(Outcome.placement_id).in_(placements))
        .order_by(col(Outcome.placement_id), col(Outcome.number).desc())
    )
    return {each.placement_id: each for each in await session.scalars(statement)}


def _schools(caller: Caller) -> Select[UUID]:
    """The calling school, or the schools of the calling council."""
    of_a_council = caller.kind is OrganisationKind.COUNCIL
    mine = col(Organisation.council_id if of_a_council else Organisation.id) == caller.organisation_id
    return select(col(Organisation.id)).where(mine, col(Organisation.kind) == OrganisationKind.SCHOOL)
