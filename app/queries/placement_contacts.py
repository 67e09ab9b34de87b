"""The contacts of a placement, as a caller may see them: through its dated rows in `placement_viewers`."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.placement_contacts import PlacementContact
from app.queries.placements import may_see_on


async def placement_contacts(caller: Caller, session: AsyncSession, placement_id: UUID) -> Sequence[PlacementContact]:
    """In the order of their roles, then names."""
    statement = (
        select(PlacementContact)
        .where(
            col(PlacementContact.placement_id) == placement_id,
            may_see_on(caller, col(PlacementContact.placement_id), col(PlacementContact.listed_on)),
        )
        .order_by(col(PlacementContact.role), col(PlacementContact.name), col(PlacementContact.id))
    )
    return (await session.scalars(statement)).all()
