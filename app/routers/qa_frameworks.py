"""The QA frameworks by which councils look at providers."""

from operator import eq, ge
from typing import Annotated

from fastapi import Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.organisations import OrganisationKind
from app.models.qa import QaFramework
from app.queries.qa_frameworks import visible_framework, visible_frameworks
from app.rules.qa_frameworks import FrameworkState
from app.schemas.qa_frameworks import QaFrameworkAdopt, QaFrameworkCreate, QaFrameworkRead
from app.schemas.wire import Id, Instant
from app.services import qa_frameworks
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("quality assurance")

Reader = Annotated[Caller, allow(Scope.QA_READ)]
Council = Annotated[Caller, allow(Scope.QA_WRITE, OrganisationKind.COUNCIL)]


@router.get("/qa-frameworks", operation_id="list_qa_frameworks")
async def list_qa_frameworks(
    caller: Reader,
    session: Session,
    pages: Pages,
    council_id: Id | None = None,
    series_id: Id | None = None,
    state: FrameworkState | None = None,
    changed_since: Instant | None = None,
) -> Page[QaFrameworkRead]:
    """The QA frameworks of every council, or of one, in all their editions."""
    filters = [
        (col(QaFramework.council_id), eq, council_id),
        (col(QaFramework.series_id), eq, series_id),
        (col(QaFramework.state), eq, state),
        (col(QaFramework.changed_at), ge, changed_since),
    ]
    statement = visible_frameworks(caller).where(
        *[compare(field, value) for field, compare, value in filters if value is not None]
    )
    rows, page = await pages.rows(session, statement, [col(QaFramework.id)])
    return page.holding([_framework(row[0]) for row in rows])


@router.post("/qa-frameworks", operation_id="make_qa_framework", status_code=201)
async def make_qa_framework(
    body: QaFrameworkCreate, caller: Council, session: Session, response: Response
) -> QaFrameworkRead:
    """Keeps the calling council's areas, criteria and activities as the first edition of a framework."""
    return _made(response, await qa_frameworks.make_framework(caller, session, body))


@router.post("/qa-framework-adoptions", operation_id="adopt_qa_framework", status_code=201)
async def adopt_qa_framework(
    body: QaFrameworkAdopt, caller: Council, session: Session, response: Response
) -> QaFrameworkRead:
    """Makes a shipped structure, with a shipped set of activities, a framework of the calling council's own.

    What the council would have otherwise goes into the next edition.
    """
    return _made(response, await qa_frameworks.adopt_framework(caller, session, body))


@router.post("/qa-frameworks/{framework_id}/editions", operation_id="supersede_qa_framework", status_code=201)
async def supersede_qa_framework(
    framework_id: Id,
    body: QaFrameworkCreate,
    expected: ExpectedVersion,
    caller: Council,
    session: Session,
    response: Response,
) -> QaFrameworkRead:
    """Keeps the next edition, whole, of a current framework. Visits planned by the edition before keep it."""
    return _made(response, await qa_frameworks.supersede(caller, session, framework_id, body, expected))


@router.post("/qa-frameworks/{framework_id}/retirement", operation_id="retire_qa_framework")
async def retire_qa_framework(
    framework_id: Id, expected: ExpectedVersion, caller: Council, session: Session, response: Response
) -> QaFrameworkRead:
    """Ends a framework: no further visit is planned by it, and none falls due. Its visits go on."""
    framework = await qa_frameworks.retire(caller, session, framework_id, expected)
    tag(response, framework.version)
    return _framework(framework)


@router.get("/qa-frameworks/{framework_id}", operation_id="get_qa_framework")
async def get_qa_framework(framework_id: Id, caller: Reader, session: Session, response: Response) -> QaFrameworkRead:
    framework = await visible_framework(caller, session, framework_id)
    tag(response, framework.version)
    return _framework(framework)


def _made(response: Response, framework: QaFramework) -> QaFrameworkRead:
    response.headers["Location"] = f"/v1/qa-frameworks/{framework.id}"
    tag(response, framework.version)
    return _framework(framework)


def _framework(framework: QaFramework) -> QaFrameworkRead:
    return QaFrameworkRead.model_validate(framework.model_dump(include=set(QaFrameworkRead.model_fields)))
