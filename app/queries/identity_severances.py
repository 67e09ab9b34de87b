"""What severing an identity asks of the database: reviewed functions that see beyond the caller's own rows."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.pupils import Pupil


async def alert_open_about(caller: Caller, session: AsyncSession, pupil: Pupil) -> bool:
    """Whether an absconding alert about a pupil that the caller registered is open, at whatever placement."""
    if pupil.registered_by_id != caller.organisation_id:
        return False
    return bool((await session.execute(select(func.alert_open_about(pupil.id)))).scalar_one())


async def hold_for_severance(caller: Caller, session: AsyncSession, pupil_id: UUID) -> None:
    """Locks the referrals and placements of a pupil that the caller registered; lock the pupil after them.

    Whoever answers, agrees or places holds one of them before it comes to the pupil, and so meets a severance there.
    """
    await session.execute(select(func.hold_for_severance(pupil_id)))


async def successors_of_severance(
    caller: Caller, session: AsyncSession, old: Pupil, new: Pupil, at: datetime
) -> list[UUID]:
    """Closes the old pupil and its placements; the ids of those that go on under the new pupil.

    The database refuses a caller that did not register both.
    """
    caller.sees_pupils(old.id)
    found = await session.execute(select(func.sever_identity(old.id, new.id, at)))
    return list(found.scalars())
