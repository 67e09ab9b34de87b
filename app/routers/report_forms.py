"""The forms on which progress reports are written."""

from typing import Annotated

from fastapi import Query, Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.organisations import OrganisationKind
from app.models.progress_reports import ReportForm
from app.queries.progress_reports import visible_form, visible_forms
from app.schemas.progress_reports import ReportFormPublish, ReportFormRead
from app.schemas.wire import Id, Instant
from app.services import report_forms
from app.web.conditional import tag
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("progress-reports")

Reader = Annotated[Caller, allow(Scope.REPORTS_READ)]


@router.get("/report-forms", operation_id="list_report_forms")
async def list_report_forms(
    caller: Reader,
    session: Session,
    pages: Pages,
    council_id: Id | None = None,
    name: Annotated[str | None, Query(min_length=1, max_length=200)] = None,
    changed_since: Instant | None = None,
) -> Page[ReportFormRead]:
    """Every published edition of every form."""
    statement = visible_forms(caller)
    if council_id is not None:
        statement = statement.where(col(ReportForm.council_id) == council_id)
    if name is not None:
        statement = statement.where(col(ReportForm.name) == name)
    if changed_since is not None:
        statement = statement.where(col(ReportForm.changed_at) >= changed_since)
    rows, page = await pages.rows(session, statement, [col(ReportForm.id)])
    return page.holding([_read(row[0]) for row in rows])


@router.post("/report-forms", operation_id="publish_report_form", status_code=201)
async def publish_report_form(
    body: ReportFormPublish,
    caller: Annotated[Caller, allow(Scope.REPORTS_WRITE, OrganisationKind.COUNCIL)],
    session: Session,
    response: Response,
) -> ReportFormRead:
    """Publishes a form, or the next edition of one. It never changes: reports in progress stay on their edition."""
    form = await report_forms.publish_form(caller, session, body)
    response.headers["Location"] = f"/v1/report-forms/{form.id}"
    tag(response, form.version)
    return _read(form)


@router.get("/report-forms/{form_id}", operation_id="get_report_form")
async def get_report_form(form_id: Id, caller: Reader, session: Session, response: Response) -> ReportFormRead:
    """One published edition."""
    form = await visible_form(caller, session, form_id)
    tag(response, form.version)
    return _read(form)


def _read(form: ReportForm) -> ReportFormRead:
    return ReportFormRead.model_validate(form.model_dump(include=set(ReportFormRead.model_fields)))
