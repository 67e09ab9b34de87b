"""The forms on which progress reports are written."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.organisations import OrganisationKind
from app.models.progress_reports import ReportForm
from app.queries.placements import visible_placement
from app.queries.report_forms import changed_since as forms_changed_since
from app.queries.report_forms import is_current, visible_form, visible_forms
from app.rules.calendars import Term
from app.rules.report_forms_choice import FormOrigin
from app.schemas.report_forms import ReportFormAdopt, ReportFormPublish, ReportFormRead
from app.schemas.wire import Id, Instant
from app.services import report_forms
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("progress-reports")

Reader = Annotated[Caller, allow(Scope.REPORTS_READ)]
Council = Annotated[Caller, allow(Scope.REPORTS_WRITE, OrganisationKind.COUNCIL)]

NOBODY = UUID(int=0)
"""Stands for the council of a form that is no council's."""


@router.get("/report-forms", operation_id="list_report_forms")
async def list_report_forms(
    caller: Reader,
    session: Session,
    pages: Pages,
    council_id: Id | None = None,
    name: Annotated[str | None, Query(min_length=1, max_length=200)] = None,
    origin: FormOrigin | None = None,
    current: Annotated[
        bool | None, Query(description="Only the editions in use under their names, or only others.")
    ] = None,
    changed_since: Instant | None = None,
) -> Page[ReportFormRead]:
    """Every published edition of every form, and the one that comes with the service.

    `changed_since` covers editions that were superseded.
    """
    statement = visible_forms(caller)
    if council_id is not None:
        statement = statement.where(col(ReportForm.council_id) == (None if council_id == NOBODY else council_id))
    if name is not None:
        statement = statement.where(col(ReportForm.name) == name)
    if origin is not None:
        shipped = col(ReportForm.council_id).is_(None)
        statement = statement.where(shipped if origin is FormOrigin.SHIPPED else ~shipped)
    if current is not None:
        statement = statement.where(is_current() if current else ~is_current())
    if changed_since is not None:
        statement = forms_changed_since(statement, changed_since)
    rows, page = await pages.rows(session, statement, [col(ReportForm.id)])
    return page.holding([_read(row[0], current=row.current) for row in rows])


@router.post("/report-forms", operation_id="publish_report_form", status_code=201)
async def publish_report_form(
    body: ReportFormPublish, caller: Council, session: Session, response: Response
) -> ReportFormRead:
    """Publishes a form, or the next edition of one. It never changes: reports in progress stay on their edition."""
    return _made(response, await report_forms.publish_form(caller, session, body))


@router.get("/report-forms/{form_id}", operation_id="get_report_form")
async def get_report_form(form_id: Id, caller: Reader, session: Session, response: Response) -> ReportFormRead:
    """One published edition."""
    form, current = await visible_form(caller, session, form_id)
    tag(response, form.version)
    return _read(form, current=current)


@router.post("/report-forms/{form_id}/adoption", operation_id="adopt_report_form", status_code=201)
async def adopt_report_form(
    form_id: Id, body: ReportFormAdopt, caller: Council, session: Session, response: Response
) -> ReportFormRead:
    """The council publishes this form, another council's or the one that comes with the service, as its own.

    Answers with the council's new edition. To change something in it, publish the next one.
    """
    return _made(response, await report_forms.adopt_form(caller, session, form_id, body.name))


@router.post("/report-forms/{form_id}/withdrawal", operation_id="withdraw_report_form")
async def withdraw_report_form(
    form_id: Id, expected: ExpectedVersion, caller: Council, session: Session, response: Response
) -> ReportFormRead:
    """The council takes an edition out of use. Reports that were begun on it stay on it and are submitted as before."""
    form, current = await report_forms.withdraw_form(caller, session, form_id, expected)
    tag(response, form.version)
    return _read(form, current=current)


@router.get("/placements/{placement_id}/report-forms", operation_id="list_report_forms_of_placement")
async def list_report_forms_of_placement(
    placement_id: Id, caller: Reader, session: Session, pages: Pages, term: Term | None = None
) -> Page[ReportFormRead]:
    """The current forms for a placement's reports: its council's, or the one that comes with the service.

    The council of the framework comes first, then the commissioner's, then the host school's: the forms are those of
    the first that has any.
    """
    placement = await visible_placement(caller, session, placement_id)
    forms = await report_forms.forms_of_placement(caller, session, placement)
    statement = visible_forms(caller).where(col(ReportForm.id).in_([each.id for each in forms]))
    if term is not None:
        statement = statement.where(col(ReportForm.terms).contains([term.value]))
    rows, page = await pages.rows(session, statement, [col(ReportForm.id)])
    return page.holding([_read(row[0], current=row.current) for row in rows])


def _made(response: Response, form: ReportForm) -> ReportFormRead:
    response.headers["Location"] = f"{report_forms.PATH}/{form.id}"
    tag(response, form.version)
    return _read(form, current=True)


def _read(form: ReportForm, *, current: bool) -> ReportFormRead:
    shipped = form.council_id is None
    derived = {
        "council_id": NOBODY if shipped else form.council_id,
        "origin": FormOrigin.SHIPPED if shipped else FormOrigin.COUNCIL,
        "state": report_forms.state_of(form),
        "current": current,
    }
    stored = form.model_dump(include=set(ReportFormRead.model_fields) - derived.keys())
    return ReportFormRead.model_validate({**stored, **derived})
