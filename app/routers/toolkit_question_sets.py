"""The toolkit's original questions, as councils import them."""

from operator import eq, ge
from typing import Annotated

from fastapi import Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.organisations import OrganisationKind
from app.models.toolkit_question_sets import ToolkitQuestionSet
from app.queries.toolkit_question_sets import visible_question_set, visible_question_sets
from app.rules.toolkit_question_sets import QuestionSetState
from app.schemas.toolkit_question_sets import (
    ToolkitQuestionSetImport,
    ToolkitQuestionSetRead,
    ToolkitQuestionSetSummary,
)
from app.schemas.wire import Id, Instant
from app.services import toolkit_question_sets
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("toolkit")

Reader = Annotated[Caller, allow(Scope.TOOLKIT_READ, OrganisationKind.COUNCIL, OrganisationKind.PROVIDER)]
Council = Annotated[Caller, allow(Scope.TOOLKIT_WRITE, OrganisationKind.COUNCIL)]


@router.get("/toolkit-question-sets", operation_id="list_toolkit_question_sets")
async def list_toolkit_question_sets(
    caller: Reader,
    session: Session,
    pages: Pages,
    council_id: Id | None = None,
    state: QuestionSetState | None = None,
    changed_since: Instant | None = None,
) -> Page[ToolkitQuestionSetSummary]:
    """The calling council's sets of questions, or those of the councils that oversee the calling provider."""
    filters = [
        (col(ToolkitQuestionSet.council_id), eq, council_id),
        (col(ToolkitQuestionSet.state), eq, state),
        (col(ToolkitQuestionSet.changed_at), ge, changed_since),
    ]
    statement = visible_question_sets(caller).where(
        *[compare(field, value) for field, compare, value in filters if value is not None]
    )
    order = [col(ToolkitQuestionSet.created_at), col(ToolkitQuestionSet.id)]
    rows, page = await pages.rows(session, statement, order)
    return page.holding([ToolkitQuestionSetSummary.model_validate(_summary(row[0])) for row in rows])


@router.post("/toolkit-question-sets", operation_id="import_toolkit_question_set", status_code=201)
async def import_toolkit_question_set(
    body: ToolkitQuestionSetImport, caller: Council, session: Session, response: Response
) -> ToolkitQuestionSetRead:
    """Imports the calling council's questions as a new edition. The one before it is superseded, and stays readable."""
    questions = await toolkit_question_sets.import_questions(caller, session, body)
    response.headers["Location"] = f"{toolkit_question_sets.PATH}/{questions.id}"
    return _shown(response, questions)


@router.get("/toolkit-question-sets/{question_set_id}", operation_id="get_toolkit_question_set")
async def get_toolkit_question_set(
    question_set_id: Id, caller: Reader, session: Session, response: Response
) -> ToolkitQuestionSetRead:
    """A set with its questions. An assessment names the set that it was written with."""
    return _shown(response, await visible_question_set(caller, session, question_set_id))


@router.post("/toolkit-question-sets/{question_set_id}/withdrawal", operation_id="withdraw_toolkit_question_set")
async def withdraw_toolkit_question_set(
    question_set_id: Id, expected: ExpectedVersion, caller: Council, session: Session, response: Response
) -> ToolkitQuestionSetRead:
    """Takes a set out of use. Assessments that were written with it keep it; no new one is written with it."""
    return _shown(response, await toolkit_question_sets.withdraw_questions(caller, session, question_set_id, expected))


def _shown(response: Response, questions: ToolkitQuestionSet) -> ToolkitQuestionSetRead:
    tag(response, questions.version)
    return ToolkitQuestionSetRead.model_validate(_summary(questions) | {"areas": questions.areas})


def _summary(questions: ToolkitQuestionSet) -> dict[str, object]:
    shown = questions.model_dump(include=set(ToolkitQuestionSetSummary.model_fields))
    return shown | {"edition": str(questions.edition)}
