"""The life of a progress report: drafted and submitted by the provider, accepted or returned by those it is for."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.placements import Placement
from app.models.progress_reports import ProgressReport, ReportForm
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.problems import Conflict, Duplicate, FieldError, Invalid, NotFound
from app.queries.calendars import school_calendar
from app.queries.placements import councils_of, own_placement
from app.queries.progress_reports import report_for, visible_form, visible_report
from app.rules.placements import PlacementState
from app.rules.progress_reports import (
    PROGRESS_REPORTS,
    ReportState,
    ReportTerm,
    due_on,
    may_begin_report,
    may_edit,
    may_use_form,
    terms_of_placement,
)
from app.rules.report_answers import AnswerFault, faults_of_answers, faults_of_size
from app.schemas.progress_reports import ProgressReportCreate
from app.services.changes import changed, insist, made, moved, must_be
from app.services.placements_parties import role_in

PATH = "/v1/progress-reports"


async def begin_report(caller: Caller, session: AsyncSession, body: ProgressReportCreate) -> ProgressReport:
    """Begins a draft. Raises Invalid for ids that lead nowhere, RuleRefused, Duplicate, Conflict."""
    placement = await _placement_named(caller, session, body.placement_id)
    form = await _form_named(caller, session, body.form_id)
    insist(may_use_form(form.council_id, await councils_of(session, placement)))
    term = ReportTerm(body.school_year, body.term)
    last_day = await _last_day(session, placement, term)
    _check_size(body.answers)
    if await report_for(session, placement.id, body.school_year, body.term) is not None:
        raise Duplicate("The placement has its report for that term. Change that one.")
    report = ProgressReport(
        **made(caller.now),
        **body.model_dump(),
        state=ReportState.DRAFT,
        due_on=last_day,
    )
    session.add(report)
    await session.flush()
    return report


async def write_answers(
    caller: Caller, session: AsyncSession, report_id: UUID, answers: dict[str, Any], expected_version: int
) -> ProgressReport:
    """Replaces the answers of a draft or a returned report. Raises NotFound, RuleRefused, Invalid."""
    report = await visible_report(caller, session, report_id, lock=True)
    await own_placement(caller, session, report.placement_id, lock=True)
    must_be(report.version, expected_version)
    insist(may_edit(report.state))
    _check_size(answers)
    report.answers = answers
    changed(report, caller)
    await session.flush()
    return report


async def submit_report(
    caller: Caller, session: AsyncSession, report_id: UUID, expected_version: int
) -> ProgressReport:
    """Raises RuleRefused, PreconditionFailed, and Invalid naming every answer that is not as the form asks."""
    report = await _moved(caller, session, report_id, "submit", expected_version)
    form = await visible_form(caller, session, report.form_id)
    _refuse(faults_of_answers(form.form, report.answers))
    report.submitted_at, report.submitted_answers = caller.now, report.answers
    report.returned_because = None
    return await _done(caller, session, report, EventType.REPORT_SUBMITTED)


async def accept_report(
    caller: Caller, session: AsyncSession, report_id: UUID, expected_version: int
) -> ProgressReport:
    report = await _moved(caller, session, report_id, "accept", expected_version)
    report.settled_at = caller.now
    return await _done(caller, session, report, EventType.REPORT_ACCEPTED)


async def return_report(
    caller: Caller, session: AsyncSession, report_id: UUID, reason: str, expected_version: int
) -> ProgressReport:
    report = await _moved(caller, session, report_id, "return", expected_version)
    report.returned_because = reason
    return await _done(caller, session, report, EventType.REPORT_RETURNED)


def answers_shown(report: ProgressReport, *, to_provider: bool) -> dict[str, Any]:
    """The provider reads what it is writing, the others what it last submitted."""
    return report.answers if to_provider else report.submitted_answers or {}


async def _placement_named(caller: Caller, session: AsyncSession, placement_id: UUID) -> Placement:
    try:
        return await own_placement(caller, session, placement_id, lock=True)
    except NotFound:
        raise Invalid([FieldError("/placement_id", "placement_not_found", "is no placement of yours")]) from None


async def _form_named(caller: Caller, session: AsyncSession, form_id: UUID) -> ReportForm:
    try:
        return await visible_form(caller, session, form_id)
    except NotFound:
        raise Invalid([FieldError("/form_id", "form_not_found", "names nothing that you may see")]) from None


async def _last_day(session: AsyncSession, placement: Placement, term: ReportTerm) -> date:
    """When the report is due. Raises Conflict for a placement never accepted, RuleRefused for a term not in it."""
    if placement.state is not PlacementState.ACCEPTED:
        raise Conflict("Reports are written on placements that were accepted.")
    calendar = await school_calendar(session, placement.calendar_id)
    owed = terms_of_placement(calendar, placement.starts_on, placement.ends_on)
    insist(may_begin_report(term, owed, ()))
    day = due_on(calendar, placement.starts_on, placement.ends_on, term)
    assert day is not None  # a term that is owed has an open pupil day
    return day


async def _moved(
    caller: Caller, session: AsyncSession, report_id: UUID, verb: str, expected_version: int
) -> ProgressReport:
    seen = await visible_report(caller, session, report_id)
    role = await role_in(caller, session, seen.placement_id)
    report = await visible_report(caller, session, report_id, lock=True)
    report.state = moved(report, expected_version, PROGRESS_REPORTS, report.state, verb, role.value)
    changed(report, caller)
    return report


async def _done(caller: Caller, session: AsyncSession, report: ProgressReport, event: EventType) -> ProgressReport:
    await session.flush()
    await record_event(session, event, f"{PATH}/{report.id}", caller.now, placements=[report.placement_id])
    return report


def _check_size(answers: dict[str, Any]) -> None:
    _refuse(faults_of_size(answers))


def _refuse(faults: list[AnswerFault]) -> None:
    if faults:
        raise Invalid([FieldError(f"/answers{f.pointer}"[:500], f.code, f.reason) for f in faults])
