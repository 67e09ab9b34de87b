"""What commissioners stated about placed children, reached through the placements that the caller may see."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.placement_facts import PlacementFacts
from app.queries.placements import visible_placement


async def visible_facts(caller: Caller, session: AsyncSession, placement_id: UUID) -> PlacementFacts | None:
    """None where nothing was stated yet. Raises NotFound for a placement that the caller may not see."""
    placement = await visible_placement(caller, session, placement_id)
    statement = select(PlacementFacts).where(col(PlacementFacts.placement_id) == placement.id)
    return (await session.scalars(statement.execution_options(populate_existing=True))).one_or_none()
