"""Ending a placement at once, on any day, when both sides agree that the circumstances are exceptional."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.immediate_terminations import ImmediateTermination
from app.problems import Conflict
from app.rules.agreements import AskedState, end_of_day
from app.rules.immediate_terminations import may_ask_to_end_at_once, never_begins
from app.rules.placements import PlacementState
from app.schemas.agreements import AgreementGive
from app.schemas.immediate_terminations import ImmediateTerminationRequest
from app.services.agreements_both_sides import another_is_open, ask, locked, take_answer, take_back, withdraw_all
from app.services.agreements_questions import END_AT_ONCE, EXTEND
from app.services.changes import insist, made
from app.services.placements_ending import call_off, end_on
from app.services.placements_parties import locked_for_party


async def request_immediate_termination(
    caller: Caller, session: AsyncSession, body: ImmediateTerminationRequest
) -> ImmediateTermination:
    """A party asks the others, and agrees itself. Raises NotFound, Conflict, RuleRefused."""
    placement, _ = await locked_for_party(caller, session, body.placement_id)
    if placement.state is not PlacementState.ACCEPTED:
        raise Conflict("Only an accepted placement ends at once; a proposal is withdrawn or declined.")
    insist(
        may_ask_to_end_at_once(
            END_AT_ONCE.parties(placement),
            effective_on=body.effective_on,
            today=caller.today,
            ends_on=placement.ends_on,
            another_is_open=await another_is_open(caller, session, END_AT_ONCE, placement),
        )
    )
    asked = ImmediateTermination(
        **made(caller.now),
        **body.model_dump(exclude={"given_by"}),
        requested_by_id=caller.organisation_id,
        state=AskedState.REQUESTED,
        answer_by=end_of_day(body.effective_on),
        previous_end_on=placement.ends_on,
    )
    await ask(caller, session, END_AT_ONCE, placement, asked, body.given_by)
    return asked


async def answer_immediate_termination(
    caller: Caller, session: AsyncSession, asked_id: UUID, body: AgreementGive
) -> ImmediateTermination:
    """The calling party's own answer; the last agreement ends the placement in the same transaction.

    Raises NotFound, RuleRefused.
    """
    placement, asked = await locked(caller, session, END_AT_ONCE, asked_id)
    if await take_answer(caller, session, END_AT_ONCE, placement, asked, body):
        await withdraw_all(caller, session, EXTEND, placement)
        if never_begins(placement.starts_on, asked.effective_on):
            await call_off(caller, session, placement)
        else:
            await end_on(caller, session, placement, asked.effective_on)
    return asked


async def withdraw_immediate_termination(
    caller: Caller, session: AsyncSession, asked_id: UUID, expected_version: int
) -> ImmediateTermination:
    """Whoever asked withdraws while not all have agreed. Raises NotFound, PreconditionFailed, RuleRefused."""
    return await take_back(caller, session, END_AT_ONCE, asked_id, expected_version)
