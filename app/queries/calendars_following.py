"""What the worker finds of calendars that changed under placements, whoever they belong to."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.models.calendars import Calendar
from app.models.organisations import Organisation
from app.models.placements import Placement
from app.rules.placements import PlacementState


async def calendars_to_follow(session: AsyncSession, sandbox_id: UUID | None, most: int | None) -> Sequence[Calendar]:
    """The calendars of one world with a change that the ledger has still to follow, locked."""
    statement = (
        select(Calendar)
        .join(Organisation, col(Organisation.id) == col(Calendar.owner_id))
        .where(col(Calendar.follow_from).is_not(None), col(Organisation.sandbox_id).is_not_distinct_from(sandbox_id))
        .order_by(col(Calendar.changed_at), col(Calendar.id))
        .limit(most)
        .with_for_update(of=Calendar, skip_locked=True)
    )
    return (await session.scalars(statement)).all()


async def placements_governed(session: AsyncSession, calendar_id: UUID, first: date) -> Sequence[Placement] | None:
    """The accepted placements under a calendar that last to `first` or longer, locked; None where one is in use."""
    governed = select(col(Placement.id)).where(
        col(Placement.calendar_id) == calendar_id,
        col(Placement.state) == PlacementState.ACCEPTED,
        col(Placement.ends_on) >= first,
    )
    ids = (await session.scalars(governed)).all()
    statement = (
        select(Placement)
        .where(col(Placement.id).in_(ids))
        .order_by(col(Placement.id))
        .with_for_update(of=Placement, key_share=True, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    locked = (await session.scalars(statement)).all()
    return locked if len(locked) == len(ids) else None
