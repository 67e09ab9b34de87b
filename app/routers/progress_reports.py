"""Progress reports: one for each placement and term, on the council's own form."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Query, Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.organisations import OrganisationKind
from app.models.progress_reports import ProgressReport
from app.queries import progress_reports as queries
from app.queries.placements import visible_placement
from app.rules.calendars import Term
from app.rules.progress_reports import ReportState
from app.rules.report_targets import Target
from app.schemas.progress_reports import (
    AnswersWrite,
    FormChoose,
    ProgressReportCreate,
    ProgressReportRead,
    ProgressReportReturn,
)
from app.schemas.wire import Id, Instant, SchoolYear
from app.services import progress_reports
from app.services.progress_reports_shown import members_shown, targets_shown
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("progress-reports")

Reader = Annotated[Caller, allow(Scope.REPORTS_READ)]
Writer = Annotated[Caller, allow(Scope.REPORTS_WRITE)]
Provider = Annotated[Caller, allow(Scope.REPORTS_WRITE, OrganisationKind.PROVIDER)]


@router.get("/progress-reports", operation_id="list_progress_reports")
async def list_progress_reports(
    caller: Reader,
    session: Session,
    pages: Pages,
    placement_id: Id | None = None,
    state: ReportState | None = None,
    school_year: SchoolYear | None = None,
    term: Term | None = None,
    overdue: Annotated[bool, Query(description="Only those whose term has ended without a submission.")] = False,
    late: Annotated[
        bool | None, Query(description="Only those first submitted after their day, or only others.")
    ] = None,
    changed_since: Instant | None = None,
) -> Page[ProgressReportRead]:
    """The reports that the caller's organisation may see; drafts are their provider's own.

    `changed_since` covers those that have become overdue.
    """
    statement = queries.visible_reports(caller)
    wanted = {"placement_id": placement_id, "state": state, "school_year": school_year, "term": term}
    for member, value in wanted.items():
        if value is not None:
            statement = statement.where(col(getattr(ProgressReport, member)) == value)
    if late is not None:
        statement = statement.where(col(ProgressReport.handed_in_late).is_(late))
    if overdue:
        statement = queries.overdue(caller, statement)
    if changed_since is not None:
        statement = queries.changed_since(caller, statement, changed_since)
    rows, page = await pages.rows(session, statement, [col(ProgressReport.id)])
    caller.sees_placements(*(row[0].placement_id for row in rows))
    targets = await targets_shown(caller, session, [(row[0], row.provider_id) for row in rows])
    return page.holding([_read(caller, row[0], row.provider_id, targets.get(row[0].id, ())) for row in rows])


@router.post("/progress-reports", operation_id="begin_progress_report", status_code=201)
async def begin_progress_report(
    body: ProgressReportCreate, caller: Provider, session: Session, response: Response
) -> ProgressReportRead:
    """The provider begins a draft, for one term of one placement. Nobody else sees it until it is submitted."""
    report = await progress_reports.begin_report(caller, session, body)
    response.headers["Location"] = f"{progress_reports.PATH}/{report.id}"
    return await _shown(caller, session, response, report)


@router.get("/progress-reports/{report_id}", operation_id="get_progress_report")
async def get_progress_report(
    report_id: Id, caller: Reader, session: Session, response: Response
) -> ProgressReportRead:
    """One report."""
    return await _shown(caller, session, response, await queries.visible_report(caller, session, report_id))


@router.put("/progress-reports/{report_id}/answers", operation_id="write_progress_report")
async def write_progress_report(
    report_id: Id,
    body: AnswersWrite,
    expected: ExpectedVersion,
    caller: Provider,
    session: Session,
    response: Response,
) -> ProgressReportRead:
    """The provider replaces the answers of a draft, or of a report that was returned. They need not be complete.

    Members beside the answers that are left out stay as they are.
    """
    report = await progress_reports.write_answers(caller, session, report_id, body, expected)
    return await _shown(caller, session, response, report)


@router.put("/progress-reports/{report_id}/form", operation_id="choose_form_of_progress_report")
async def choose_form_of_progress_report(
    report_id: Id,
    body: FormChoose,
    expected: ExpectedVersion,
    caller: Provider,
    session: Session,
    response: Response,
) -> ProgressReportRead:
    """The provider goes on upon another form, such as the next edition. The answers stay as they are."""
    report = await progress_reports.choose_form(caller, session, report_id, body.form_id, expected)
    return await _shown(caller, session, response, report)


@router.post("/progress-reports/{report_id}/submission", operation_id="submit_progress_report")
async def submit_progress_report(
    report_id: Id, expected: ExpectedVersion, caller: Provider, session: Session, response: Response
) -> ProgressReportRead:
    """The provider submits. Everything that is missing or not as the form asks is named.

    Answers with a pointer under `/answers`; the pupil's voice, readiness to return and targets beside them.
    """
    report = await progress_reports.submit_report(caller, session, report_id, expected)
    return await _shown(caller, session, response, report)


@router.post("/progress-reports/{report_id}/acceptance", operation_id="accept_progress_report")
async def accept_progress_report(
    report_id: Id, expected: ExpectedVersion, caller: Writer, session: Session, response: Response
) -> ProgressReportRead:
    """The commissioner or the host school accepts a submitted report."""
    report = await progress_reports.accept_report(caller, session, report_id, expected)
    return await _shown(caller, session, response, report)


@router.post("/progress-reports/{report_id}/return", operation_id="return_progress_report")
async def return_progress_report(
    report_id: Id,
    body: ProgressReportReturn,
    expected: ExpectedVersion,
    caller: Writer,
    session: Session,
    response: Response,
) -> ProgressReportRead:
    """The commissioner or the host school asks for changes, and says why."""
    report = await progress_reports.return_report(caller, session, report_id, body.reason, expected)
    return await _shown(caller, session, response, report)


async def _shown(caller: Caller, session: Session, response: Response, report: ProgressReport) -> ProgressReportRead:
    tag(response, report.version)
    provider_id = (await visible_placement(caller, session, report.placement_id)).provider_id
    targets = await targets_shown(caller, session, [(report, provider_id)])
    return _read(caller, report, provider_id, targets.get(report.id, ()))


def _read(caller: Caller, report: ProgressReport, provider_id: Id, targets: Sequence[Target]) -> ProgressReportRead:
    derived = members_shown(caller, report, provider_id, targets)
    stored = report.model_dump(include=set(ProgressReportRead.model_fields) - derived.keys())
    return ProgressReportRead.model_validate({**stored, **derived})
