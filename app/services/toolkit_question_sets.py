"""A council imports the toolkit's original questions, edition by edition, and may withdraw them."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.toolkit_question_sets import ToolkitQuestionSet
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.problems import FieldError, Invalid, NotFound
from app.queries.toolkit_question_sets import (
    current_question_set,
    last_edition,
    providers_overseen,
    visible_question_set,
)
from app.rules.toolkit_question_sets import (
    QUESTION_SETS,
    QuestionSetState,
    may_be_written_with,
    unknown_or_repeated,
)
from app.schemas.toolkit_question_sets import ToolkitQuestionSetImport
from app.services.changes import changed, insist, made, moved, state_after

PATH = "/v1/toolkit-question-sets"
_DETAILS = {
    "unknown_area": "name a slug that /v1/reference-data/toolkit-areas lists",
    "area_repeated": "name an area once, with all of its questions",
}


async def import_questions(caller: Caller, session: AsyncSession, body: ToolkitQuestionSetImport) -> ToolkitQuestionSet:
    """Keeps the document as the council's current set; the one before it is superseded. Raises Invalid."""
    faults = unknown_or_repeated(each.area for each in body.areas)
    if faults:
        raise Invalid([FieldError(f"/areas/{place}/area", code, _DETAILS[code]) for place, code in faults.items()])
    edition = await last_edition(caller, session) + 1
    before = await current_question_set(caller, session)
    if before is not None:
        before.state = state_after(QUESTION_SETS, before.state, "import", "council")
        changed(before, caller)
        await session.flush()
    questions = ToolkitQuestionSet(
        **made(caller.now),
        **body.model_dump(),
        council_id=caller.organisation_id,
        edition=edition,
        state=QuestionSetState.CURRENT,
    )
    session.add(questions)
    await session.flush()
    await _tell(caller, session, questions, EventType.TOOLKIT_QUESTIONS_IMPORTED)
    return questions


async def withdraw_questions(
    caller: Caller, session: AsyncSession, question_set_id: UUID, expected_version: int
) -> ToolkitQuestionSet:
    """Takes a set out of use: what was written with it keeps it, no other assessment is. Raises RuleRefused."""
    found = await visible_question_set(caller, session, question_set_id, lock=True)
    found.state = moved(found, expected_version, QUESTION_SETS, found.state, "withdraw", "council")
    changed(found, caller)
    await session.flush()
    await _tell(caller, session, found, EventType.TOOLKIT_QUESTIONS_WITHDRAWN)
    return found


async def check_written_with(caller: Caller, session: AsyncSession, question_set_id: UUID | None) -> None:
    """Raises Invalid where the caller sees no such set, RuleRefused where it is not the current one."""
    if question_set_id is None:
        return
    try:
        found = await visible_question_set(caller, session, question_set_id)
    except NotFound:
        fault = FieldError("/question_set_id", "question_set_not_found", "names no set of questions that you may see")
        raise Invalid([fault]) from None
    insist(may_be_written_with(found.state))


async def _tell(caller: Caller, session: AsyncSession, questions: ToolkitQuestionSet, event: EventType) -> None:
    audience = {questions.council_id} | await providers_overseen(caller, session)
    await record_event(session, event, f"{PATH}/{questions.id}", caller.now, organisations=audience)
