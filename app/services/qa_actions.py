"""Actions that come of a QA visit, as `/v1/qa-actions` takes them: actions of the plan that is open of the visit."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.action_plans import Action
from app.problems import FieldError, Invalid
from app.queries.qa_actions import visible_visit_action
from app.queries.qa_visits import visible_visit
from app.rules.action_plans import PlanSource, SourceKind
from app.rules.qa import VISITS
from app.schemas.actions import ActionComplete, ActionReopen
from app.schemas.qa_actions import QaActionComplete, QaActionCreate, QaActionReopen
from app.services import actions
from app.services.action_plans import open_plan
from app.services.changes import insist

TITLE = "Actions of a visit"


async def set_action(caller: Caller, session: AsyncSession, visit_id: UUID, body: QaActionCreate) -> Action:
    """Sets the provider something to do. It knows of it at once, also before the report."""
    visit = await visible_visit(caller, session, visit_id, lock=True)
    insist(VISITS.may(visit.state, "set_action", "council"))
    if body.due_on < caller.today:
        raise Invalid([FieldError("/due_on", "in_the_past", "name today or a later day")])
    plan = await open_plan(
        caller,
        session,
        source=PlanSource(SourceKind.QA_VISIT, visit.id),
        provider_id=visit.provider_id,
        council_id=caller.organisation_id,
        actions=[],
        title=TITLE,
        review_on=body.due_on,
    )
    [action] = await actions.set_actions(caller, session, plan, [actions.NewAction(**body.model_dump())])
    return action


async def complete(
    caller: Caller, session: AsyncSession, action_id: UUID, body: QaActionComplete, expected_version: int
) -> Action:
    await visible_visit_action(caller, session, action_id)
    return await actions.complete(caller, session, action_id, ActionComplete(note=body.note), expected_version)


async def reopen(
    caller: Caller, session: AsyncSession, action_id: UUID, body: QaActionReopen, expected_version: int
) -> Action:
    """The council is not satisfied: the action is open again, with a new day."""
    await visible_visit_action(caller, session, action_id)
    return await actions.reopen(caller, session, action_id, ActionReopen(due_on=body.due_on), expected_version)


async def close(caller: Caller, session: AsyncSession, action_id: UUID, expected_version: int) -> Action:
    await visible_visit_action(caller, session, action_id)
    return await actions.close(caller, session, action_id, expected_version)
