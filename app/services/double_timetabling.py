"""A child is expected in one place at a time."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.queries.double_timetabling import clashing_sessions
from app.rules.double_timetabling import SessionOfDay, not_timetabled_elsewhere
from app.services.changes import insist


async def insist_on_one_place(
    session: AsyncSession, placement_id: UUID, wanted: Collection[SessionOfDay], today: date
) -> None:
    """Raises RuleRefused where the child is expected elsewhere at one of these sessions."""
    if wanted:
        insist(not_timetabled_elsewhere(await clashing_sessions(session, placement_id, wanted, today)))
