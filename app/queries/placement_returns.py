"""Returns of placements commissioned and ended: seen by the school that filed them, and by its council."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.organisations import Organisation, OrganisationKind
from app.models.placement_returns import PlacementReturn, PlacementReturnLine
from app.models.placements import Placement
from app.problems import NotFound
from app.queries.placement_movements import placements_moved
from app.queries.placements import visible_placement_ids
from app.rules.statistics_periods import StatisticsPeriod


def visible_returns(caller: Caller) -> Select[PlacementReturn]:
    return select(PlacementReturn).where(
        or_(
            col(PlacementReturn.school_id) == caller.organisation_id,
            col(PlacementReturn.council_id) == caller.organisation_id,
        )
    )


async def visible_return(caller: Caller, session: AsyncSession, return_id: UUID) -> PlacementReturn:
    """Raises NotFound."""
    found = (await session.scalars(visible_returns(caller).where(col(PlacementReturn.id) == return_id))).one_or_none()
    if found is None:
        raise NotFound
    return found


async def standing_return(caller: Caller, session: AsyncSession, period: str) -> PlacementReturn | None:
    """The calling school's return of a period that no other supersedes, locked."""
    statement = select(PlacementReturn).where(
        col(PlacementReturn.school_id) == caller.organisation_id,
        col(PlacementReturn.period) == period,
        col(PlacementReturn.superseded_by_id).is_(None),
    )
    return (await session.scalars(statement.with_for_update())).one_or_none()


async def lines_of(
    caller: Caller, session: AsyncSession, ids: Collection[UUID]
) -> Mapping[UUID, Sequence[PlacementReturnLine]]:
    """The lines of returns about placements that the caller may see, by return; noted for the audit."""
    statement = (
        select(PlacementReturnLine)
        .where(
            col(PlacementReturnLine.return_id).in_(ids),
            col(PlacementReturnLine.placement_id).in_(visible_placement_ids(caller)),
        )
        .order_by(col(PlacementReturnLine.placement_id))
    )
    found: defaultdict[UUID, list[PlacementReturnLine]] = defaultdict(list)
    for each in await session.scalars(statement):
        found[each.return_id].append(each)
    caller.sees_placements(*(each.placement_id for lines in found.values() for each in lines))
    return found


async def own_movements(caller: Caller, session: AsyncSession, period: StatisticsPeriod) -> Sequence[Placement]:
    """The placements that the calling school commissioned and that began or ended in a period."""
    statement = placements_moved(caller, period.first, period.last)
    return [row[0] for row in (await session.execute(statement)).all()]


async def own_council(caller: Caller, session: AsyncSession) -> UUID | None:
    """The council that the calling school belongs to."""
    mine = select(col(Organisation.council_id)).where(col(Organisation.id) == caller.organisation_id)
    return (await session.scalars(mine)).one()


def schools_without_return(caller: Caller, period: str) -> Select[Any]:
    """The schools of the calling council that have filed nothing for a period."""
    filed = exists().where(
        col(PlacementReturn.school_id) == col(Organisation.id),
        col(PlacementReturn.council_id) == caller.organisation_id,
        col(PlacementReturn.period) == period,
    )
    found: Select[Any] = select(Organisation).where(
        col(Organisation.council_id) == caller.organisation_id,
        col(Organisation.kind) == OrganisationKind.SCHOOL,
        ~filed,
    )
    return found
