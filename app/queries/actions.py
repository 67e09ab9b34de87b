"""The actions of plans: seen by whoever sees the plan; their steps by its keeper and its provider."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.clock import london_day
from app.models.action_plans import Action, ActionPlan, ActionStep
from app.problems import NotFound
from app.queries.action_plans import came_into_sight, visible_plans
from app.rules.action_plans import ActionState


def visible_actions(caller: Caller) -> Select[Action]:
    plans = visible_plans(caller).with_only_columns(col(ActionPlan.id))
    return select(Action).where(col(Action.plan_id).in_(plans))


def is_overdue(today: date) -> ColumnElement[bool]:
    """As `app.rules.action_plans.action_is_overdue`, for a list."""
    return and_(col(Action.state) == ActionState.OPEN, col(Action.due_on) < today)


def changed_or_overdue(caller: Caller, since: datetime) -> ColumnElement[bool]:
    """Changed, come into a school's sight, or overdue as days passed since an instant; rather a day too many."""
    fell_due = and_(is_overdue(caller.today), col(Action.due_on) >= london_day(since) - timedelta(days=1))
    return or_(col(Action.changed_at) >= since, fell_due, col(Action.plan_id).in_(came_into_sight(caller, since)))


async def visible_action(caller: Caller, session: AsyncSession, action_id: UUID, *, lock: bool = False) -> Action:
    """Raises NotFound. Locked, as it is now, and only for a party: the row is no others' to change."""
    statement = visible_actions(caller).where(col(Action.id) == action_id)
    found = (await session.scalars(statement)).one_or_none()
    if found is None:
        raise NotFound
    if lock and caller.organisation_id in (found.kept_by_id, found.provider_id):
        await session.refresh(found, with_for_update=True)
    return found


def visible_steps(caller: Caller, action_id: UUID) -> Select[ActionStep]:
    """Of one action: between the keeper of its plan and its provider."""
    me = caller.organisation_id
    return select(ActionStep).where(
        col(ActionStep.action_id) == action_id,
        or_(col(ActionStep.kept_by_id) == me, col(ActionStep.provider_id) == me),
    )
