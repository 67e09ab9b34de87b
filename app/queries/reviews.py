"""Reviews, reached through the dated rows in `placement_viewers`."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.reviews import Review
from app.queries.placements import may_see_on


def visible_reviews(caller: Caller, placement_id: UUID) -> Select[Review]:
    return select(Review).where(
        col(Review.placement_id) == placement_id,
        may_see_on(caller, col(Review.placement_id), col(Review.held_on)),
    )


async def reviews_held(caller: Caller, session: AsyncSession, placement_id: UUID) -> Sequence[Review]:
    """The earliest first."""
    ordered = visible_reviews(caller, placement_id).order_by(col(Review.held_on), col(Review.created_at))
    return (await session.scalars(ordered)).all()
