"""Annual returns: asked for by a council or begun unasked, written and submitted by the provider."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.organisations import Organisation, OrganisationKind
from app.models.qa_returns import QaReturn, QaReturnDraft, QaReturnType
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.problems import Duplicate, FieldError, Invalid, NotFound
from app.queries.directory import visible_organisation
from app.queries.oversight import councils_overseeing, oversight_of
from app.queries.qa_return_types import latest_edition, visible_type
from app.queries.qa_returns import own_draft, return_of_year, visible_return
from app.rules.oversight import may_oversee
from app.rules.qa_return_types import is_current
from app.rules.qa_returns import OUTSTANDING, RETURNS, ReturnState, is_late, lies_ahead, may_file_with
from app.rules.report_answers import AnswerFault, faults_of_answers, faults_of_size
from app.rules.statistics_periods import school_year_period
from app.schemas.qa_returns import QaReturnBegin, QaReturnRequest, QaReturnWrite
from app.services.changes import changed, insist, made, moved

PATH = "/v1/qa-returns"


async def request_return(caller: Caller, session: AsyncSession, body: QaReturnRequest) -> QaReturn:
    """The council asks a provider for a return by a day. Raises Invalid, RuleRefused, Duplicate."""
    provider = await _provider(caller, session, body.provider_id)
    type_ = await _type(caller, session, body.type_id, body.school_year)
    if type_.council_id != caller.organisation_id:
        raise Invalid([FieldError("/type_id", "type_not_found", "name one of your own types of return")])
    must_lie_ahead(caller, body.due_on)
    insist(may_oversee(await oversight_of(caller, session, provider)))
    asked = QaReturn(
        **made(caller.now),
        **body.model_dump(),
        council_id=type_.council_id,
        type_slug=type_.slug,
        state=ReturnState.REQUESTED,
        requested_at=caller.now,
    )
    await _add(caller, session, asked)
    return await tell(caller, session, asked, EventType.QA_RETURN_REQUESTED)


async def begin_return(caller: Caller, session: AsyncSession, body: QaReturnBegin) -> QaReturn:
    """The provider begins a return that nobody asked for. Raises Invalid, RuleRefused, Duplicate."""
    type_ = await _type(caller, session, body.type_id, body.school_year)
    insist(may_file_with(type_.council_id, await councils_overseeing(session, caller.organisation_id)))
    _refuse(faults_of_size(body.answers))
    begun = QaReturn(
        **made(caller.now),
        **body.model_dump(include={"type_id", "school_year"}),
        council_id=type_.council_id,
        provider_id=caller.organisation_id,
        type_slug=type_.slug,
        state=ReturnState.DRAFT,
    )
    await _add(caller, session, begun)
    await _write(caller, session, begun, body)
    return await tell(caller, session, begun, EventType.QA_RETURN_BEGUN)


async def write_return(
    caller: Caller, session: AsyncSession, return_id: UUID, body: QaReturnWrite, expected_version: int
) -> QaReturn:
    """The provider replaces what it has written. Raises NotFound, PreconditionFailed, RuleRefused, Invalid."""
    found = await locked_and_moved(caller, session, return_id, "write", expected_version)
    _refuse(faults_of_size(body.answers))
    await _write(caller, session, found, body)
    return found


async def submit_return(
    caller: Caller, session: AsyncSession, return_id: UUID, submitted_by: str, expected_version: int
) -> QaReturn:
    """Raises RuleRefused, PreconditionFailed, and Invalid naming every answer that is not as the form asks."""
    found = await locked_and_moved(caller, session, return_id, "submit", expected_version)
    draft = await own_draft(caller, session, found.id)
    assert draft is not None  # what is submitted was written
    form = (await visible_type(caller, session, found.type_id)).form
    if form is not None:
        _refuse(faults_of_answers(form, draft.answers))
    elif draft.answers:
        raise Invalid([FieldError("/answers", "not_in_form", "the type has no form; say it in `statement`")])
    elif draft.statement is None:
        raise Invalid([FieldError("/statement", "required", "the type has no form: the statement is the return")])
    found.answers, found.statement, found.submitted_by = draft.answers, draft.statement, submitted_by
    if found.late is None:
        found.late = is_late(found.due_on, caller.today)
    found.first_submitted_at = found.first_submitted_at or caller.now
    found.submitted_at, found.returned_because = caller.now, None
    return await tell(caller, session, found, EventType.QA_RETURN_SUBMITTED)


async def contents_shown(caller: Caller, session: AsyncSession, found: QaReturn) -> dict[str, Any]:
    """What was last submitted; for the provider, while the council waits, what it is writing."""
    if found.provider_id == caller.organisation_id and found.state in OUTSTANDING:
        draft = await own_draft(caller, session, found.id)
        return {"answers": draft.answers if draft else {}, "statement": draft.statement if draft else None}
    return {"answers": found.answers or {}, "statement": found.statement}


async def locked_and_moved(
    caller: Caller, session: AsyncSession, return_id: UUID, verb: str, expected_version: int
) -> QaReturn:
    """The return, locked, in the state that the verb leads to."""
    found = await visible_return(caller, session, return_id, lock=True)
    by = "council" if found.council_id == caller.organisation_id else "provider"
    found.state = moved(found, expected_version, RETURNS, found.state, verb, by)
    changed(found, caller)
    return found


async def tell(caller: Caller, session: AsyncSession, found: QaReturn, event: EventType) -> QaReturn:
    await session.flush()
    both = {found.council_id, found.provider_id}
    await record_event(session, event, f"{PATH}/{found.id}", caller.now, organisations=both)
    return found


def must_lie_ahead(caller: Caller, due_on: Any) -> None:
    """Raises Invalid for a day that has passed."""
    if not lies_ahead(due_on, caller.today):
        raise Invalid([FieldError("/due_on", "in_the_past", "name today or a later day")])


async def _provider(caller: Caller, session: AsyncSession, provider_id: UUID) -> Organisation:
    try:
        return await visible_organisation(caller, session, OrganisationKind.PROVIDER, provider_id)
    except NotFound:
        raise Invalid([FieldError("/provider_id", "unknown_provider", "name a provider that you can find")]) from None


async def _type(caller: Caller, session: AsyncSession, type_id: UUID, school_year: str) -> QaReturnType:
    """The type named, in its latest edition. Raises Invalid, RuleRefused."""
    if school_year_period(school_year) is None:
        raise Invalid([FieldError("/school_year", "not_a_school_year", "is written like 2026-27")])
    try:
        type_ = await visible_type(caller, session, type_id)
    except NotFound:
        raise Invalid([FieldError("/type_id", "type_not_found", "names nothing that you may see")]) from None
    insist(is_current(type_.edition, await latest_edition(caller, session, type_.council_id, type_.slug)))
    return type_


async def _add(caller: Caller, session: AsyncSession, new: QaReturn) -> None:
    """Raises Duplicate; of two at once, the second meets the unique index."""
    of_year = (new.council_id, new.provider_id, new.type_slug, new.school_year)
    if await return_of_year(caller, session, *of_year) is not None:
        raise Duplicate(
            "There is that return for that year already. Write that one, or name the day by which it is due."
        )
    session.add(new)
    await session.flush()


async def _write(caller: Caller, session: AsyncSession, found: QaReturn, body: QaReturnWrite) -> None:
    draft = await own_draft(caller, session, found.id)
    if draft is None:
        draft = QaReturnDraft(return_id=found.id, provider_id=found.provider_id, answers={})
        session.add(draft)
    draft.answers, draft.statement = body.answers, body.statement
    await session.flush()


def _refuse(faults: list[AnswerFault]) -> None:
    if faults:
        raise Invalid([FieldError(f"/answers{f.pointer}"[:500], f.code, f.reason) for f in faults])
