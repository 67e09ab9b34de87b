"""Action plans: opened with actions, added to, reviewed, closed when every action is, reopened."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.action_plans import SOURCE_COLUMNS, ActionPlan, ActionPlanReview
from app.models.organisations import Organisation, OrganisationKind
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.problems import FieldError, Invalid, NotFound
from app.queries.action_plans import actions_of, open_plan_of, told_of, visible_plan
from app.queries.directory import visible_organisation
from app.queries.oversight import oversight_of
from app.rules.action_plans import (
    PLANS,
    ActionPlanState,
    ActionState,
    PlanSource,
    SourceKind,
    may_close_plan,
    may_keep_plan,
    may_open_plan,
    parties_of,
    review_day,
)
from app.schemas.action_plans import ActionPlanClose, ActionPlanCreate, ActionPlanReopen, ActionPlanReviewCreate
from app.services.action_plans_sources import CHECKS
from app.services.actions import NewAction, set_actions
from app.services.changes import changed, insist, made, must_be, state_after

PATH = "/v1/action-plans"


async def open_plan(
    caller: Caller,
    session: AsyncSession,
    *,
    source: PlanSource,
    provider_id: UUID,
    council_id: UUID | None,
    actions: Sequence[NewAction],
    title: str,
    review_on: date | None = None,
) -> ActionPlan:
    """Hands actions to the plan that is open of this source, or opens one; for any feature that leads to actions.

    `council_id` keeps the plan and must be the caller; None where the caller plans for itself, and is `provider_id`.
    `title` and `review_on` are of a plan that it opens; left out, it is reviewed when the last of `actions` is due.
    Whoever calls this has judged that the source is the caller's to act upon, and holds a lock on it. Raises Invalid
    for a day that has passed (`/actions/0/due_on`).
    """
    keeper = provider_id if council_id is None else council_id
    plan = await open_plan_of(caller, session, source, keeper, provider_id)
    day = review_day(review_on, [each.due_on for each in actions])
    if plan is None:
        plan = await _opened(caller, session, source, keeper, provider_id, title, day)
    elif plan.review_on is None and day is not None:
        plan.review_on = day
        changed(plan, caller)
    await set_actions(caller, session, plan, actions)
    return plan


async def begin_plan(caller: Caller, session: AsyncSession, body: ActionPlanCreate) -> ActionPlan:
    """Opens a plan of the caller's with a provider, or with itself. Raises Invalid, RuleRefused."""
    provider = await _provider(caller, session, body.provider_id)
    itself = provider.id == caller.organisation_id
    insist(may_keep_plan(None if itself else await oversight_of(caller, session, provider)))
    source = PlanSource(body.source.kind, body.source.id)
    await _check_source(caller, session, source, provider.id)
    standing = await open_plan_of(caller, session, source, caller.organisation_id, provider.id)
    insist(may_open_plan(standing.id if standing else None))
    return await open_plan(
        caller,
        session,
        source=source,
        provider_id=provider.id,
        council_id=None if itself else caller.organisation_id,
        actions=[NewAction(**each.model_dump()) for each in body.actions],
        title=body.title,
        review_on=body.review_on,
    )


async def _provider(caller: Caller, session: AsyncSession, provider_id: UUID) -> Organisation:
    """A provider that the caller may find, or the caller itself."""
    kind = caller.kind if provider_id == caller.organisation_id else OrganisationKind.PROVIDER
    try:
        return await visible_organisation(caller, session, kind, provider_id)
    except NotFound:
        raise Invalid([FieldError("/provider_id", "unknown_provider", "name a provider that you can find")]) from None


async def _check_source(caller: Caller, session: AsyncSession, source: PlanSource, provider_id: UUID) -> None:
    if (source.id is None) is not (source.kind is SourceKind.NONE):
        raise Invalid([FieldError("/source/id", "id_with_kind", "every kind but `none` has an id")])
    if source.id is None:
        return
    fault = FieldError("/source/id", "unknown_source", "name one about this provider that you may act upon")
    try:
        about = await CHECKS[source.kind](caller, session, source.id)
    except NotFound:
        raise Invalid([fault]) from None
    if about != provider_id:
        raise Invalid([fault])


async def _opened(
    caller: Caller,
    session: AsyncSession,
    source: PlanSource,
    keeper: UUID,
    provider_id: UUID,
    title: str,
    review_on: date | None,
) -> ActionPlan:
    plan = ActionPlan(
        **made(caller.now),
        kept_by_id=keeper,
        provider_id=provider_id,
        title=title,
        state=ActionPlanState.OPEN,
        review_on=review_on,
    )
    if source.id is not None:
        setattr(plan, SOURCE_COLUMNS[source.kind], source.id)
    session.add(plan)
    await session.flush()
    await tell(caller, session, plan, EventType.PLAN_OPENED)
    return plan


async def review_plan(
    caller: Caller, session: AsyncSession, plan_id: UUID, body: ActionPlanReviewCreate, expected_version: int
) -> ActionPlanReview:
    """Records a review of the plan, and when the next is."""
    plan = await _moved(caller, session, plan_id, "review", expected_version)
    _check_days(body, caller.today)
    review = ActionPlanReview(
        **body.model_dump(),
        plan_id=plan.id,
        kept_by_id=plan.kept_by_id,
        provider_id=plan.provider_id,
        recorded_at=caller.now,
    )
    session.add(review)
    plan.review_on = body.next_review_on
    await _kept(caller, session, plan, EventType.PLAN_REVIEWED)
    return review


async def close_plan(
    caller: Caller, session: AsyncSession, plan_id: UUID, body: ActionPlanClose, expected_version: int
) -> ActionPlan:
    """Closes a plan whose actions are all closed. The refusal names those that are not."""
    plan = await _moved(caller, session, plan_id, "close", expected_version)
    actions = await actions_of(caller, session, plan)
    insist(may_close_plan(each.id for each in actions if each.state is not ActionState.CLOSED))
    plan.closed_on, plan.closing_note = caller.today, body.note
    return await _kept(caller, session, plan, EventType.PLAN_CLOSED)


async def reopen_plan(
    caller: Caller, session: AsyncSession, plan_id: UUID, body: ActionPlanReopen, expected_version: int
) -> ActionPlan:
    """Opens a closed plan again, to be reviewed by a new day."""
    plan = await _moved(caller, session, plan_id, "reopen", expected_version)
    if body.review_on < caller.today:
        raise Invalid([FieldError("/review_on", "in_the_past", "name today or a later day")])
    plan.review_on, plan.closed_on, plan.closing_note = body.review_on, None, None
    return await _kept(caller, session, plan, EventType.PLAN_REOPENED)


def role_in(plan: ActionPlan, caller: Caller) -> str:
    """What the caller is to the plan, in the words of the state table: `keeper` before `provider`, else `reader`."""
    return next(iter(parties_of(plan.kept_by_id, plan.provider_id, caller.organisation_id)), "reader")


async def tell(caller: Caller, session: AsyncSession, plan: ActionPlan, event: EventType) -> None:
    audience = await told_of(caller, session, plan)
    await record_event(session, event, f"{PATH}/{plan.id}", caller.now, organisations=audience)


async def _moved(caller: Caller, session: AsyncSession, plan_id: UUID, verb: str, expected_version: int) -> ActionPlan:
    plan = await visible_plan(caller, session, plan_id, lock=True)
    must_be(plan.version, expected_version)
    plan.state = state_after(PLANS, plan.state, verb, role_in(plan, caller))
    return plan


async def _kept(caller: Caller, session: AsyncSession, plan: ActionPlan, event: EventType) -> ActionPlan:
    changed(plan, caller)
    await session.flush()
    await tell(caller, session, plan, event)
    return plan


def _check_days(body: ActionPlanReviewCreate, today: date) -> None:
    faults = []
    if body.held_on > today:
        faults.append(FieldError("/held_on", "in_the_future", "name today or an earlier day"))
    if body.next_review_on is not None and body.next_review_on < today:
        faults.append(FieldError("/next_review_on", "in_the_past", "name today or a later day"))
    if faults:
        raise Invalid(faults)
