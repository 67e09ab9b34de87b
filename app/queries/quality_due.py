"""What of a council's actions, plans, concerns, planned visits and annual returns falls due, of one kind at a time."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import SQLCoreOperations
from sqlmodel import col

from app.access.caller import Caller
from app.models.action_plans import Action, ActionPlan
from app.models.concerns import Concern
from app.models.qa import QaVisit
from app.models.qa_returns import QaReturn
from app.queries.action_plans import visible_plans
from app.queries.actions import visible_actions
from app.queries.concerns import visible_concerns
from app.queries.qa_returns import outstanding_returns
from app.queries.qa_visits import visible_visits
from app.rules.action_plans import ActionPlanState, ActionState
from app.rules.concerns import WAITS_FOR_SOMEBODY
from app.rules.qa_visits import VisitState
from app.rules.quality_due import DueKind, Place


async def due_actions(
    caller: Caller, session: AsyncSession, provider_id: UUID | None, due_by: date, after: Place | None, most: int
) -> Sequence[Action]:
    """Open ones of the plans that the council keeps, by day and id."""
    mine = visible_actions(caller).where(
        col(Action.kept_by_id) == caller.organisation_id,
        col(Action.state) == ActionState.OPEN,
        *_of(Action, col(Action.due_on), DueKind.ACTION, provider_id, due_by, after),
    )
    return await _first(session, mine, [col(Action.due_on), col(Action.id)], most)


async def due_reviews(
    caller: Caller, session: AsyncSession, provider_id: UUID | None, due_by: date, after: Place | None, most: int
) -> Sequence[ActionPlan]:
    """Open plans that the council keeps, by the day of their review and id."""
    day = col(ActionPlan.review_on)
    mine = visible_plans(caller).where(
        col(ActionPlan.kept_by_id) == caller.organisation_id,
        col(ActionPlan.state) == ActionPlanState.OPEN,
        *_of(ActionPlan, day, DueKind.PLAN_REVIEW, provider_id, due_by, after),
    )
    return await _first(session, mine, [day, col(ActionPlan.id)], most)


async def due_concerns(
    caller: Caller, session: AsyncSession, provider_id: UUID | None, due_by: date, after: Place | None, most: int
) -> Sequence[Concern]:
    """Those that the council hears and that wait for somebody, by day and id."""
    mine = visible_concerns(caller).where(
        col(Concern.council_id) == caller.organisation_id,
        col(Concern.state).in_(WAITS_FOR_SOMEBODY),
        *_of(Concern, col(Concern.due_on), DueKind.CONCERN, provider_id, due_by, after),
    )
    return await _first(session, mine, [col(Concern.due_on), col(Concern.id)], most)


async def due_visits(
    caller: Caller, session: AsyncSession, provider_id: UUID | None, due_by: date, after: Place | None, most: int
) -> Sequence[QaVisit]:
    """Planned ones of the council's, by the day they are planned for and id."""
    mine = visible_visits(caller).where(
        col(QaVisit.state) == VisitState.PLANNED,
        *_of(QaVisit, col(QaVisit.planned_on), DueKind.VISIT, provider_id, due_by, after),
    )
    return await _first(session, mine, [col(QaVisit.planned_on), col(QaVisit.id)], most)


async def due_returns(
    caller: Caller, session: AsyncSession, provider_id: UUID | None, due_by: date, after: Place | None, most: int
) -> Sequence[QaReturn]:
    """Those that the council waits for, by the day it wants them by and id."""
    day = col(QaReturn.due_on)
    mine = outstanding_returns(caller).where(
        col(QaReturn.council_id) == caller.organisation_id,
        *_of(QaReturn, day, DueKind.QA_RETURN, provider_id, due_by, after),
    )
    return await _first(session, mine, [day, col(QaReturn.id)], most)


def _of(
    table: Any, day: SQLCoreOperations[Any], kind: DueKind, provider_id: UUID | None, due_by: date, after: Place | None
) -> list[ColumnElement[bool]]:
    """Due by a day, of one provider where one is named, behind the place at which the page before ended."""
    conditions: list[ColumnElement[bool]] = [day <= due_by]
    if provider_id is not None:
        conditions.append(col(table.provider_id) == provider_id)
    if after is not None:
        day_before, kind_before, key = after
        if kind.value == kind_before:
            conditions.append(tuple_(day, col(table.id)) > tuple_(day_before, UUID(key)))
        else:
            conditions.append(day >= day_before if kind.value > kind_before else day > day_before)
    return conditions


async def _first(session: AsyncSession, statement: Select[Any], order: list[Any], most: int) -> Sequence[Any]:
    return (await session.scalars(statement.order_by(*order).limit(most))).all()
