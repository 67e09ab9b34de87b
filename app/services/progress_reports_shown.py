"""What a caller reads of a report: the provider what it is writing, everybody else what it last submitted."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.progress_reports import ProgressReport
from app.queries.report_targets import targets_of
from app.rules.progress_reports import EDITABLE
from app.rules.report_targets import Target


async def targets_shown(
    caller: Caller, session: AsyncSession, reports: Sequence[tuple[ProgressReport, UUID]]
) -> Mapping[UUID, Sequence[Target]]:
    """The targets of each report, which comes with its provider, by the report's id."""
    own = [report.id for report, provider_id in reports if provider_id == caller.organisation_id]
    others = [report.id for report, provider_id in reports if provider_id != caller.organisation_id]
    shown: dict[UUID, Sequence[Target]] = {}
    for ids, submitted in ((own, False), (others, True)):
        if ids:
            shown |= await targets_of(caller, session, ids, submitted=submitted)
    return shown


def members_shown(
    caller: Caller, report: ProgressReport, provider_id: UUID, targets: Sequence[Target]
) -> dict[str, Any]:
    """The members of a read that are not simply stored."""
    to_provider = provider_id == caller.organisation_id
    statements = report.statements if to_provider else report.submitted_statements or {}
    said, why_not = statements.get("said"), statements.get("why_not_said")
    return {
        "answers": report.answers if to_provider else report.submitted_answers or {},
        "pupil_voice": {"said": said, "why_not": why_not} if said or why_not else None,
        "readiness_to_return": statements.get("readiness_to_return"),
        "readiness_reason": statements.get("readiness_reason"),
        "targets": targets,
        "overdue": report.state in EDITABLE and report.owed and report.due_on < caller.today,
        "late": report.handed_in_late,
    }
