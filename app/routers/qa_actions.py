"""What providers must do after QA visits. Superseded by `/v1/actions`, which also has what came of no visit."""

from operator import eq
from typing import Annotated

from fastapi import Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.action_plans import Action, ActionPlan
from app.models.organisations import OrganisationKind
from app.queries.actions import changed_or_overdue, is_overdue
from app.queries.qa_actions import visible_visit_action, visible_visit_actions, visits_of
from app.rules.action_plans import ActionState, action_is_overdue
from app.schemas.qa_actions import QaActionComplete, QaActionCreate, QaActionRead, QaActionReopen
from app.schemas.wire import Id, Instant
from app.services import qa_actions
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("quality assurance")

Reader = Annotated[Caller, allow(Scope.QA_READ)]
Council = Annotated[Caller, allow(Scope.QA_WRITE, OrganisationKind.COUNCIL)]
Provider = Annotated[Caller, allow(Scope.QA_WRITE, OrganisationKind.PROVIDER)]


@router.get("/qa-actions", operation_id="list_qa_actions", deprecated=True)
async def list_qa_actions(
    caller: Reader,
    session: Session,
    pages: Pages,
    provider_id: Id | None = None,
    visit_id: Id | None = None,
    state: ActionState | None = None,
    overdue: bool | None = None,
    changed_since: Instant | None = None,
) -> Page[QaActionRead]:
    """The actions of the visits that the caller may see, by the day they are due. `overdue`: open after that day.

    `changed_since` covers those that have become overdue. Superseded by `list_actions`, which has every action.
    """
    filters = [
        (col(Action.provider_id), eq, provider_id),
        (col(ActionPlan.visit_id), eq, visit_id),
        (col(Action.state), eq, state),
        (is_overdue(caller.today), eq, overdue),
    ]
    statement = visible_visit_actions(caller).where(
        *[compare(field, value) for field, compare, value in filters if value is not None]
    )
    if changed_since is not None:
        statement = statement.where(changed_or_overdue(caller, changed_since))
    rows, page = await pages.rows(session, statement, [col(Action.due_on), col(Action.id)])
    visits = await visits_of(caller, session, [row[0] for row in rows])
    return page.holding([_action(caller, row[0], visits[row[0].plan_id]) for row in rows])


@router.post("/qa-visits/{visit_id}/actions", operation_id="set_qa_action", status_code=201, deprecated=True)
async def set_qa_action(
    visit_id: Id, body: QaActionCreate, caller: Council, session: Session, response: Response
) -> QaActionRead:
    """Sets the provider something to do, once the visit has taken place. Superseded by `open_action_plan`."""
    action = await qa_actions.set_action(caller, session, visit_id, body)
    response.headers["Location"] = f"/v1/qa-actions/{action.id}"
    return await _shown(caller, session, response, action)


@router.get("/qa-actions/{action_id}", operation_id="get_qa_action", deprecated=True)
async def get_qa_action(action_id: Id, caller: Reader, session: Session, response: Response) -> QaActionRead:
    """One action that came of a visit. Superseded by `get_action`."""
    action = await visible_visit_action(caller, session, action_id)
    return await _shown(caller, session, response, action)


@router.post("/qa-actions/{action_id}/completion", operation_id="complete_qa_action", deprecated=True)
async def complete_qa_action(
    action_id: Id,
    body: QaActionComplete,
    expected: ExpectedVersion,
    caller: Provider,
    session: Session,
    response: Response,
) -> QaActionRead:
    """The provider says that it is done, and how. Superseded by `complete_action`."""
    return await _shown(
        caller, session, response, await qa_actions.complete(caller, session, action_id, body, expected)
    )


@router.post("/qa-actions/{action_id}/reopening", operation_id="reopen_qa_action", deprecated=True)
async def reopen_qa_action(
    action_id: Id,
    body: QaActionReopen,
    expected: ExpectedVersion,
    caller: Council,
    session: Session,
    response: Response,
) -> QaActionRead:
    """The council finds that more is needed, by a new day. Superseded by `reopen_action`."""
    return await _shown(caller, session, response, await qa_actions.reopen(caller, session, action_id, body, expected))


@router.post("/qa-actions/{action_id}/closure", operation_id="close_qa_action", deprecated=True)
async def close_qa_action(
    action_id: Id, expected: ExpectedVersion, caller: Council, session: Session, response: Response
) -> QaActionRead:
    """The council is satisfied. Superseded by `close_action`."""
    return await _shown(caller, session, response, await qa_actions.close(caller, session, action_id, expected))


async def _shown(caller: Caller, session: Session, response: Response, action: Action) -> QaActionRead:
    tag(response, action.version)
    visits = await visits_of(caller, session, [action])
    return _action(caller, action, visits[action.plan_id])


def _action(caller: Caller, action: Action, visit_id: Id) -> QaActionRead:
    shown = action.model_dump(include=set(QaActionRead.model_fields))
    overdue = action_is_overdue(action.state, action.due_on, caller.today)
    return QaActionRead.model_validate(
        {**shown, "visit_id": visit_id, "council_id": action.kept_by_id, "overdue": overdue}
    )
