"""Action plans as a caller may see them: those it keeps, those kept with it, and for a school those of its council
that came of a visit which the school may read. Other councils and other providers see none.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.clock import london_day
from app.models.action_plans import SOURCE_COLUMNS, Action, ActionPlan, ActionPlanReview
from app.models.organisations import Organisation, OrganisationKind
from app.models.qa import QaVisit
from app.problems import NotFound
from app.queries.qa_visits import audience_of, visible_visits
from app.rules.action_plans import ActionPlanState, PlanSource, SourceKind


def visible_plans(caller: Caller) -> Select[ActionPlan]:
    me = caller.organisation_id
    mine = or_(col(ActionPlan.kept_by_id) == me, col(ActionPlan.provider_id) == me)
    if caller.kind is not OrganisationKind.SCHOOL:
        return select(ActionPlan).where(mine)
    my_council = select(col(Organisation.council_id)).where(col(Organisation.id) == me).scalar_subquery()
    published = visible_visits(caller).with_only_columns(col(QaVisit.id))
    of_a_published_visit = and_(col(ActionPlan.kept_by_id) == my_council, col(ActionPlan.visit_id).in_(published))
    return select(ActionPlan).where(or_(mine, of_a_published_visit))


async def visible_plan(caller: Caller, session: AsyncSession, plan_id: UUID, *, lock: bool = False) -> ActionPlan:
    """Raises NotFound. Locked, as it is now, and only for its keeper: the row is no others' to change."""
    found = (await session.scalars(visible_plans(caller).where(col(ActionPlan.id) == plan_id))).one_or_none()
    if found is None:
        raise NotFound
    if lock and found.kept_by_id == caller.organisation_id:
        await session.refresh(found, with_for_update=True)
    return found


async def open_plan_of(
    caller: Caller, session: AsyncSession, source: PlanSource, kept_by_id: UUID, provider_id: UUID
) -> ActionPlan | None:
    """The plan that is open of this source, locked; none of those that came of nothing."""
    if source.kind is SourceKind.NONE:
        return None
    return await session.scalar(
        visible_plans(caller)
        .where(
            of_source(source.kind, source.id),
            col(ActionPlan.kept_by_id) == kept_by_id,
            col(ActionPlan.provider_id) == provider_id,
            col(ActionPlan.state) == ActionPlanState.OPEN,
        )
        .with_for_update(of=ActionPlan)
        .execution_options(populate_existing=True)
    )


async def actions_of(caller: Caller, session: AsyncSession, plan: ActionPlan) -> Sequence[Action]:
    """All of a plan that the caller was shown, by the day they are due."""
    statement = select(Action).where(
        col(Action.plan_id) == plan.id,
        col(Action.plan_id).in_(visible_plans(caller).with_only_columns(col(ActionPlan.id))),
    )
    return (await session.scalars(statement.order_by(col(Action.due_on), col(Action.id)))).all()


async def plans_of_concerns(
    caller: Caller, session: AsyncSession, concern_ids: Collection[UUID]
) -> Mapping[UUID, ActionPlan]:
    """The plan that each concern led to, by the concern: only those that the caller sees."""
    statement = visible_plans(caller).where(col(ActionPlan.concern_id).in_(concern_ids))
    statement = statement.execution_options(populate_existing=True)
    return {each.concern_id: each for each in await session.scalars(statement) if each.concern_id is not None}


def of_source(kind: SourceKind, source_id: UUID | None = None) -> ColumnElement[bool]:
    """Whether a plan came of this kind of thing, and where an id is given, of that one."""
    if kind is SourceKind.NONE:
        return and_(*(col(getattr(ActionPlan, column)).is_(None) for column in SOURCE_COLUMNS.values()))
    column = col(getattr(ActionPlan, SOURCE_COLUMNS[kind]))
    return column.is_not(None) if source_id is None else column == source_id


def review_overdue(today: date) -> ColumnElement[bool]:
    """As `app.rules.action_plans.review_is_overdue`, for a list."""
    return and_(col(ActionPlan.state) == ActionPlanState.OPEN, func.coalesce(col(ActionPlan.review_on) < today, False))


def changed_since(caller: Caller, statement: Select[ActionPlan], since: datetime) -> Select[ActionPlan]:
    """Those changed, come into a school's sight, or whose review fell due as days passed; rather a day too many."""
    fell_due = and_(review_overdue(caller.today), col(ActionPlan.review_on) >= london_day(since) - timedelta(days=1))
    return statement.where(
        or_(col(ActionPlan.changed_at) >= since, fell_due, col(ActionPlan.id).in_(came_into_sight(caller, since)))
    )


def came_into_sight(caller: Caller, since: datetime) -> Select[UUID]:
    """The plans that a school may have come to see since an instant: their visit changed, as it does when published."""
    visits = visible_visits(caller).with_only_columns(col(QaVisit.id)).where(col(QaVisit.changed_at) >= since)
    plans = visible_plans(caller).with_only_columns(col(ActionPlan.id)).where(col(ActionPlan.visit_id).in_(visits))
    return plans.where(true() if caller.kind is OrganisationKind.SCHOOL else false())


def visible_reviews(caller: Caller, plan_id: UUID) -> Select[ActionPlanReview]:
    """Of one plan: between its keeper and its provider."""
    me = caller.organisation_id
    return select(ActionPlanReview).where(
        col(ActionPlanReview.plan_id) == plan_id,
        or_(col(ActionPlanReview.kept_by_id) == me, col(ActionPlanReview.provider_id) == me),
    )


async def told_of(caller: Caller, session: AsyncSession, plan: ActionPlan) -> set[UUID]:
    """Who is told of a plan: its keeper and provider, and its keeper's schools where they may read its visit."""
    parties = {plan.kept_by_id, plan.provider_id}
    if plan.visit_id is None:
        return parties
    visit = await session.scalar(visible_visits(caller).where(col(QaVisit.id) == plan.visit_id))
    if visit is None:
        return parties
    schools = select(col(Organisation.id)).where(
        col(Organisation.id).in_(await audience_of(session, visit)),
        col(Organisation.council_id) == plan.kept_by_id,
        col(Organisation.kind) == OrganisationKind.SCHOOL,
    )
    return parties | set(await session.scalars(schools))
