"""Part-time plans: proposed by the host school or the commissioner, agreed to by the other, reviewed and ended."""

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.part_time_plans import PartTimePlan
from app.models.placements import Placement
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.problems import Conflict, RuleRefused
from app.queries.agreements import agreements_of
from app.queries.part_time_plans import extensions_of, standing_plans, timetabled_in, visible_plan
from app.rules.agreements import AgreementAnswer, AgreementKind, Parties, PartyRole
from app.rules.part_time_plans import (
    PART_TIME_PLANS,
    PlanAsked,
    PlanState,
    clear_of_other_plans,
    last_day_of,
    may_extend_plan,
    may_propose_plan,
    plan_state,
    plan_takes_effect_at,
)
from app.rules.placements import PlacementState
from app.rules.sources import CHESHIRE_WEST
from app.rules.verdict import Refused
from app.schemas.agreements import AgreementGive
from app.schemas.part_time_plans import PlanExtend, PlanPropose
from app.services.agreements import judge_answer, keep_answer, parties_asked
from app.services.changes import changed, insist, made, moved, state_after
from app.services.expected_sessions import let_ledger_follow
from app.services.placements_parties import locked_for_party

PATH = "/v1/part-time-plans"


def parties_of(placement: Placement) -> Parties:
    """The organisations whose agreement a plan needs, with the roles that each satisfies."""
    return parties_asked(placement, AgreementKind.PART_TIME_PLAN)


def state_of(plan: PartTimePlan, placement: Placement, today: date) -> PlanState:
    """The state today, a lapse or overrunning included that nobody has noted yet."""
    return plan_state(plan.state, plan.starts_on, plan.ends_on, placement.ends_on, today)


async def propose_plan(caller: Caller, session: AsyncSession, body: PlanPropose) -> PartTimePlan:
    """Proposing is the caller's own agreement; where nobody else must agree, the plan is agreed at once.

    Raises NotFound, Conflict, RuleRefused.
    """
    placement, role = await locked_for_party(caller, session, body.placement_id)
    if role is PartyRole.PROVIDER:
        refusal = "Only the placement's host school or commissioner proposes a part-time plan."
        raise RuleRefused(Refused("wrong_party", refusal, CHESHIRE_WEST))
    if placement.state is not PlacementState.ACCEPTED:
        raise Conflict("Only an accepted placement has a timetable to be reduced.")
    return await _new(caller, session, placement, body)


async def extend_plan(
    caller: Caller, session: AsyncSession, plan_id: UUID, body: PlanExtend, expected_version: int
) -> PartTimePlan:
    """Proposes the plan that follows one; when it is agreed, that one is `extended`. Returns the new plan.

    Raises NotFound, RuleRefused, PreconditionFailed.
    """
    placement, plan, role = await locked(caller, session, plan_id)
    moved(plan, expected_version, PART_TIME_PLANS, state_of(plan, placement, caller.today), "extend", role.value)
    extensions = await extensions_of(session, [plan.id], caller.today)
    insist(may_extend_plan(plan.ends_on, body.starts_on, extended_already=plan.id in extensions))
    changed(plan, caller)
    return await _new(caller, session, placement, body, plan.id)


async def answer_plan(caller: Caller, session: AsyncSession, plan_id: UUID, body: AgreementGive) -> PartTimePlan:
    """Records the calling party's own answer. The proposer has agreed by proposing, so that the other's settles it.

    Raises NotFound, RuleRefused.
    """
    placement, plan, _ = await locked(caller, session, plan_id)
    answers = (await agreements_of(session, "part_time_plan_id", [plan.id])).get(plan.id, [])
    effect = plan_takes_effect_at(plan.starts_on)
    subject = {"placement_id": placement.id, "part_time_plan_id": plan.id}
    answered = judge_answer(caller, parties_of(placement), answers, body, effect, **subject)
    after = state_after(PART_TIME_PLANS, state_of(plan, placement, caller.today), answered.verb)
    await keep_answer(session, answered)
    if after is PlanState.AGREED:
        await _take_effect(caller, session, placement, plan)
    else:
        await settle(caller, session, plan, after, EventType.PART_TIME_PLAN_REFUSED)
    return plan


async def withdraw_plan(caller: Caller, session: AsyncSession, plan_id: UUID, expected_version: int) -> PartTimePlan:
    """The party that proposed a plan takes it back before it is agreed. Raises NotFound, RuleRefused."""
    placement, plan, role = await locked(caller, session, plan_id)
    by = "party_that_proposed" if plan.proposed_by_id == caller.organisation_id else role.value
    state = state_of(plan, placement, caller.today)
    after = moved(plan, expected_version, PART_TIME_PLANS, state, "withdraw", by)
    await settle(caller, session, plan, after, EventType.PART_TIME_PLAN_WITHDRAWN)
    return plan


async def locked(caller: Caller, session: AsyncSession, plan_id: UUID) -> tuple[Placement, PartTimePlan, PartyRole]:
    """The placement, then the plan: everybody locks in this order. Raises NotFound, RuleRefused for a watcher."""
    seen = await visible_plan(caller, session, plan_id)
    placement, role = await locked_for_party(caller, session, seen.placement_id)
    return placement, await visible_plan(caller, session, plan_id, lock=True), role


async def settle(caller: Caller, session: AsyncSession, plan: PartTimePlan, after: PlanState, event: EventType) -> None:
    """A proposal comes to its outcome."""
    plan.state, plan.settled_at = after, caller.now
    changed(plan, caller)
    await tell(caller, session, plan, event)


async def tell(caller: Caller, session: AsyncSession, plan: PartTimePlan, event: EventType) -> None:
    await session.flush()
    await record_event(session, event, f"{PATH}/{plan.id}", caller.now, placements=[plan.placement_id])


async def _new(
    caller: Caller, session: AsyncSession, placement: Placement, body: PlanExtend, extends_id: UUID | None = None
) -> PartTimePlan:
    ends_on = body.ends_on or min(last_day_of(body.starts_on, body.weeks), placement.ends_on)
    await _judge(caller, session, placement, body, ends_on)
    risk, parents = body.risk_assessment, body.parents_agreement
    plan = PartTimePlan(
        **made(caller.now),
        placement_id=placement.id,
        proposed_by_id=caller.organisation_id,
        extends_id=extends_id,
        state=PlanState.PROPOSED,
        reason=body.reason,
        explanation=body.explanation,
        starts_on=body.starts_on,
        weeks=body.weeks,
        ends_on=ends_on,
        sessions_not_attended=[f"{each.weekday}_{each.session}" for each in body.sessions_not_attended],
        targets=[each.model_dump(mode="json") for each in body.targets],
        review_dates=body.review_dates,
        risk_assessed_on=risk.done_on,
        risk_assessed_by=risk.done_by,
        parents_agreed_by=parents.given_by,
        parents_agreed_how=parents.how,
        parents_agreed_on=parents.given_on,
    )
    session.add(plan)
    await tell(caller, session, plan, EventType.PART_TIME_PLAN_PROPOSED)
    own = AgreementGive(answer=AgreementAnswer.AGREED, given_by=body.proposed_by)
    subject = {"placement_id": placement.id, "part_time_plan_id": plan.id}
    answered = judge_answer(caller, parties_of(placement), [], own, plan_takes_effect_at(plan.starts_on), **subject)
    await keep_answer(session, answered)
    if answered.settles:
        await _take_effect(caller, session, placement, plan)
    return plan


async def _judge(caller: Caller, session: AsyncSession, placement: Placement, body: PlanExtend, ends_on: date) -> None:
    insist(
        may_propose_plan(
            PlanAsked(
                starts_on=body.starts_on,
                ends_on=ends_on,
                weeks=body.weeks,
                risk_assessed_on=body.risk_assessment.done_on,
                parents_agreed_on=body.parents_agreement.given_on,
                review_dates=body.review_dates,
                sessions_not_attended=[(each.weekday, each.session) for each in body.sessions_not_attended],
            ),
            parties_of(placement),
            today=caller.today,
            placement_starts_on=placement.starts_on,
            placement_ends_on=placement.ends_on,
            timetabled=await timetabled_in(session, placement.id, body.starts_on, ends_on),
        )
    )
    standing = await standing_plans(session, placement.id, body.starts_on, ends_on)
    open_now = [
        (each.starts_on, each.ends_on)
        for each in standing
        if state_of(each, placement, caller.today) is not PlanState.LAPSED
    ]
    insist(clear_of_other_plans(body.starts_on, ends_on, open_now))


async def _take_effect(caller: Caller, session: AsyncSession, placement: Placement, plan: PartTimePlan) -> None:
    """All have agreed: the sessions are left out, and the plan that this one follows has been extended."""
    if plan.extends_id is not None:
        before = await visible_plan(caller, session, plan.extends_id, lock=True)
        state = state_of(before, placement, caller.today)
        before.state = state_after(PART_TIME_PLANS, state, "give_way", "extension")
        before.ended_at = caller.now
        changed(before, caller)
        await tell(caller, session, before, EventType.PART_TIME_PLAN_EXTENDED)
    await settle(caller, session, plan, PlanState.AGREED, EventType.PART_TIME_PLAN_AGREED)
    await let_ledger_follow(caller, session, placement, plan.starts_on, plan.ends_on)
