"""The life of a progress report: drafted and submitted by the provider, accepted or returned by those it is for."""

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.placements import Placement
from app.models.progress_reports import ProgressReport
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.problems import Conflict, Duplicate, FieldError, Invalid, NotFound
from app.queries.calendars import school_calendar
from app.queries.placements import own_placement
from app.queries.progress_reports import report_for, visible_report
from app.queries.report_forms import visible_form
from app.queries.report_targets import report_before, targets_of
from app.rules.placements import PlacementState
from app.rules.progress_reports import (
    PROGRESS_REPORTS,
    ReportState,
    ReportTerm,
    due_on,
    is_late,
    may_begin_report,
    may_edit,
    may_submit,
    terms_of_placement,
)
from app.rules.report_answers import AnswerFault, faults_of_answers, faults_of_size
from app.rules.report_statements import ReportMember, faults_of_statements
from app.rules.report_targets import carried_forward
from app.schemas.progress_reports import AnswersWrite, ProgressReportCreate
from app.services.changes import changed, insist, made, moved, must_be
from app.services.placements_parties import role_in
from app.services.progress_reports_statements import as_statements, keep_targets, write_statements
from app.services.report_forms import form_for

PATH = "/v1/progress-reports"


async def begin_report(caller: Caller, session: AsyncSession, body: ProgressReportCreate) -> ProgressReport:
    """Begins a draft with the targets that are still open. Raises Invalid, RuleRefused, Duplicate, Conflict."""
    placement = await _placement_named(caller, session, body.placement_id)
    term = ReportTerm(body.school_year, body.term)
    last_day = await _last_day(session, placement, term)
    form = await form_for(caller, session, placement, term, body.form_id)
    _refuse(faults_of_size(body.answers), "/answers")
    if await report_for(session, placement.id, body.school_year, body.term) is not None:
        raise Duplicate("The placement has its report for that term. Change that one.")
    before = await report_before(caller, session, placement, term)
    report = ProgressReport(
        **made(caller.now),
        placement_id=placement.id,
        form_id=form.id,
        school_year=body.school_year,
        term=body.term,
        answers=body.answers,
        state=ReportState.DRAFT,
        due_on=last_day,
    )
    session.add(report)
    await session.flush()
    if before is not None:
        left = await targets_of(caller, session, [before.id], submitted=False)
        await keep_targets(session, report, carried_forward(left.get(before.id, ())))
    await write_statements(caller, session, report, body)
    return report


async def write_answers(
    caller: Caller, session: AsyncSession, report_id: UUID, body: AnswersWrite, expected_version: int
) -> ProgressReport:
    """Replaces the answers, and the statements named, of a draft or a returned report.

    Raises NotFound, RuleRefused, Invalid.
    """
    report = await _editable(caller, session, report_id, expected_version)
    _refuse(faults_of_size(body.answers), "/answers")
    report.answers = body.answers
    await write_statements(caller, session, report, body)
    changed(report, caller)
    await session.flush()
    return report


async def choose_form(
    caller: Caller, session: AsyncSession, report_id: UUID, form_id: UUID, expected_version: int
) -> ProgressReport:
    """A draft or a returned report goes on upon another form. Raises NotFound, RuleRefused, Invalid."""
    report = await _editable(caller, session, report_id, expected_version)
    placement = await own_placement(caller, session, report.placement_id)
    form = await form_for(caller, session, placement, ReportTerm(report.school_year, report.term), form_id)
    report.form_id = form.id
    changed(report, caller)
    await session.flush()
    return report


async def submit_report(
    caller: Caller, session: AsyncSession, report_id: UUID, expected_version: int
) -> ProgressReport:
    """Raises RuleRefused, PreconditionFailed, and Invalid naming everything that is not as the form asks."""
    report = await _moved(caller, session, report_id, "submit", expected_version)
    insist(may_submit(owed=report.owed))
    form, _ = await visible_form(caller, session, report.form_id)
    targets = await targets_of(caller, session, [report.id], submitted=False)
    asked = [ReportMember(each) for each in form.asks_for]
    lacking = faults_of_statements(asked, as_statements(report.statements), targets.get(report.id, ()))
    answers = [
        AnswerFault(f"/answers{f.pointer}", f.code, f.reason) for f in faults_of_answers(form.form, report.answers)
    ]
    _refuse([*answers, *lacking])
    report.submitted_at, report.submitted_answers = caller.now, report.answers
    report.submitted_statements = report.statements
    if report.first_submitted_at is None:
        report.first_submitted_at = caller.now
        report.handed_in_late = is_late(report.due_on, caller.today)
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


async def _placement_named(caller: Caller, session: AsyncSession, placement_id: UUID) -> Placement:
    try:
        return await own_placement(caller, session, placement_id, lock=True)
    except NotFound:
        raise Invalid([FieldError("/placement_id", "placement_not_found", "is no placement of yours")]) from None


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


async def _editable(caller: Caller, session: AsyncSession, report_id: UUID, expected_version: int) -> ProgressReport:
    """A report of the calling provider's that may be changed; its placement is locked, then the report."""
    seen = await visible_report(caller, session, report_id)
    await own_placement(caller, session, seen.placement_id, lock=True)
    report = await visible_report(caller, session, report_id, lock=True)
    must_be(report.version, expected_version)
    insist(may_edit(report.state))
    return report


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


def _refuse(faults: list[AnswerFault], under: str = "") -> None:
    if faults:
        raise Invalid([FieldError(f"{under}{f.pointer}"[:500], f.code, f.reason) for f in faults])
