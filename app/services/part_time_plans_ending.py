"""Reviewing a part-time plan and ending it: formally, or with its placement."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.part_time_plans import PartTimePlan, PartTimePlanReview
from app.models.placements import Placement
from app.outbox.catalogue import EventType
from app.problems import Duplicate
from app.queries.part_time_plans import extensions_of, reviews_of, standing_plans, visible_plan
from app.rules.part_time_plans import (
    PART_TIME_PLANS,
    PlanState,
    ReviewDecision,
    may_end_plan,
    may_record_review,
)
from app.schemas.part_time_plans import PlanReviewWrite
from app.services.changes import changed, insist, moved, state_after
from app.services.expected_sessions import let_ledger_follow
from app.services.part_time_plans import locked, settle, state_of, tell

_ONE_DAY = timedelta(days=1)


async def review_plan(
    caller: Caller, session: AsyncSession, plan_id: UUID, body: PlanReviewWrite, expected_version: int
) -> PartTimePlan:
    """Records a review; one that decides so ends the plan. Raises NotFound, RuleRefused, Duplicate for its day."""
    placement, plan, role = await locked(caller, session, plan_id)
    state = state_of(plan, placement, caller.today)
    moved(plan, expected_version, PART_TIME_PLANS, state, "review", role.value)
    held = (await reviews_of(session, [plan.id])).get(plan.id, [])
    insist(may_record_review(body.held_on, plan.starts_on, caller.today, len(held)))
    if any(each.held_on == body.held_on for each in held):
        raise Duplicate("A review of this day is recorded already.")
    session.add(
        PartTimePlanReview(
            **body.model_dump(),
            plan_id=plan.id,
            placement_id=plan.placement_id,
            recorded_by_id=caller.organisation_id,
            recorded_at=caller.now,
        )
    )
    if body.decision is ReviewDecision.END:
        await tell(caller, session, plan, EventType.PART_TIME_PLAN_REVIEWED)
        after = state_after(PART_TIME_PLANS, state, "end", role.value)
        await _end(caller, session, placement, plan, after, body.note)
    else:
        changed(plan, caller)
        await tell(caller, session, plan, EventType.PART_TIME_PLAN_REVIEWED)
    return plan


async def end_plan(
    caller: Caller, session: AsyncSession, plan_id: UUID, because: str, expected_version: int
) -> PartTimePlan:
    """Ends a plan formally; sessions that have not begun are expected again. Raises NotFound, RuleRefused."""
    placement, plan, role = await locked(caller, session, plan_id)
    state = state_of(plan, placement, caller.today)
    after = moved(plan, expected_version, PART_TIME_PLANS, state, "end", role.value)
    await _end(caller, session, placement, plan, after, because)
    return plan


async def end_plans(caller: Caller, session: AsyncSession, placement: Placement, last_day: date) -> None:
    """No plan outlives its placement: one that begins after `last_day` goes, one that lasts longer is cut.

    What is cut stays cut when the end moves again. The placement, locked, ends on `last_day` already.
    """
    for plan in await standing_plans(session, placement.id, last_day + _ONE_DAY, date.max):
        state = state_of(plan, placement, caller.today)
        if state is PlanState.LAPSED:
            continue
        if plan.starts_on <= last_day:
            plan.ends_on = last_day
            changed(plan, caller)
            await tell(caller, session, plan, EventType.PART_TIME_PLAN_SHORTENED)
        elif (
            after := state_after(PART_TIME_PLANS, plan.state, "end_with_placement", "termination")
        ) is PlanState.ENDED:
            await _note_end(caller, session, plan, after, None)
        else:
            await settle(caller, session, plan, after, EventType.PART_TIME_PLAN_WITHDRAWN)


async def _end(
    caller: Caller, session: AsyncSession, placement: Placement, plan: PartTimePlan, after: PlanState, because: str
) -> None:
    """Ends the plan, and what follows it."""
    insist(may_end_plan(plan.state, plan.ends_on, caller.today))
    following = (await extensions_of(session, [plan.id], caller.today)).get(plan.id)
    await _note_end(caller, session, plan, after, because)
    await let_ledger_follow(caller, session, placement, plan.starts_on, plan.ends_on)
    if following is None or following.state not in (PlanState.PROPOSED, PlanState.AGREED):
        return
    following = await visible_plan(caller, session, following.id, lock=True)
    state = state_of(following, placement, caller.today)
    after = state_after(PART_TIME_PLANS, state, "end_with_plan_before", "extension")
    if after is PlanState.ENDED:
        await _note_end(caller, session, following, after, because)
        await let_ledger_follow(caller, session, placement, following.starts_on, following.ends_on)
    else:
        await settle(caller, session, following, after, EventType.PART_TIME_PLAN_WITHDRAWN)


async def _note_end(
    caller: Caller, session: AsyncSession, plan: PartTimePlan, after: PlanState, because: str | None
) -> None:
    plan.state, plan.ended_at, plan.ended_because = after, caller.now, because
    changed(plan, caller)
    await tell(caller, session, plan, EventType.PART_TIME_PLAN_ENDED)
