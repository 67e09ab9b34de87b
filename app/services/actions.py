"""Actions of plans: set, done by the provider, confirmed or closed by the keeper, reopened; each step is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.action_plans import Action, ActionPlan, ActionStep
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.problems import FieldError, Invalid
from app.queries.action_plans import told_of, visible_plan
from app.queries.actions import visible_action
from app.rules.action_plans import ACTIONS, PLANS, ActionState, ActionStepKind, may_reopen_action, parties_of
from app.schemas.actions import ActionComplete, ActionConfirm, ActionCreate, ActionReopen, ActionReschedule, OwnerWrite
from app.services.changes import changed, insist, made, must_be, state_after

PATH = "/v1/actions"

EVENTS = {
    ActionStepKind.SET: EventType.ACTION_SET,
    ActionStepKind.COMPLETED: EventType.ACTION_COMPLETED,
    ActionStepKind.CONFIRMED: EventType.ACTION_CLOSED,
    ActionStepKind.CLOSED: EventType.ACTION_CLOSED,
    ActionStepKind.REOPENED: EventType.ACTION_REOPENED,
    ActionStepKind.RESCHEDULED: EventType.ACTION_CHANGED,
    ActionStepKind.OWNER_NAMED: EventType.ACTION_CHANGED,
}


@dataclass(frozen=True, slots=True)
class NewAction:
    """What is to be done, who sees to it at the provider, by which day, and which criterion or area it is about."""

    text: str
    owner: str
    due_on: date
    about: str | None = None


@dataclass(frozen=True, slots=True)
class _Said:
    """What a step says beside that it was done."""

    note: str | None = None
    due_on: date | None = None
    owner: str | None = None


async def set_actions(
    caller: Caller, session: AsyncSession, plan: ActionPlan, wanted: Sequence[NewAction]
) -> list[Action]:
    """Puts actions into a plan that the caller keeps. Raises Invalid for days that have passed."""
    faults = [
        FieldError(f"/actions/{i}/due_on", "in_the_past", "name today or a later day")
        for i, each in enumerate(wanted)
        if each.due_on < caller.today
    ]
    if faults:
        raise Invalid(faults)
    return [await _set(caller, session, plan, each) for each in wanted]


async def add_action(caller: Caller, session: AsyncSession, plan_id: UUID, body: ActionCreate) -> Action:
    """Adds an action to an open plan."""
    plan = await visible_plan(caller, session, plan_id, lock=True)
    role = next(iter(parties_of(plan.kept_by_id, plan.provider_id, caller.organisation_id)), "reader")
    insist(PLANS.may(plan.state, "add_action", role))
    _must_lie_ahead(body.due_on, caller)
    return await _set(caller, session, plan, NewAction(**body.model_dump()))


async def complete(
    caller: Caller, session: AsyncSession, action_id: UUID, body: ActionComplete, expected_version: int
) -> Action:
    """The provider says that it is done, and shows what for."""
    action = await _moved(caller, session, action_id, "complete", expected_version)
    action.note, action.evidence, action.done_on = body.note, list(body.evidence), caller.today
    return await _kept(caller, session, action, ActionStepKind.COMPLETED, _Said(body.note))


async def confirm(
    caller: Caller, session: AsyncSession, action_id: UUID, body: ActionConfirm, expected_version: int
) -> Action:
    """The keeper closes what the provider has not said to be done, and says how it knows."""
    action = await _moved(caller, session, action_id, "confirm", expected_version)
    action.how_known, action.closed_on = body.how_known, caller.today
    return await _kept(caller, session, action, ActionStepKind.CONFIRMED, _Said(body.how_known))


async def close(caller: Caller, session: AsyncSession, action_id: UUID, expected_version: int) -> Action:
    """The keeper is satisfied with what was done."""
    action = await _moved(caller, session, action_id, "close", expected_version)
    action.closed_on = caller.today
    return await _kept(caller, session, action, ActionStepKind.CLOSED)


async def reopen(
    caller: Caller, session: AsyncSession, action_id: UUID, body: ActionReopen, expected_version: int
) -> Action:
    """The keeper is not satisfied, or not any more: the action is open again, with a new day."""
    seen = await visible_action(caller, session, action_id)
    plan = await visible_plan(caller, session, seen.plan_id, lock=True)
    action = await _moved(caller, session, action_id, "reopen", expected_version)
    insist(may_reopen_action(plan.state))
    _must_lie_ahead(body.due_on, caller)
    action.due_on, action.done_on, action.closed_on, action.how_known = body.due_on, None, None, None
    return await _kept(caller, session, action, ActionStepKind.REOPENED, _Said(body.reason, body.due_on))


async def reschedule(
    caller: Caller, session: AsyncSession, action_id: UUID, body: ActionReschedule, expected_version: int
) -> Action:
    """The keeper gives the action another day, and says why."""
    action = await _moved(caller, session, action_id, "reschedule", expected_version)
    _must_lie_ahead(body.due_on, caller)
    action.due_on = body.due_on
    return await _kept(caller, session, action, ActionStepKind.RESCHEDULED, _Said(body.reason, body.due_on))


async def name_owner(
    caller: Caller, session: AsyncSession, action_id: UUID, body: OwnerWrite, expected_version: int
) -> Action:
    """Keeper or provider says who sees to it at the provider."""
    action = await _moved(caller, session, action_id, "name_owner", expected_version)
    action.owner = body.owner
    return await _kept(caller, session, action, ActionStepKind.OWNER_NAMED, _Said(owner=body.owner))


def _must_lie_ahead(due_on: date, caller: Caller) -> None:
    if due_on < caller.today:
        raise Invalid([FieldError("/due_on", "in_the_past", "name today or a later day")])


async def _set(caller: Caller, session: AsyncSession, plan: ActionPlan, wanted: NewAction) -> Action:
    action = Action(
        **made(caller.now),
        text=wanted.text,
        owner=wanted.owner,
        due_on=wanted.due_on,
        about=wanted.about,
        plan_id=plan.id,
        kept_by_id=plan.kept_by_id,
        provider_id=plan.provider_id,
        state=ActionState.OPEN,
    )
    session.add(action)
    await session.flush()
    await _note(caller, session, action, ActionStepKind.SET, _Said(None, wanted.due_on, wanted.owner))
    return action


async def _moved(caller: Caller, session: AsyncSession, action_id: UUID, verb: str, expected_version: int) -> Action:
    """The action, locked, in the state that the verb leads to."""
    action = await visible_action(caller, session, action_id, lock=True)
    must_be(action.version, expected_version)
    roles = parties_of(action.kept_by_id, action.provider_id, caller.organisation_id) or ("reader",)
    by = next((each for each in roles if ACTIONS.may(action.state, verb, each)), roles[0])
    action.state = state_after(ACTIONS, action.state, verb, by)
    return action


async def _kept(
    caller: Caller, session: AsyncSession, action: Action, what: ActionStepKind, said: _Said | None = None
) -> Action:
    changed(action, caller)
    await session.flush()
    await _note(caller, session, action, what, said or _Said())
    return action


async def _note(caller: Caller, session: AsyncSession, action: Action, what: ActionStepKind, said: _Said) -> None:
    """Keeps the step, and tells of it. Actions of visits are also told as `/v1/qa-actions` always told them."""
    session.add(
        ActionStep(
            action_id=action.id,
            number=action.version,
            kept_by_id=action.kept_by_id,
            provider_id=action.provider_id,
            what=what,
            at=caller.now,
            by_id=caller.organisation_id,
            note=said.note,
            due_on=said.due_on,
            owner=said.owner,
        )
    )
    await session.flush()
    plan = await visible_plan(caller, session, action.plan_id)
    audience = await told_of(caller, session, plan)
    await record_event(session, EVENTS[what], f"{PATH}/{action.id}", caller.now, organisations=audience)
    if plan.visit_id is not None and plan.kept_by_id != plan.provider_id:
        path = f"/v1/qa-actions/{action.id}"
        await record_event(session, EventType.QA_ACTION_CHANGED, path, caller.now, organisations=audience)
