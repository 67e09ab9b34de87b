"""Suspensions: requested by the provider, agreed or refused by the other parties, each for itself."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.placements import Placement
from app.models.suspensions import Suspension
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.problems import Conflict, RuleRefused
from app.queries.agreements import agreements_of
from app.queries.calendars import school_calendar
from app.queries.suspensions import first_session_of, standing_suspensions, visible_suspension
from app.rules.agreements import AgreementKind, Parties, PartyRole
from app.rules.placements import PlacementState
from app.rules.sources import OUR_OWN
from app.rules.suspensions import (
    SUSPENSIONS,
    SuspensionState,
    clear_of_other_suspensions,
    may_request_suspension,
    may_withdraw_suspension,
    suspension_state,
    suspension_takes_effect_at,
)
from app.rules.verdict import Refused
from app.schemas.agreements import AgreementGive
from app.schemas.suspensions import SuspensionRequest
from app.services.agreements import judge_answer, keep_answer, parties_asked
from app.services.changes import changed, insist, made, moved, state_after
from app.services.expected_sessions import let_ledger_follow
from app.services.placements_parties import locked_for_party

PATH = "/v1/suspensions"


def parties_of(placement: Placement) -> Parties:
    """The organisations whose agreement a suspension needs, with the roles that each satisfies."""
    return parties_asked(placement, AgreementKind.SUSPENSION)


async def request_suspension(caller: Caller, session: AsyncSession, body: SuspensionRequest) -> Suspension:
    """The provider asks the other parties. Raises NotFound, Conflict, RuleRefused."""
    placement, role = await locked_for_party(caller, session, body.placement_id)
    if role is not PartyRole.PROVIDER:
        raise RuleRefused(Refused("wrong_party", "Only the placement's provider requests a suspension.", OUR_OWN))
    if placement.state is not PlacementState.ACCEPTED:
        raise Conflict("Only an accepted placement has anything to suspend.")
    found = await first_session_of(session, placement.id, body.starts_on, body.ends_on)
    takes_effect_at = suspension_takes_effect_at(*(found or (body.starts_on,)))
    insist(
        may_request_suspension(
            await school_calendar(session, placement.calendar_id),
            parties_of(placement),
            first_day=body.starts_on,
            last_day=body.ends_on,
            takes_effect_at=takes_effect_at,
            requested_at=caller.now,
            starts_on=placement.starts_on,
            ends_on=placement.ends_on,
        )
    )
    standing = await standing_suspensions(session, placement.id, body.starts_on, body.ends_on)
    open_now = [(s.starts_on, s.ends_on) for s in standing if state_of(s, caller) is not SuspensionState.LAPSED]
    insist(clear_of_other_suspensions(body.starts_on, body.ends_on, open_now))
    suspension = Suspension(
        **made(caller.now),
        **body.model_dump(),
        requested_by_id=caller.organisation_id,
        state=SuspensionState.REQUESTED,
        takes_effect_at=takes_effect_at,
    )
    session.add(suspension)
    await _tell(caller, session, suspension, EventType.SUSPENSION_REQUESTED)
    return suspension


async def answer_suspension(
    caller: Caller, session: AsyncSession, suspension_id: UUID, body: AgreementGive
) -> Suspension:
    """Records the calling party's own answer; the last agreement settles it. Raises NotFound, RuleRefused."""
    placement, suspension, _ = await _locked(caller, session, suspension_id)
    answers = await agreements_of(session, "suspension_id", [suspension.id])
    answered = judge_answer(
        caller,
        parties_of(placement),
        answers.get(suspension.id, []),
        body,
        suspension.takes_effect_at,
        placement_id=placement.id,
        suspension_id=suspension.id,
    )
    after = state_after(SUSPENSIONS, state_of(suspension, caller), answered.verb)
    await keep_answer(session, answered)
    if not answered.settles:
        changed(suspension, caller)
        await _tell(caller, session, suspension, EventType.SUSPENSION_AGREEMENT)
    elif after is SuspensionState.AGREED:
        await _settle(caller, session, suspension, after, EventType.SUSPENSION_AGREED)
        await let_ledger_follow(caller, session, placement, suspension.starts_on, suspension.ends_on)
    else:
        await _settle(caller, session, suspension, after, EventType.SUSPENSION_REFUSED)
    return suspension


async def withdraw_suspension(
    caller: Caller, session: AsyncSession, suspension_id: UUID, expected_version: int
) -> Suspension:
    """The provider withdraws; sessions that have not begun are expected again. Raises NotFound, RuleRefused."""
    placement, suspension, role = await _locked(caller, session, suspension_id)
    state = state_of(suspension, caller)
    after = moved(suspension, expected_version, SUSPENSIONS, state, "withdraw", role.value)
    insist(may_withdraw_suspension(suspension.ends_on, caller.today))
    await _settle(caller, session, suspension, after, EventType.SUSPENSION_WITHDRAWN)
    await let_ledger_follow(caller, session, placement, suspension.starts_on, suspension.ends_on)
    return suspension


async def end_suspensions(caller: Caller, session: AsyncSession, placement: Placement, last_day: date) -> None:
    """No suspension outlives its placement: one that begins after `last_day` goes, one that lasts longer is cut.

    What is cut stays cut when the end moves again: a longer suspension is asked for anew.
    """
    beyond = await standing_suspensions(session, placement.id, last_day + timedelta(days=1), placement.planned_end_on)
    for suspension in beyond:
        if state_of(suspension, caller) is SuspensionState.LAPSED:
            continue
        if suspension.starts_on > last_day:
            after = state_after(SUSPENSIONS, state_of(suspension, caller), "end_with_placement", "termination")
            await _settle(caller, session, suspension, after, EventType.SUSPENSION_WITHDRAWN)
        else:
            suspension.ends_on = last_day
            changed(suspension, caller)
            await _tell(caller, session, suspension, EventType.SUSPENSION_SHORTENED)


def state_of(suspension: Suspension, caller: Caller) -> SuspensionState:
    """The state now, a lapse included that nobody has noted yet."""
    return suspension_state(suspension.state, suspension.takes_effect_at, caller.now)


async def _locked(
    caller: Caller, session: AsyncSession, suspension_id: UUID
) -> tuple[Placement, Suspension, PartyRole]:
    """The placement, then the suspension: everybody locks in this order."""
    seen = await visible_suspension(caller, session, suspension_id)
    placement, role = await locked_for_party(caller, session, seen.placement_id)
    return placement, await visible_suspension(caller, session, suspension_id, lock=True), role


async def _settle(
    caller: Caller, session: AsyncSession, suspension: Suspension, after: SuspensionState, event: EventType
) -> None:
    suspension.state = after
    suspension.settled_at = caller.now
    changed(suspension, caller)
    await _tell(caller, session, suspension, event)


async def _tell(caller: Caller, session: AsyncSession, suspension: Suspension, event: EventType) -> None:
    await session.flush()
    await record_event(session, event, f"{PATH}/{suspension.id}", caller.now, placements=[suspension.placement_id])
