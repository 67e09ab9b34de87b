"""Which records a return will hold: each disclosed child is noted for the audit before anything is written."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import SQLCoreOperations
from sqlmodel import col

from app.access.caller import Caller
from app.models.placements import Placement


async def keys_of(
    caller: Caller, session: AsyncSession, found: Select[Any], key: SQLCoreOperations[UUID]
) -> Sequence[UUID]:
    """The keys of what a statement finds, in order; the placements and pupils are noted for the audit."""
    wanted = found.with_only_columns(key, col(Placement.id), col(Placement.pupil_id)).order_by(key)
    rows = (await session.execute(wanted)).all()
    caller.sees_placements(*(row[1] for row in rows))
    caller.sees_pupils(*(row[2] for row in rows))
    return [row[0] for row in rows]
