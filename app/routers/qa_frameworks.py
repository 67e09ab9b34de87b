"""The QA frameworks by which councils look at providers."""

from typing import Annotated

from fastapi import Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.organisations import OrganisationKind
from app.models.qa import QaFramework
from app.queries.qa_frameworks import visible_framework, visible_frameworks
from app.schemas.qa_frameworks import QaFrameworkCreate, QaFrameworkRead
from app.schemas.wire import Id, Instant
from app.services import qa_frameworks
from app.web.conditional import tag
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("quality assurance")

Reader = Annotated[Caller, allow(Scope.QA_READ)]


@router.get("/qa-frameworks", operation_id="list_qa_frameworks")
async def list_qa_frameworks(
    caller: Reader,
    session: Session,
    pages: Pages,
    council_id: Id | None = None,
    changed_since: Instant | None = None,
) -> Page[QaFrameworkRead]:
    """The QA frameworks of every council, or of one."""
    statement = visible_frameworks(caller)
    if council_id is not None:
        statement = statement.where(col(QaFramework.council_id) == council_id)
    if changed_since is not None:
        statement = statement.where(col(QaFramework.changed_at) >= changed_since)
    rows, page = await pages.rows(session, statement, [col(QaFramework.id)])
    return page.holding([_framework(row[0]) for row in rows])


@router.post("/qa-frameworks", operation_id="make_qa_framework", status_code=201)
async def make_qa_framework(
    body: QaFrameworkCreate,
    caller: Annotated[Caller, allow(Scope.QA_WRITE, OrganisationKind.COUNCIL)],
    session: Session,
    response: Response,
) -> QaFrameworkRead:
    """Keeps the calling council's areas, criteria and kinds of visit. A new edition is a new framework."""
    framework = await qa_frameworks.make_framework(caller, session, body)
    response.headers["Location"] = f"/v1/qa-frameworks/{framework.id}"
    tag(response, framework.version)
    return _framework(framework)


@router.get("/qa-frameworks/{framework_id}", operation_id="get_qa_framework")
async def get_qa_framework(framework_id: Id, caller: Reader, session: Session, response: Response) -> QaFrameworkRead:
    framework = await visible_framework(caller, session, framework_id)
    tag(response, framework.version)
    return _framework(framework)


def _framework(framework: QaFramework) -> QaFrameworkRead:
    return QaFrameworkRead.model_validate(framework.model_dump(include=set(QaFrameworkRead.model_fields)))
