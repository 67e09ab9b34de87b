"""The targets that reports name: the provider's own words while it writes, what was submitted for everybody else."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.placements import Placement
from app.models.progress_reports import ProgressReport, ReportTarget
from app.queries.placements import visible_placement_ids
from app.rules.progress_reports import ReportTerm
from app.rules.report_targets import Target


def visible_targets(caller: Caller) -> Select[ReportTarget]:
    return select(ReportTarget).where(col(ReportTarget.placement_id).in_(visible_placement_ids(caller)))


async def targets_of(
    caller: Caller, session: AsyncSession, report_ids: Collection[UUID], *, submitted: bool
) -> Mapping[UUID, Sequence[Target]]:
    """The targets of each report in their order: as last submitted, or as the provider has them now."""
    statement = (
        visible_targets(caller)
        .where(col(ReportTarget.report_id).in_(report_ids), col(ReportTarget.submitted).is_(submitted))
        .order_by(col(ReportTarget.position))
    )
    found: defaultdict[UUID, list[Target]] = defaultdict(list)
    for row in await session.scalars(statement):
        found[row.report_id].append(as_target(row))
    return found


async def submitted_targets(
    caller: Caller, session: AsyncSession, placement_id: UUID
) -> Sequence[tuple[ReportTarget, ProgressReport]]:
    """Everything that the reports on a placement said of its targets, as last submitted, the earliest report first."""
    statement = (
        visible_targets(caller)
        .add_columns(ProgressReport)
        .join(ProgressReport, col(ProgressReport.id) == col(ReportTarget.report_id))
        .where(col(ReportTarget.placement_id) == placement_id, col(ReportTarget.submitted))
        .order_by(col(ReportTarget.position))
    )
    rows = [(row[0], row[1]) for row in await session.execute(statement)]
    return sorted(rows, key=lambda row: _term_of(row[1]).position)


async def report_before(
    caller: Caller, session: AsyncSession, placement: Placement, term: ReportTerm
) -> ProgressReport | None:
    """The caller's last report up to this term, in this placement or the one that it continues; this one not yet."""
    mine = select(col(Placement.id)).where(
        col(Placement.id).in_(visible_placement_ids(caller)),
        col(Placement.id).in_([each for each in (placement.id, placement.continues_id) if each]),
        col(Placement.provider_id) == caller.organisation_id,
    )
    found = await session.scalars(select(ProgressReport).where(col(ProgressReport.placement_id).in_(mine)))
    earlier = [each for each in found if _term_of(each).position <= term.position]
    return max(earlier, key=lambda each: _term_of(each).position, default=None)


def as_target(row: ReportTarget) -> Target:
    return Target(
        row.target_id, row.text, row.success_criterion, row.review_on, row.progress, row.comment, row.carried_forward
    )


def _term_of(report: ProgressReport) -> ReportTerm:
    return ReportTerm(report.school_year, report.term)
