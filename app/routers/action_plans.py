"""Action plans: what a provider is to do after a visit, an assessment, a concern or for itself."""

from operator import eq
from typing import Annotated

from fastapi import Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.action_plans import ActionPlan, ActionPlanReview
from app.queries.action_plans import (
    changed_since as plans_changed_since,
)
from app.queries.action_plans import (
    of_source,
    review_overdue,
    visible_plan,
    visible_plans,
    visible_reviews,
)
from app.rules.action_plans import ActionPlanState, SourceKind, review_is_overdue
from app.schemas.action_plans import (
    ActionPlanClose,
    ActionPlanCreate,
    ActionPlanRead,
    ActionPlanReopen,
    ActionPlanReviewCreate,
    ActionPlanReviewRead,
)
from app.schemas.wire import Id, Instant
from app.services import action_plans
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("quality assurance")

Reader = Annotated[Caller, allow(Scope.QA_READ)]
Keeper = Annotated[Caller, allow(Scope.QA_WRITE)]


@router.get("/action-plans", operation_id="list_action_plans")
async def list_action_plans(
    caller: Reader,
    session: Session,
    pages: Pages,
    provider_id: Id | None = None,
    kept_by_id: Id | None = None,
    source: SourceKind | None = None,
    source_id: Id | None = None,
    state: ActionPlanState | None = None,
    overdue: bool | None = None,
    changed_since: Instant | None = None,
) -> Page[ActionPlanRead]:
    """The plans that the caller keeps, those kept with it, and for a school those of its council's published visits.

    `source_id` goes with `source`. `overdue`: the review is. `changed_since` covers reviews that fell due.
    """
    filters = [
        (col(ActionPlan.provider_id), eq, provider_id),
        (col(ActionPlan.kept_by_id), eq, kept_by_id),
        (col(ActionPlan.state), eq, state),
        (review_overdue(caller.today), eq, overdue),
    ]
    statement = visible_plans(caller).where(
        *[compare(field, value) for field, compare, value in filters if value is not None]
    )
    if source is not None:
        statement = statement.where(of_source(source, source_id))
    if changed_since is not None:
        statement = plans_changed_since(caller, statement, changed_since)
    rows, page = await pages.rows(session, statement, [col(ActionPlan.created_at), col(ActionPlan.id)])
    return page.holding([_plan(caller, row[0]) for row in rows])


@router.post("/action-plans", operation_id="open_action_plan", status_code=201)
async def open_action_plan(
    body: ActionPlanCreate, caller: Keeper, session: Session, response: Response
) -> ActionPlanRead:
    """Opens a plan: of a council with a provider that it oversees, or of an organisation with itself.

    One plan is open of one source at a time; where there is one, add the actions to it.
    """
    plan = await action_plans.begin_plan(caller, session, body)
    response.headers["Location"] = f"{action_plans.PATH}/{plan.id}"
    return _shown(caller, response, plan)


@router.get("/action-plans/{plan_id}", operation_id="get_action_plan")
async def get_action_plan(plan_id: Id, caller: Reader, session: Session, response: Response) -> ActionPlanRead:
    """One plan, without its actions."""
    return _shown(caller, response, await visible_plan(caller, session, plan_id))


@router.get("/action-plans/{plan_id}/reviews", operation_id="list_action_plan_reviews")
async def list_action_plan_reviews(
    plan_id: Id, caller: Reader, session: Session, pages: Pages
) -> Page[ActionPlanReviewRead]:
    """The reviews of a plan, the earliest recorded first; between its keeper and its provider, empty for others."""
    await visible_plan(caller, session, plan_id)
    order = [col(ActionPlanReview.recorded_at), col(ActionPlanReview.id)]
    rows, page = await pages.rows(session, visible_reviews(caller, plan_id), order)
    return page.holding([_review(row[0]) for row in rows])


@router.post("/action-plans/{plan_id}/reviews", operation_id="review_action_plan")
async def review_action_plan(
    plan_id: Id,
    body: ActionPlanReviewCreate,
    expected: ExpectedVersion,
    caller: Keeper,
    session: Session,
) -> ActionPlanReviewRead:
    """Records a review of the plan, and the day of the next. `If-Match` takes the plan's ETag."""
    return _review(await action_plans.review_plan(caller, session, plan_id, body, expected))


@router.post("/action-plans/{plan_id}/closure", operation_id="close_action_plan")
async def close_action_plan(
    plan_id: Id, body: ActionPlanClose, expected: ExpectedVersion, caller: Keeper, session: Session, response: Response
) -> ActionPlanRead:
    """Closes a plan whose actions are all closed."""
    return _shown(caller, response, await action_plans.close_plan(caller, session, plan_id, body, expected))


@router.post("/action-plans/{plan_id}/reopening", operation_id="reopen_action_plan")
async def reopen_action_plan(
    plan_id: Id, body: ActionPlanReopen, expected: ExpectedVersion, caller: Keeper, session: Session, response: Response
) -> ActionPlanRead:
    """Opens a closed plan again, to be reviewed by a new day."""
    return _shown(caller, response, await action_plans.reopen_plan(caller, session, plan_id, body, expected))


def _shown(caller: Caller, response: Response, plan: ActionPlan) -> ActionPlanRead:
    tag(response, plan.version)
    return _plan(caller, plan)


def _plan(caller: Caller, plan: ActionPlan) -> ActionPlanRead:
    shown = plan.model_dump(include=set(ActionPlanRead.model_fields))
    source = {"kind": plan.source.kind, "id": plan.source.id}
    overdue = review_is_overdue(plan.state, plan.review_on, caller.today)
    return ActionPlanRead.model_validate({**shown, "source": source, "review_overdue": overdue})


def _review(review: ActionPlanReview) -> ActionPlanReviewRead:
    return ActionPlanReviewRead.model_validate(review.model_dump(include=set(ActionPlanReviewRead.model_fields)))
