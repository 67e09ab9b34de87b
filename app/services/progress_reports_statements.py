"""What a report says besides its form's answers: the pupil's voice, readiness to return, and the targets."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.progress_reports import ProgressReport, ReportTarget
from app.problems import FieldError, Invalid
from app.queries.report_targets import targets_of
from app.rules.report_statements import ReadinessToReturn, Statements, faults_of_voice
from app.rules.report_targets import MOST_TARGETS, Target, as_written
from app.schemas.progress_reports import ReportStatementsWrite, ReportTargetWrite


async def write_statements(
    caller: Caller, session: AsyncSession, report: ProgressReport, body: ReportStatementsWrite
) -> None:
    """Writes the members that the body names; those left out stay. Raises Invalid."""
    written = {**report.statements}
    if "pupil_voice" in body.model_fields_set:
        voice = body.pupil_voice
        said, why_not = (voice.said, voice.why_not) if voice else (None, None)
        _refuse([FieldError(f.pointer, f.code, f.reason) for f in faults_of_voice(said, why_not)])
        written |= {"said": said, "why_not_said": why_not}
    for member in ("readiness_to_return", "readiness_reason"):
        if member in body.model_fields_set:
            written[member] = getattr(body, member)
    report.statements = {name: value for name, value in written.items() if value is not None}
    if "targets" in body.model_fields_set:
        held = (await targets_of(caller, session, [report.id], submitted=False)).get(report.id, ())
        await keep_targets(session, report, as_written(_named(body.targets, held), held))


async def keep_targets(session: AsyncSession, report: ProgressReport, targets: Sequence[Target]) -> None:
    """The provider's own targets of a report become these. Raises Invalid for too many."""
    if len(targets) > MOST_TARGETS:
        detail = f"a report has at most {MOST_TARGETS} targets, those carried forward included"
        raise Invalid([FieldError("/targets", "too_many", detail)])
    mine = col(ReportTarget.report_id) == report.id, ~col(ReportTarget.submitted)
    await session.execute(delete(ReportTarget).where(*mine))
    session.add_all(
        ReportTarget(
            report_id=report.id,
            placement_id=report.placement_id,
            position=position,
            target_id=each.target_id,
            text=each.text,
            success_criterion=each.success_criterion,
            review_on=each.review_on,
            progress=each.progress,
            comment=each.comment,
            carried_forward=each.carried_forward,
        )
        for position, each in enumerate(targets)
    )
    await session.flush()


def as_statements(written: Mapping[str, Any]) -> Statements:
    """What is kept of the statements, as the rules know it."""
    readiness = written.get("readiness_to_return")
    return Statements(
        written.get("said"), written.get("why_not_said"), ReadinessToReturn(readiness) if readiness else None
    )


def _named(written: Sequence[ReportTargetWrite], held: Sequence[Target]) -> list[Target]:
    """The targets written, each with the id that it has or gets. Raises Invalid for an id that the report has not."""
    known: set[UUID] = {each.target_id for each in held}
    faults: list[FieldError] = []
    named: list[Target] = []
    for position, each in enumerate(written):
        pointer = f"/targets/{position}/target_id"
        if each.target_id is not None and each.target_id not in known:
            faults.append(FieldError(pointer, "target_not_found", "is no target of this report"))
        elif each.target_id in {other.target_id for other in named}:
            faults.append(FieldError(pointer, "repeated", "names a target twice"))
        named.append(Target(**{**each.model_dump(), "target_id": each.target_id or uuid4()}))
    _refuse(faults)
    return named


def _refuse(faults: list[FieldError]) -> None:
    if faults:
        raise Invalid(faults)
