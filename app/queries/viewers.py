"""Who may see a placement: asked of functions of the database, since a caller meets no rows but its own."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.placements import PlacementViewer
from app.queries.placements import visible_placement_ids

_VIEWERS = text("select organisation_id, basis, from_on, until_on from viewers_of(:placement_id)")
_SEES = text("select sees_today(:placement_id, :organisation_id, :today)")


async def viewers_of(caller: Caller, session: AsyncSession, placement_id: UUID) -> Sequence[Row[Any]]:
    """Each organisation that may see a placement that the caller sees, with its basis and days.

    One that has left is not told of those who came after it.
    """
    del caller  # the database knows for whom it answers
    return (await session.execute(_VIEWERS, {"placement_id": placement_id})).all()


async def sees_today(caller: Caller, session: AsyncSession, placement_id: UUID, organisation_id: UUID) -> bool:
    """Whether an organisation may see today what a placement that the caller is a party to records."""
    asked = {"placement_id": placement_id, "organisation_id": organisation_id, "today": caller.today}
    return bool((await session.execute(_SEES, asked)).scalar_one())


async def visible_among(caller: Caller, session: AsyncSession, placement_ids: Sequence[UUID]) -> Sequence[UUID]:
    """Those of the placements that the caller sees, in the order of their ids."""
    seen = visible_placement_ids(caller).where(col(PlacementViewer.placement_id).in_(placement_ids))
    return sorted(set(await session.scalars(seen)))
