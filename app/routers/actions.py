"""Actions of plans: what a provider is to do, by whom there and by which day."""

from operator import eq, le
from typing import Annotated

from fastapi import Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.action_plans import Action, ActionStep
from app.queries.actions import changed_or_overdue, is_overdue, visible_action, visible_actions, visible_steps
from app.rules.action_plans import ActionState, action_is_overdue
from app.schemas.actions import (
    ActionComplete,
    ActionConfirm,
    ActionCreate,
    ActionRead,
    ActionReopen,
    ActionReschedule,
    ActionStepRead,
    OwnerWrite,
)
from app.schemas.wire import Day, Id, Instant
from app.services import actions
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("quality assurance")

Reader = Annotated[Caller, allow(Scope.QA_READ)]
Party = Annotated[Caller, allow(Scope.QA_WRITE)]


@router.get("/actions", operation_id="list_actions")
async def list_actions(
    caller: Reader,
    session: Session,
    pages: Pages,
    plan_id: Id | None = None,
    provider_id: Id | None = None,
    state: ActionState | None = None,
    due_by: Day | None = None,
    overdue: bool | None = None,
    changed_since: Instant | None = None,
) -> Page[ActionRead]:
    """The actions of the plans that the caller may see, by the day they are due. `overdue`: open after that day.

    `changed_since` covers those that have become overdue.
    """
    filters = [
        (col(Action.plan_id), eq, plan_id),
        (col(Action.provider_id), eq, provider_id),
        (col(Action.state), eq, state),
        (col(Action.due_on), le, due_by),
        (is_overdue(caller.today), eq, overdue),
    ]
    statement = visible_actions(caller).where(
        *[compare(field, value) for field, compare, value in filters if value is not None]
    )
    if changed_since is not None:
        statement = statement.where(changed_or_overdue(caller, changed_since))
    rows, page = await pages.rows(session, statement, [col(Action.due_on), col(Action.id)])
    return page.holding([_action(caller, row[0]) for row in rows])


@router.post("/action-plans/{plan_id}/actions", operation_id="add_action", status_code=201)
async def add_action(
    plan_id: Id, body: ActionCreate, caller: Party, session: Session, response: Response
) -> ActionRead:
    """Adds an action to an open plan."""
    action = await actions.add_action(caller, session, plan_id, body)
    response.headers["Location"] = f"{actions.PATH}/{action.id}"
    return _shown(caller, response, action)


@router.get("/actions/{action_id}", operation_id="get_action")
async def get_action(action_id: Id, caller: Reader, session: Session, response: Response) -> ActionRead:
    """One action of a plan."""
    return _shown(caller, response, await visible_action(caller, session, action_id))


@router.get("/actions/{action_id}/steps", operation_id="list_action_steps")
async def list_action_steps(action_id: Id, caller: Reader, session: Session, pages: Pages) -> Page[ActionStepRead]:
    """What was done about an action, in order; between the plan's keeper and its provider, empty for others."""
    await visible_action(caller, session, action_id)
    rows, page = await pages.rows(session, visible_steps(caller, action_id), [col(ActionStep.number)])
    shown = set(ActionStepRead.model_fields)
    return page.holding([ActionStepRead.model_validate(row[0].model_dump(include=shown)) for row in rows])


@router.post("/actions/{action_id}/completion", operation_id="complete_action")
async def complete_action(
    action_id: Id, body: ActionComplete, expected: ExpectedVersion, caller: Party, session: Session, response: Response
) -> ActionRead:
    """The provider says that it is done, how, and what shows it."""
    return _shown(caller, response, await actions.complete(caller, session, action_id, body, expected))


@router.post("/actions/{action_id}/confirmation", operation_id="confirm_action")
async def confirm_action(
    action_id: Id, body: ActionConfirm, expected: ExpectedVersion, caller: Party, session: Session, response: Response
) -> ActionRead:
    """The keeper of the plan closes an open action and says how it knows: for a provider that has no client, say."""
    return _shown(caller, response, await actions.confirm(caller, session, action_id, body, expected))


@router.post("/actions/{action_id}/closure", operation_id="close_action")
async def close_action(
    action_id: Id, expected: ExpectedVersion, caller: Party, session: Session, response: Response
) -> ActionRead:
    """The keeper of the plan is satisfied with what the provider did."""
    return _shown(caller, response, await actions.close(caller, session, action_id, expected))


@router.post("/actions/{action_id}/reopening", operation_id="reopen_action")
async def reopen_action(
    action_id: Id, body: ActionReopen, expected: ExpectedVersion, caller: Party, session: Session, response: Response
) -> ActionRead:
    """The keeper of the plan finds that more is needed, by a new day; also of an action that was closed."""
    return _shown(caller, response, await actions.reopen(caller, session, action_id, body, expected))


@router.post("/actions/{action_id}/rescheduling", operation_id="reschedule_action")
async def reschedule_action(
    action_id: Id,
    body: ActionReschedule,
    expected: ExpectedVersion,
    caller: Party,
    session: Session,
    response: Response,
) -> ActionRead:
    """The keeper of the plan gives an open action another day, and says why."""
    return _shown(caller, response, await actions.reschedule(caller, session, action_id, body, expected))


@router.put("/actions/{action_id}/owner", operation_id="name_owner_of_action")
async def name_owner_of_action(
    action_id: Id, body: OwnerWrite, expected: ExpectedVersion, caller: Party, session: Session, response: Response
) -> ActionRead:
    """Keeper or provider says who sees to it at the provider. `If-Match` takes the action's ETag."""
    return _shown(caller, response, await actions.name_owner(caller, session, action_id, body, expected))


def _shown(caller: Caller, response: Response, action: Action) -> ActionRead:
    tag(response, action.version)
    return _action(caller, action)


def _action(caller: Caller, action: Action) -> ActionRead:
    overdue = action_is_overdue(action.state, action.due_on, caller.today)
    return ActionRead.model_validate({**action.model_dump(include=set(ActionRead.model_fields)), "overdue": overdue})
