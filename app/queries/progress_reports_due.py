"""What progress reports are worked out from that are owed: for many placements at a time, in one query."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.clock import london_day
from app.models.progress_reports import ProgressReport
from app.queries.clocks import among
from app.queries.progress_reports import visible_reports
from app.rules.progress_reports import ReportTerm
from app.rules.progress_reports_due import Begun


async def reports_begun(
    caller: Caller | None, session: AsyncSession, ids: Collection[UUID]
) -> Mapping[UUID, Mapping[ReportTerm, Begun]]:
    """The reports of each placement by their term: of a caller those that it may see, of the worker (None) all."""
    every: Select[Any] = select(ProgressReport) if caller is None else visible_reports(caller)
    wanted = every.with_only_columns(
        col(ProgressReport.placement_id),
        col(ProgressReport.school_year),
        col(ProgressReport.term),
        col(ProgressReport.id),
        col(ProgressReport.state),
        col(ProgressReport.first_submitted_at),
        col(ProgressReport.handed_in_late),
        maintain_column_froms=True,
    )
    found: defaultdict[UUID, dict[ReportTerm, Begun]] = defaultdict(dict)
    for placement_id, school_year, term, id_, state, submitted_at, late in await session.execute(
        wanted.where(among(col(ProgressReport.placement_id), ids))
    ):
        submitted_on = london_day(submitted_at) if submitted_at else None
        found[placement_id][ReportTerm(school_year, term)] = Begun(id_, state, submitted_on, late)
    return found
