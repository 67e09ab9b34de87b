"""What progress reports are worked out from that are owed: for many placements at a time, in one query."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import select
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
    statement = select(ProgressReport) if caller is None else visible_reports(caller)
    found: defaultdict[UUID, dict[ReportTerm, Begun]] = defaultdict(dict)
    for each in await session.scalars(statement.where(among(col(ProgressReport.placement_id), ids))):
        submitted_on = london_day(each.first_submitted_at) if each.first_submitted_at else None
        term = ReportTerm(each.school_year, each.term)
        found[each.placement_id][term] = Begun(each.id, each.state, submitted_on, each.handed_in_late)
    return found
