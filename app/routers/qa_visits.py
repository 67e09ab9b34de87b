"""QA visits: a council looks at a provider, reports, hears its answer, and publishes to its schools."""

from operator import eq, ge, le
from typing import Annotated

from fastapi import Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.organisations import OrganisationKind
from app.models.qa import QaVisit
from app.queries.qa_visits import changed_or_missed_since, is_overdue, visible_visit, visible_visits
from app.rules.qa_visits import VisitState
from app.schemas.qa_visits import (
    FindingsWrite,
    OfficersWrite,
    QaVisitCancel,
    QaVisitCarryOut,
    QaVisitCreate,
    QaVisitRead,
    QaVisitReschedule,
    QaVisitSummary,
)
from app.schemas.wire import Day, Id, Instant
from app.services import qa_visits
from app.services.qa_visits_shown import visit_shown, visit_summary
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("quality assurance")

Reader = Annotated[Caller, allow(Scope.QA_READ)]
Council = Annotated[Caller, allow(Scope.QA_WRITE, OrganisationKind.COUNCIL)]


@router.get("/qa-visits", operation_id="list_qa_visits")
async def list_qa_visits(
    caller: Reader,
    session: Session,
    pages: Pages,
    provider_id: Id | None = None,
    state: VisitState | None = None,
    planned_from: Day | None = None,
    planned_to: Day | None = None,
    overdue: bool | None = None,
    changed_since: Instant | None = None,
) -> Page[QaVisitSummary]:
    """The visits that the council leads or has joined, those to the calling provider, and those that a school's
    council has published. `overdue`: planned for a day that is over. `changed_since` covers those missed meanwhile.
    """
    filters = [
        (col(QaVisit.provider_id), eq, provider_id),
        (col(QaVisit.state), eq, state),
        (col(QaVisit.planned_on), ge, planned_from),
        (col(QaVisit.planned_on), le, planned_to),
        (is_overdue(caller.today), eq, overdue),
    ]
    statement = visible_visits(caller).where(
        *[compare(field, value) for field, compare, value in filters if value is not None]
    )
    if changed_since is not None:
        statement = changed_or_missed_since(caller, statement, changed_since)
    rows, page = await pages.rows(session, statement, [col(QaVisit.planned_on), col(QaVisit.id)])
    return page.holding([visit_summary(caller, row[0]) for row in rows])


@router.post("/qa-visits", operation_id="plan_qa_visit", status_code=201)
async def plan_qa_visit(body: QaVisitCreate, caller: Council, session: Session, response: Response) -> QaVisitRead:
    """Plans a visit to a provider on one of the council's frameworks, or one that it registered."""
    visit = await qa_visits.plan_visit(caller, session, body)
    response.headers["Location"] = f"/v1/qa-visits/{visit.id}"
    return await _shown(caller, session, response, visit)


@router.get("/qa-visits/{visit_id}", operation_id="get_qa_visit")
async def get_qa_visit(visit_id: Id, caller: Reader, session: Session, response: Response) -> QaVisitRead:
    """A visit. The provider reads its findings once it is reported, a council's schools once that has published it."""
    return await _shown(caller, session, response, await visible_visit(caller, session, visit_id))


@router.post("/qa-visits/{visit_id}/rescheduling", operation_id="reschedule_qa_visit")
async def reschedule_qa_visit(
    visit_id: Id,
    body: QaVisitReschedule,
    expected: ExpectedVersion,
    caller: Council,
    session: Session,
    response: Response,
) -> QaVisitRead:
    """Moves a visit that has not taken place to another day. One that was missed is overdue no more."""
    visit = await qa_visits.reschedule(caller, session, visit_id, body, expected)
    return await _shown(caller, session, response, visit)


@router.put("/qa-visits/{visit_id}/officers", operation_id="name_officers_of_qa_visit")
async def name_officers_of_qa_visit(
    visit_id: Id,
    body: OfficersWrite,
    expected: ExpectedVersion,
    caller: Council,
    session: Session,
    response: Response,
) -> QaVisitRead:
    """Names the calling council's officers, until the visit is reported. `If-Match` takes the visit's ETag."""
    visit = await qa_visits.name_officers(caller, session, visit_id, body, expected)
    return await _shown(caller, session, response, visit)


@router.post("/qa-visits/{visit_id}/carrying-out", operation_id="carry_out_qa_visit")
async def carry_out_qa_visit(
    visit_id: Id,
    body: QaVisitCarryOut,
    expected: ExpectedVersion,
    caller: Council,
    session: Session,
    response: Response,
) -> QaVisitRead:
    """Says on which day the visit took place. Its officers are named by then."""
    return await _shown(caller, session, response, await qa_visits.carry_out(caller, session, visit_id, body, expected))


@router.put("/qa-visits/{visit_id}/findings", operation_id="record_qa_findings")
async def record_qa_findings(
    visit_id: Id,
    body: FindingsWrite,
    expected: ExpectedVersion,
    caller: Council,
    session: Session,
    response: Response,
) -> QaVisitRead:
    """Replaces what the visit found, until it is reported. `If-Match` takes the visit's ETag."""
    visit = await qa_visits.record_findings(caller, session, visit_id, body, expected)
    return await _shown(caller, session, response, visit)


@router.post("/qa-visits/{visit_id}/cancellation", operation_id="cancel_qa_visit")
async def cancel_qa_visit(
    visit_id: Id,
    expected: ExpectedVersion,
    caller: Council,
    session: Session,
    response: Response,
    body: QaVisitCancel | None = None,
) -> QaVisitRead:
    """Cancels a visit that has not taken place, and says why."""
    return await _shown(caller, session, response, await qa_visits.cancel(caller, session, visit_id, body, expected))


async def _shown(caller: Caller, session: Session, response: Response, visit: QaVisit) -> QaVisitRead:
    tag(response, visit.version)
    return await visit_shown(caller, session, visit)
