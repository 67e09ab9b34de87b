"""What follows a QA visit: the report, its discussion, the provider's answer, and publication to schools."""

from typing import Annotated

from fastapi import Response

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.organisations import OrganisationKind
from app.models.qa import QaVisit
from app.schemas.qa_visits import (
    ProviderResponseWrite,
    QaVisitDiscuss,
    QaVisitPublish,
    QaVisitRead,
    QaVisitReport,
)
from app.schemas.wire import Id
from app.services import qa_visits_reporting
from app.services.qa_visits_shown import visit_shown
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.router import edge_router

router = edge_router("quality assurance")

Council = Annotated[Caller, allow(Scope.QA_WRITE, OrganisationKind.COUNCIL)]
Provider = Annotated[Caller, allow(Scope.QA_WRITE, OrganisationKind.PROVIDER)]


@router.post("/qa-visits/{visit_id}/report", operation_id="report_qa_visit")
async def report_qa_visit(
    visit_id: Id, body: QaVisitReport, expected: ExpectedVersion, caller: Council, session: Session, response: Response
) -> QaVisitRead:
    """Hands the report and the findings to the provider. Invitations that were not answered lapse."""
    visit = await qa_visits_reporting.report(caller, session, visit_id, body, expected)
    return await _shown(caller, session, response, visit)


@router.post("/qa-visits/{visit_id}/discussion", operation_id="discuss_qa_visit")
async def discuss_qa_visit(
    visit_id: Id, body: QaVisitDiscuss, expected: ExpectedVersion, caller: Council, session: Session, response: Response
) -> QaVisitRead:
    """Says when and with whom the report was discussed, before it is published. A later one replaces an earlier one."""
    visit = await qa_visits_reporting.discuss(caller, session, visit_id, body, expected)
    return await _shown(caller, session, response, visit)


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
    visit = await qa_visits_reporting.respond(caller, session, visit_id, body, expected)
    return await _shown(caller, session, response, visit)


@router.post("/qa-visits/{visit_id}/publication", operation_id="publish_qa_visit")
async def publish_qa_visit(
    visit_id: Id,
    expected: ExpectedVersion,
    caller: Council,
    session: Session,
    response: Response,
    body: QaVisitPublish | None = None,
) -> QaVisitRead:
    """Opens report, findings, answer and actions to the calling council's schools, once the provider was heard.

    Each council that takes part publishes to its own schools. The visit is `published` from the first time on.
    """
    visit = await qa_visits_reporting.publish(caller, session, visit_id, body, expected)
    return await _shown(caller, session, response, visit)


async def _shown(caller: Caller, session: Session, response: Response, visit: QaVisit) -> QaVisitRead:
    tag(response, visit.version)
    return await visit_shown(caller, session, visit)
