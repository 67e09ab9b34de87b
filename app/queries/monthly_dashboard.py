"""What the monthly dashboard takes from reviews and progress reports."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.clock import london_midnight
from app.models.placements import Placement
from app.models.progress_reports import ProgressReport
from app.models.reviews import Review
from app.queries.placements import visible_placement_ids
from app.queries.returns import placements_running


def dashboard_placements(
    caller: Caller, first: date, last: date, provider_id: UUID | None, host_school_id: UUID | None
) -> Select[Any]:
    """The placements that ran from `first` to `last`, as far as the caller may see them then."""
    found = placements_running(caller, first, last)
    if provider_id is not None:
        found = found.where(col(Placement.provider_id) == provider_id)
    if host_school_id is not None:
        found = found.where(col(Placement.host_school_id) == host_school_id)
    return found


async def reports_by(
    caller: Caller, session: AsyncSession, placements: Collection[UUID], last: date
) -> Mapping[UUID, ProgressReport]:
    """The last report on each placement that was submitted by the end of a day; drafts are nobody's but their own."""
    statement = (
        select(ProgressReport)
        .ext(distinct_on(col(ProgressReport.placement_id)))
        .where(
            col(ProgressReport.placement_id).in_(visible_placement_ids(caller)),
            col(ProgressReport.placement_id).in_(placements),
            col(ProgressReport.submitted_at) < _end_of(last),
        )
        .order_by(col(ProgressReport.placement_id), col(ProgressReport.submitted_at).desc(), col(ProgressReport.id))
    )
    return {each.placement_id: each for each in await session.scalars(statement)}


async def last_reviews(
    caller: Caller, session: AsyncSession, placements: Collection[UUID], last: date
) -> Mapping[UUID, date]:
    """When each placement was last reviewed, on or before a day."""
    statement = (
        select(col(Review.placement_id), func.max(col(Review.held_on)))
        .where(
            col(Review.placement_id).in_(visible_placement_ids(caller)),
            col(Review.placement_id).in_(placements),
            col(Review.held_on) <= last,
        )
        .group_by(col(Review.placement_id))
    )
    return {row[0]: row[1] for row in await session.execute(statement)}


def _end_of(day: date) -> datetime:
    return london_midnight(day + timedelta(days=1))
