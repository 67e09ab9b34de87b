"""The answers that were given to what the parties were asked."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.models.agreements import Agreement

Subject = Literal["suspension_id", "part_time_plan_id"]


async def agreements_of(
    session: AsyncSession, subject: Subject, ids: Collection[UUID]
) -> Mapping[UUID, Sequence[Agreement]]:
    """The answers to what the column `subject` points to, by its id, in the order given."""
    asked = getattr(Agreement, subject)
    statement = select(Agreement).where(asked.in_(ids)).order_by(col(Agreement.given_at), col(Agreement.id))
    found: defaultdict[UUID, list[Agreement]] = defaultdict(list)
    for each in (await session.scalars(statement)).all():
        found[getattr(each, subject)].append(each)
    return found
