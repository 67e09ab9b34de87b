"""Progress reports as a caller may see them. A draft is its provider's own."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.clock import london_day
from app.models.placements import Placement
from app.models.progress_reports import ProgressReport
from app.problems import NotFound
from app.queries.placements import visible_placement_ids
from app.rules.calendars import Term
from app.rules.progress_reports import EDITABLE, ReportState


def visible_reports(caller: Caller) -> Select[ProgressReport]:
    """Each with the provider of its placement, as a second column."""
    provider_id = col(Placement.provider_id)
    return (
        select(ProgressReport)
        .add_columns(provider_id)
        .join(Placement, col(Placement.id) == col(ProgressReport.placement_id))
        .where(
            col(ProgressReport.placement_id).in_(visible_placement_ids(caller)),
            or_(col(ProgressReport.state) != ReportState.DRAFT, provider_id == caller.organisation_id),
        )
    )


def changed_since(caller: Caller, statement: Select[ProgressReport], since: datetime) -> Select[ProgressReport]:
    """Those changed, or overdue by the mere passing of days, since an instant; a day too many rather than one less."""
    fell_due = and_(
        col(ProgressReport.state).in_(EDITABLE),
        col(ProgressReport.owed),
        col(ProgressReport.due_on) >= london_day(since) - timedelta(days=1),
        col(ProgressReport.due_on) < caller.today,
    )
    return statement.where(or_(col(ProgressReport.changed_at) >= since, fell_due))


def overdue(caller: Caller, statement: Select[ProgressReport]) -> Select[ProgressReport]:
    """Only those whose term has ended and which the commissioner does not have."""
    return statement.where(
        col(ProgressReport.state).in_(EDITABLE),
        col(ProgressReport.owed),
        col(ProgressReport.due_on) < caller.today,
    )


async def visible_report(
    caller: Caller, session: AsyncSession, report_id: UUID, *, lock: bool = False
) -> ProgressReport:
    """Raises NotFound."""
    statement = visible_reports(caller).where(col(ProgressReport.id) == report_id)
    if lock:
        statement = statement.with_for_update(of=ProgressReport).execution_options(populate_existing=True)
    found = (await session.scalars(statement)).one_or_none()
    if found is None:
        raise NotFound
    caller.sees_placements(found.placement_id)
    return found


async def report_for(session: AsyncSession, placement_id: UUID, school_year: str, term: Term) -> ProgressReport | None:
    """The report on a placement that the caller provides, for one term."""
    statement = select(ProgressReport).where(
        col(ProgressReport.placement_id) == placement_id,
        col(ProgressReport.school_year) == school_year,
        col(ProgressReport.term) == term,
    )
    return (await session.scalars(statement)).one_or_none()
