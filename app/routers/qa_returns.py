"""Annual returns: what a provider tells a council each year of its own work, of safeguarding, of its sites."""

from typing import Annotated

from fastapi import Query, Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.organisations import OrganisationKind
from app.models.qa_returns import QaReturn
from app.queries.qa_returns import changed_since, visible_return, visible_returns, with_timeliness
from app.rules.qa_returns import ReturnState, ReturnTimeliness, timeliness
from app.schemas.progress_reports import SchoolYear
from app.schemas.qa_return_types import ReturnTypeSlug
from app.schemas.qa_returns import (
    QaReturnBegin,
    QaReturnRead,
    QaReturnRequest,
    QaReturnReschedule,
    QaReturnReturn,
    QaReturnSubmit,
    QaReturnSummary,
    QaReturnWithdraw,
    QaReturnWrite,
)
from app.schemas.wire import Id, Instant
from app.services import qa_returns, qa_returns_settling
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("quality assurance")

Reader = Annotated[Caller, allow(Scope.QA_READ, OrganisationKind.COUNCIL, OrganisationKind.PROVIDER)]
Council = Annotated[Caller, allow(Scope.QA_WRITE, OrganisationKind.COUNCIL)]
Provider = Annotated[Caller, allow(Scope.QA_WRITE, OrganisationKind.PROVIDER)]
Either = Annotated[Caller, allow(Scope.QA_WRITE, OrganisationKind.COUNCIL, OrganisationKind.PROVIDER)]


@router.get("/qa-returns", operation_id="list_qa_returns")
async def list_qa_returns(
    caller: Reader,
    session: Session,
    pages: Pages,
    provider_id: Id | None = None,
    council_id: Id | None = None,
    type_slug: ReturnTypeSlug | None = None,
    school_year: SchoolYear | None = None,
    state: ReturnState | None = None,
    standing: Annotated[ReturnTimeliness | None, Query(alias="timeliness")] = None,
    since: Annotated[Instant | None, Query(alias="changed_since")] = None,
) -> Page[QaReturnSummary]:
    """The returns of the calling provider, or those made to the calling council, with how they stand to their day.

    `changed_since` covers those whose day came near, or passed.
    """
    statement = visible_returns(caller)
    wanted = {
        "provider_id": provider_id,
        "council_id": council_id,
        "type_slug": type_slug,
        "school_year": school_year,
        "state": state,
    }
    for member, value in wanted.items():
        if value is not None:
            statement = statement.where(col(getattr(QaReturn, member)) == value)
    if standing is not None:
        statement = with_timeliness(caller, statement, standing)
    if since is not None:
        statement = changed_since(caller, statement, since)
    rows, page = await pages.rows(session, statement, [col(QaReturn.id)])
    return page.holding([_summary(caller, row[0]) for row in rows])


@router.post("/qa-returns", operation_id="begin_qa_return", status_code=201)
async def begin_qa_return(body: QaReturnBegin, caller: Provider, session: Session, response: Response) -> QaReturnRead:
    """The provider begins a return unasked, complete or not. The council sees that it exists, not what it says."""
    found = await qa_returns.begin_return(caller, session, body)
    response.headers["Location"] = f"{qa_returns.PATH}/{found.id}"
    return await _shown(caller, session, response, found)


@router.post("/qa-return-requests", operation_id="request_qa_return", status_code=201)
async def request_qa_return(
    body: QaReturnRequest, caller: Council, session: Session, response: Response
) -> QaReturnRead:
    """The council asks a provider for a return by a day. One that the provider has begun is asked for by naming a day.

    Answers with the return, which the provider writes.
    """
    found = await qa_returns.request_return(caller, session, body)
    response.headers["Location"] = f"{qa_returns.PATH}/{found.id}"
    return await _shown(caller, session, response, found)


@router.get("/qa-returns/{return_id}", operation_id="get_qa_return")
async def get_qa_return(return_id: Id, caller: Reader, session: Session, response: Response) -> QaReturnRead:
    """One return."""
    return await _shown(caller, session, response, await visible_return(caller, session, return_id))


@router.put("/qa-returns/{return_id}/contents", operation_id="write_qa_return")
async def write_qa_return(
    return_id: Id,
    body: QaReturnWrite,
    expected: ExpectedVersion,
    caller: Provider,
    session: Session,
    response: Response,
) -> QaReturnRead:
    """The provider replaces what it has written. `If-Match` takes the return's ETag."""
    found = await qa_returns.write_return(caller, session, return_id, body, expected)
    return await _shown(caller, session, response, found)


@router.put("/qa-returns/{return_id}/due-day", operation_id="reschedule_qa_return")
async def reschedule_qa_return(
    return_id: Id,
    body: QaReturnReschedule,
    expected: ExpectedVersion,
    caller: Council,
    session: Session,
    response: Response,
) -> QaReturnRead:
    """The council names another day; of a return that was begun unasked, the first. `If-Match` takes its ETag."""
    found = await qa_returns_settling.reschedule_return(caller, session, return_id, body.due_on, expected)
    return await _shown(caller, session, response, found)


@router.post("/qa-returns/{return_id}/submission", operation_id="submit_qa_return")
async def submit_qa_return(
    return_id: Id,
    body: QaReturnSubmit,
    expected: ExpectedVersion,
    caller: Provider,
    session: Session,
    response: Response,
) -> QaReturnRead:
    """The provider submits. Every answer that is not as the form asks is named, with a pointer under `/answers`."""
    found = await qa_returns.submit_return(caller, session, return_id, body.submitted_by, expected)
    return await _shown(caller, session, response, found)


@router.post("/qa-returns/{return_id}/return", operation_id="return_qa_return")
async def return_qa_return(
    return_id: Id,
    body: QaReturnReturn,
    expected: ExpectedVersion,
    caller: Council,
    session: Session,
    response: Response,
) -> QaReturnRead:
    """The council asks for changes, and says why; by another day where it names one."""
    found = await qa_returns_settling.return_return(caller, session, return_id, body, expected)
    return await _shown(caller, session, response, found)


@router.post("/qa-returns/{return_id}/acceptance", operation_id="accept_qa_return")
async def accept_qa_return(
    return_id: Id, expected: ExpectedVersion, caller: Council, session: Session, response: Response
) -> QaReturnRead:
    """The council accepts a submitted return."""
    found = await qa_returns_settling.accept_return(caller, session, return_id, expected)
    return await _shown(caller, session, response, found)


@router.post("/qa-returns/{return_id}/withdrawal", operation_id="withdraw_qa_return")
async def withdraw_qa_return(
    return_id: Id,
    body: QaReturnWithdraw,
    expected: ExpectedVersion,
    caller: Either,
    session: Session,
    response: Response,
) -> QaReturnRead:
    """The council takes back what it asked for, the provider what it began unasked, until it is submitted."""
    found = await qa_returns_settling.withdraw_return(caller, session, return_id, body.reason, expected)
    return await _shown(caller, session, response, found)


async def _shown(caller: Caller, session: Session, response: Response, found: QaReturn) -> QaReturnRead:
    tag(response, found.version)
    contents = await qa_returns.contents_shown(caller, session, found)
    stored = found.model_dump(include=set(QaReturnRead.model_fields) - contents.keys())
    return QaReturnRead.model_validate({**stored, **contents, "timeliness": _timeliness(caller, found)})


def _summary(caller: Caller, found: QaReturn) -> QaReturnSummary:
    stored = found.model_dump(include=set(QaReturnSummary.model_fields))
    return QaReturnSummary.model_validate(stored | {"timeliness": _timeliness(caller, found)})


def _timeliness(caller: Caller, found: QaReturn) -> ReturnTimeliness | None:
    return timeliness(found.state, found.due_on, found.late, caller.today)
