"""Actions that come of a QA visit: set by the council, done by the provider, reviewed until closed."""

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.qa import QaAction, QaVisit
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.problems import FieldError, Invalid
from app.queries.qa_actions import visible_action
from app.queries.qa_visits import audience_of, visible_visit
from app.rules.qa import ACTIONS, ActionState
from app.rules.qa_visits import VISITS
from app.schemas.qa_actions import QaActionComplete, QaActionCreate, QaActionReopen
from app.services.changes import changed, insist, made, moved
from app.services.qa_visits_steps import part_of


async def set_action(caller: Caller, session: AsyncSession, visit_id: UUID, body: QaActionCreate) -> QaAction:
    """Sets the provider something to do. It knows of it at once, also before the report."""
    visit = await visible_visit(caller, session, visit_id, lock=True)
    insist(VISITS.may(visit.state, "set_action", part_of(caller, visit)))
    _must_lie_ahead(body.due_on, caller)
    action = QaAction(
        **made(caller.now),
        **body.model_dump(),
        visit_id=visit.id,
        council_id=visit.council_id,
        provider_id=visit.provider_id,
        state=ActionState.OPEN,
    )
    session.add(action)
    await session.flush()
    await _tell(caller, session, visit, action)
    return action


async def complete(
    caller: Caller, session: AsyncSession, action_id: UUID, body: QaActionComplete, expected_version: int
) -> QaAction:
    visit, action = await _moved(caller, session, action_id, "complete", "provider", expected_version)
    action.note = body.note
    return await _kept(caller, session, visit, action)


async def reopen(
    caller: Caller, session: AsyncSession, action_id: UUID, body: QaActionReopen, expected_version: int
) -> QaAction:
    """The council is not satisfied: the action is open again, with a new day."""
    visit, action = await _moved(caller, session, action_id, "reopen", "council", expected_version)
    _must_lie_ahead(body.due_on, caller)
    action.due_on = body.due_on
    return await _kept(caller, session, visit, action)


async def close(caller: Caller, session: AsyncSession, action_id: UUID, expected_version: int) -> QaAction:
    visit, action = await _moved(caller, session, action_id, "close", "council", expected_version)
    return await _kept(caller, session, visit, action)


def _must_lie_ahead(due_on: date, caller: Caller) -> None:
    if due_on < caller.today:
        raise Invalid([FieldError("/due_on", "in_the_past", "name today or a later day")])


async def _moved(
    caller: Caller, session: AsyncSession, action_id: UUID, verb: str, by: str, expected_version: int
) -> tuple[QaVisit, QaAction]:
    """The action, locked, in the state that the verb leads to, and its visit."""
    action = await visible_action(caller, session, action_id, lock=True)
    action.state = moved(action, expected_version, ACTIONS, action.state, verb, by)
    return await visible_visit(caller, session, action.visit_id), action


async def _kept(caller: Caller, session: AsyncSession, visit: QaVisit, action: QaAction) -> QaAction:
    changed(action, caller)
    await session.flush()
    await _tell(caller, session, visit, action)
    return action


async def _tell(caller: Caller, session: AsyncSession, visit: QaVisit, action: QaAction) -> None:
    await record_event(
        session,
        EventType.QA_ACTION_CHANGED,
        f"/v1/qa-actions/{action.id}",
        caller.now,
        organisations=await audience_of(session, visit),
    )
