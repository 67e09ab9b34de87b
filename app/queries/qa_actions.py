"""The actions that came of councils' QA visits, as `/v1/qa-actions` shows them: with the visit of their plan."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.action_plans import Action, ActionPlan
from app.problems import NotFound
from app.queries.action_plans import visible_plans


def visible_visit_actions(caller: Caller) -> Select[Action]:
    """Joined to their plans. Not those that a provider plans for itself."""
    plans = visible_plans(caller).with_only_columns(col(ActionPlan.id))
    return (
        select(Action)
        .join(ActionPlan, col(ActionPlan.id) == col(Action.plan_id))
        .where(
            col(ActionPlan.id).in_(plans),
            col(ActionPlan.visit_id).is_not(None),
            col(ActionPlan.kept_by_id) != col(ActionPlan.provider_id),
        )
    )


async def visible_visit_action(caller: Caller, session: AsyncSession, action_id: UUID) -> Action:
    """Raises NotFound, for an action that came of no visit too."""
    found = await session.scalar(visible_visit_actions(caller).where(col(Action.id) == action_id))
    if found is None:
        raise NotFound
    return found


async def visits_of(caller: Caller, session: AsyncSession, actions: Sequence[Action]) -> Mapping[UUID, UUID]:
    """The visit that each action's plan came of, by the plan."""
    plans = visible_plans(caller).where(col(ActionPlan.id).in_({each.plan_id for each in actions}))
    return {each.id: each.visit_id for each in await session.scalars(plans) if each.visit_id is not None}
