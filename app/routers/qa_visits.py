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
from app.queries.qa_visits import visible_findings, visible_visit, visible_visits
from app.rules.qa import VisitState
from app.schemas.qa_visits import (
    FindingsWrite,
    ProviderResponseWrite,
    QaVisitCarryOut,
    QaVisitCreate,
    QaVisitRead,
    QaVisitReport,
    QaVisitSummary,
)
from app.schemas.wire import Day, Id, Instant
from app.services import qa_visits
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("quality assurance")

Reader = Annotated[Caller, allow(Scope.QA_READ)]
Council = Annotated[Caller, allow(Scope.QA_WRITE, OrganisationKind.COUNCIL)]
Provider = Annotated[Caller, allow(Scope.QA_WRITE, OrganisationKind.PROVIDER)]


@router.get("/qa-visits", operation_id="list_qa_visits")
async def list_qa_visits(
    caller: Reader,
    session: Session,
    pages: Pages,
    provider_id: Id | None = None,
    state: VisitState | None = None,
    planned_from: Day | None = None,
    planned_to: Day | None = None,
    changed_since: Instant | None = None,
) -> Page[QaVisitSummary]:
    """The council's own visits, those to the calling provider, and those that a school's council has published."""
    filters = [
        (col(QaVisit.provider_id), eq, provider_id),
        (col(QaVisit.state), eq, state),
        (col(QaVisit.planned_on), ge, planned_from),
        (col(QaVisit.planned_on), le, planned_to),
        (col(QaVisit.changed_at), ge, changed_since),
    ]
    statement = visible_visits(caller).where(
        *[compare(field, value) for field, compare, value in filters if value is not None]
    )
    rows, page = await pages.rows(session, statement, [col(QaVisit.planned_on), col(QaVisit.id)])
    shown = set(QaVisitSummary.model_fields)
    return page.holding([QaVisitSummary.model_validate(row[0].model_dump(include=shown)) for row in rows])


@router.post("/qa-visits", operation_id="plan_qa_visit", status_code=201)
async def plan_qa_visit(body: QaVisitCreate, caller: Council, session: Session, response: Response) -> QaVisitRead:
    """Plans a visit to a provider on one of the council's frameworks, or one that it registered."""
    visit = await qa_visits.plan_visit(caller, session, body)
    response.headers["Location"] = f"/v1/qa-visits/{visit.id}"
    return await _shown(caller, session, response, visit)


@router.get("/qa-visits/{visit_id}", operation_id="get_qa_visit")
async def get_qa_visit(visit_id: Id, caller: Reader, session: Session, response: Response) -> QaVisitRead:
    """A visit. The provider reads its findings once it is reported, the council's schools once it is published."""
    return await _shown(caller, session, response, await visible_visit(caller, session, visit_id))


@router.post("/qa-visits/{visit_id}/carrying-out", operation_id="carry_out_qa_visit")
async def carry_out_qa_visit(
    visit_id: Id,
    body: QaVisitCarryOut,
    expected: ExpectedVersion,
    caller: Council,
    session: Session,
    response: Response,
) -> QaVisitRead:
    """Says on which day the visit took place."""
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


@router.post("/qa-visits/{visit_id}/report", operation_id="report_qa_visit")
async def report_qa_visit(
    visit_id: Id, body: QaVisitReport, expected: ExpectedVersion, caller: Council, session: Session, response: Response
) -> QaVisitRead:
    """Hands the report and the findings to the provider."""
    return await _shown(caller, session, response, await qa_visits.report(caller, session, visit_id, body, expected))


@router.put("/qa-visits/{visit_id}/provider-response", operation_id="answer_qa_visit")
async def answer_qa_visit(
    visit_id: Id,
    body: ProviderResponseWrite,
    expected: ExpectedVersion,
    caller: Provider,
    session: Session,
    response: Response,
) -> QaVisitRead:
    """The provider's answer to the report, published with it. `If-Match` takes the visit's ETag."""
    visit = await qa_visits.respond(caller, session, visit_id, body, expected)
    return await _shown(caller, session, response, visit)


@router.post("/qa-visits/{visit_id}/publication", operation_id="publish_qa_visit")
async def publish_qa_visit(
    visit_id: Id, expected: ExpectedVersion, caller: Council, session: Session, response: Response
) -> QaVisitRead:
    """Opens report, findings, answer and actions to the council's schools."""
    return await _shown(caller, session, response, await qa_visits.publish(caller, session, visit_id, expected))


@router.post("/qa-visits/{visit_id}/cancellation", operation_id="cancel_qa_visit")
async def cancel_qa_visit(
    visit_id: Id, expected: ExpectedVersion, caller: Council, session: Session, response: Response
) -> QaVisitRead:
    """Cancels a visit that has not taken place."""
    return await _shown(caller, session, response, await qa_visits.cancel(caller, session, visit_id, expected))


async def _shown(caller: Caller, session: Session, response: Response, visit: QaVisit) -> QaVisitRead:
    tag(response, visit.version)
    findings = await visible_findings(caller, session, visit)
    return QaVisitRead.model_validate(
        {
            **visit.model_dump(include=set(QaVisitRead.model_fields)),
            "findings": [f.model_dump(include={"criterion", "evidence_seen", "notes"}) for f in findings],
        }
    )
