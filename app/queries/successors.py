"""Whether a placement has been taken over: asked of the database, since those who left do not see its successor."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.placements import Placement

_TAKEN_OVER = text("select is_taken_over(:placement_id)")


async def is_taken_over(caller: Caller, session: AsyncSession, placement: Placement) -> bool:
    """Whether an accepted successor takes over from a placement that the caller sees."""
    del caller  # the database knows for whom it answers
    return bool((await session.execute(_TAKEN_OVER, {"placement_id": placement.id})).scalar_one())
