"""What any party may ask and both sides must agree to: asked, answered, withdrawn. What it brings is the feature's."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.agreements import Agreement
from app.models.placements import Placement
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.queries.agreements import Asked, agreements_of, asked_by_id, open_requests
from app.rules.agreements import AgreementAnswer, AskedState, asked_state, end_of_day
from app.schemas.agreements import AgreementGive
from app.services.agreements import Answered, judge_answer, keep_answer
from app.services.agreements_questions import END_AT_ONCE, EXTEND, Question
from app.services.changes import changed, moved, state_after
from app.services.placements_parties import locked_for_party


async def locked(
    caller: Caller, session: AsyncSession, question: Question[Asked], asked_id: UUID
) -> tuple[Placement, Asked]:
    """The placement, then what was asked about it: everybody locks in this order.

    Raises NotFound, RuleRefused for one who only watches.
    """
    seen = await asked_by_id(caller, session, question.table, asked_id)
    placement, _ = await locked_for_party(caller, session, seen.placement_id)
    return placement, await asked_by_id(caller, session, question.table, asked_id, lock=True)


async def another_is_open(
    caller: Caller, session: AsyncSession, question: Question[Asked], placement: Placement
) -> bool:
    """Whether the parties are being asked the same already. The placement is locked."""
    requests = await open_requests(session, question.table, placement.id)
    return any(state_now(each, caller.now) is AskedState.REQUESTED for each in requests)


async def ask(
    caller: Caller, session: AsyncSession, question: Question[Asked], placement: Placement, asked: Asked, given_by: str
) -> None:
    """Asks the parties; the one that asks agrees by asking. With two sides there is always another still to agree."""
    session.add(asked)
    await session.flush()
    own = AgreementGive(answer=AgreementAnswer.AGREED, given_by=given_by)
    await keep_answer(session, _judged(caller, question, placement, asked, [], own))
    await tell(caller, session, question, asked, question.told[AskedState.REQUESTED])


async def take_answer(
    caller: Caller,
    session: AsyncSession,
    question: Question[Asked],
    placement: Placement,
    asked: Asked,
    body: AgreementGive,
) -> bool:
    """Records the calling party's own answer. True where it was the last agreement needed: what was asked now holds.

    Both rows are locked. Raises RuleRefused for one who is not asked or has answered, and for what is settled.
    """
    given = (await agreements_of(session, question.subject, [asked.id])).get(asked.id, [])
    answered = _judged(caller, question, placement, asked, given, body)
    after = state_after(question.life, state_now(asked, caller.now), answered.verb)
    await keep_answer(session, answered)
    if not answered.settles:
        changed(asked, caller)
        await tell(caller, session, question, asked, question.agreement_recorded)
        return False
    await settle(caller, session, question, asked, after)
    return after is AskedState.AGREED


async def take_back(
    caller: Caller, session: AsyncSession, question: Question[Asked], asked_id: UUID, expected_version: int
) -> Asked:
    """Whoever asked withdraws. Raises NotFound, PreconditionFailed, RuleRefused."""
    _, asked = await locked(caller, session, question, asked_id)
    by = "party_that_asked" if asked.requested_by_id == caller.organisation_id else "other_party"
    after = moved(asked, expected_version, question.life, state_now(asked, caller.now), "withdraw", by)
    await settle(caller, session, question, asked, after)
    return asked


async def withdraw_all(
    caller: Caller, session: AsyncSession, question: Question[Asked], placement: Placement, from_day: date | None = None
) -> None:
    """Nothing is left to agree on: the open requests about a placement go, or those for `from_day` and later."""
    for asked in await open_requests(session, question.table, placement.id):
        state = state_now(asked, caller.now)
        if state is AskedState.REQUESTED and (from_day is None or question.day_of(asked) >= from_day):
            after = state_after(question.life, state, "end_with_placement", "termination")
            await settle(caller, session, question, asked, after)


async def follow_end(caller: Caller, session: AsyncSession, placement: Placement, last_day: date) -> None:
    """What is asked about a placement that now ends on `last_day`: no later day is asked for, or answered on."""
    await withdraw_all(caller, session, END_AT_ONCE, placement, from_day=last_day)
    for asked in await open_requests(session, EXTEND.table, placement.id):
        if state_now(asked, caller.now) is AskedState.REQUESTED:
            asked.answer_by = end_of_day(last_day)
            changed(asked, caller)
    await session.flush()


async def settle(
    caller: Caller, session: AsyncSession, question: Question[Asked], asked: Asked, after: AskedState
) -> None:
    asked.state = after
    asked.settled_at = caller.now
    changed(asked, caller)
    await tell(caller, session, question, asked, question.told[after])


async def tell(
    caller: Caller, session: AsyncSession, question: Question[Asked], asked: Asked, event: EventType
) -> None:
    await session.flush()
    await record_event(session, event, f"{question.path}/{asked.id}", caller.now, placements=[asked.placement_id])


def state_now(asked: Asked, now: datetime) -> AskedState:
    """The state now, a lapse included that nobody has noted yet."""
    return asked_state(asked.state, asked.answer_by, now)


def _judged(
    caller: Caller,
    question: Question[Asked],
    placement: Placement,
    asked: Asked,
    given: Sequence[Agreement],
    body: AgreementGive,
) -> Answered:
    subject: dict[str, UUID] = {question.subject: asked.id}
    return judge_answer(caller, question.parties(placement), given, body, None, placement_id=placement.id, **subject)
