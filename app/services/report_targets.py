"""The targets of a placement through all its reports."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.progress_reports import ProgressReport, ReportTarget
from app.queries.report_targets import submitted_targets
from app.rules.report_targets import SETTLED


@dataclass(frozen=True, slots=True)
class TargetHistory:
    """A target, and what each report said of it, the earliest first; `open` until a report settles it."""

    target_id: UUID
    stages: Sequence[tuple[ReportTarget, ProgressReport]]

    @property
    def text(self) -> str:
        return self.stages[-1][0].text

    @property
    def open(self) -> bool:
        return self.stages[-1][0].progress not in SETTLED


async def histories_of(caller: Caller, session: AsyncSession, placement_id: UUID) -> list[TargetHistory]:
    """Every target of a placement that the caller was shown to see, in the order in which they were set."""
    stages: dict[UUID, list[tuple[ReportTarget, ProgressReport]]] = {}
    for each in await submitted_targets(caller, session, placement_id):
        stages.setdefault(each[0].target_id, []).append(each)
    return [TargetHistory(target_id, found) for target_id, found in stages.items()]
