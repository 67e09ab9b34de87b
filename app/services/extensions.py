"""A later planned end, when both sides agree to it."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.extensions import Extension
from app.problems import Conflict
from app.queries.agreements import agreed_ends
from app.queries.calendars import school_calendar
from app.rules.agreements import AskedState, end_of_day
from app.rules.extensions import may_ask_to_extend
from app.rules.placements import PlacementState
from app.schemas.agreements import AgreementGive
from app.schemas.extensions import ExtensionRequest
from app.services.agreements_both_sides import another_is_open, ask, locked, take_answer, take_back
from app.services.agreements_questions import EXTEND
from app.services.changes import insist, made
from app.services.placements_ending import extend_to
from app.services.placements_parties import locked_for_party


async def request_extension(caller: Caller, session: AsyncSession, body: ExtensionRequest) -> Extension:
    """A party asks the others, and agrees itself.

    Raises NotFound, Conflict, and RuleRefused, which names the next lawful dates.
    """
    placement, _ = await locked_for_party(caller, session, body.placement_id)
    if placement.state is not PlacementState.ACCEPTED:
        raise Conflict("Only an accepted placement is extended; propose the end that you want.")
    insist(
        may_ask_to_extend(
            await school_calendar(session, placement.calendar_id),
            EXTEND.parties(placement),
            new_end_on=body.new_end_on,
            today=caller.today,
            starts_on=placement.starts_on,
            planned_end_on=placement.planned_end_on,
            ends_on=placement.ends_on,
            ends_at_once=bool(await agreed_ends(session, placement.id)),
            another_is_open=await another_is_open(caller, session, EXTEND, placement),
            end_by_agreement=body.end_by_agreement,
        )
    )
    asked = Extension(
        **made(caller.now),
        **body.model_dump(exclude={"given_by"}),
        requested_by_id=caller.organisation_id,
        state=AskedState.REQUESTED,
        answer_by=end_of_day(placement.ends_on),
        previous_planned_end_on=placement.planned_end_on,
    )
    await ask(caller, session, EXTEND, placement, asked, body.given_by)
    return asked


async def answer_extension(caller: Caller, session: AsyncSession, asked_id: UUID, body: AgreementGive) -> Extension:
    """The calling party's own answer; the last agreement moves the planned end, and expects what is added, at once.

    Raises NotFound, RuleRefused: also where the sessions that would be added cannot be expected. Then nothing is kept.
    """
    placement, asked = await locked(caller, session, EXTEND, asked_id)
    if await take_answer(caller, session, EXTEND, placement, asked, body):
        await extend_to(caller, session, placement, asked.new_end_on)
    return asked


async def withdraw_extension(caller: Caller, session: AsyncSession, asked_id: UUID, expected_version: int) -> Extension:
    """Whoever asked withdraws while not all have agreed. Raises NotFound, PreconditionFailed, RuleRefused."""
    return await take_back(caller, session, EXTEND, asked_id, expected_version)
