"""Part-time plans, reached through the placements that the caller may see."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.clock import london_day
from app.models.part_time_plans import PartTimePlan, PartTimePlanReview
from app.models.placements import Placement, Timetable, TimetableSlot
from app.problems import NotFound
from app.queries.placements import visible_placement_ids
from app.rules.part_time_plans import PlanState, WeeklySession

STANDING = (PlanState.PROPOSED, PlanState.AGREED, PlanState.EXTENDED)
IN_FORCE = (PlanState.AGREED, PlanState.EXTENDED)
"""These leave sessions out, from their first day to their last."""

_ONE_DAY = timedelta(days=1)


def visible_plans(caller: Caller) -> Select[PartTimePlan]:
    return select(PartTimePlan).where(col(PartTimePlan.placement_id).in_(visible_placement_ids(caller)))


async def visible_plan(caller: Caller, session: AsyncSession, plan_id: UUID, *, lock: bool = False) -> PartTimePlan:
    """Raises NotFound. Lock the placement before the plan."""
    statement = visible_plans(caller).where(col(PartTimePlan.id) == plan_id)
    if lock:
        statement = statement.with_for_update(of=PartTimePlan).execution_options(populate_existing=True)
    found = (await session.scalars(statement)).one_or_none()
    if found is None:
        raise NotFound
    return found


def with_state(statement: Select[PartTimePlan], state: PlanState, today: date) -> Select[PartTimePlan]:
    """Only those in this state today: the same answer as `rules.part_time_plans.plan_state`."""
    stored = col(PartTimePlan.state) == state
    lapsed, over, ended = _lapsed(today), _run_over(today), _placement_has_ended(today)
    conditions: dict[PlanState, ColumnElement[bool]] = {
        PlanState.PROPOSED: and_(stored, ~lapsed),
        PlanState.LAPSED: or_(stored, lapsed),
        PlanState.AGREED: and_(stored, ~over),
        PlanState.OVERDUE: and_(over, ~ended),
        PlanState.ENDED: or_(stored, and_(over, ended)),
    }
    return statement.where(conditions.get(state, stored))


def changed_since(statement: Select[PartTimePlan], since: datetime, today: date) -> Select[PartTimePlan]:
    """Those changed since an instant, or whose state has changed by the mere passing of days since its day began."""
    day = london_day(since)
    over_since = or_(
        col(PartTimePlan.ends_on) >= day - _ONE_DAY,
        and_(_placement_has_ended(today), ~_placement_has_ended(day - _ONE_DAY)),
    )
    return statement.where(
        or_(
            col(PartTimePlan.changed_at) >= since,
            and_(_lapsed(today), col(PartTimePlan.starts_on) >= day),
            and_(_run_over(today), over_since),
        )
    )


async def standing_plans(session: AsyncSession, placement_id: UUID, first: date, last: date) -> Sequence[PartTimePlan]:
    """The plans proposed, agreed or extended that touch these days, locked. The placement is locked already."""
    statement = (
        select(PartTimePlan)
        .where(
            col(PartTimePlan.placement_id) == placement_id,
            col(PartTimePlan.state).in_(STANDING),
            col(PartTimePlan.starts_on) <= last,
            col(PartTimePlan.ends_on) >= first,
        )
        .order_by(col(PartTimePlan.starts_on), col(PartTimePlan.id))
        .with_for_update()
    )
    return (await session.scalars(statement)).all()


async def extensions_of(session: AsyncSession, ids: Collection[UUID], today: date) -> Mapping[UUID, PartTimePlan]:
    """The plan that follows each of these, proposed or agreed, or that did; one that came to nothing is left out."""
    statement = (
        select(PartTimePlan)
        .where(
            col(PartTimePlan.extends_id).in_(ids),
            col(PartTimePlan.state).not_in((PlanState.REFUSED, PlanState.WITHDRAWN, PlanState.LAPSED)),
            ~_lapsed(today),
        )
        .order_by(col(PartTimePlan.created_at), col(PartTimePlan.id))
    )
    return {each.extends_id: each for each in await session.scalars(statement) if each.extends_id is not None}


async def reviews_of(session: AsyncSession, ids: Collection[UUID]) -> Mapping[UUID, Sequence[PartTimePlanReview]]:
    """The reviews of plans that were found already, by plan, in the order in which they were held."""
    statement = (
        select(PartTimePlanReview)
        .where(col(PartTimePlanReview.plan_id).in_(ids))
        .order_by(col(PartTimePlanReview.held_on), col(PartTimePlanReview.id))
    )
    found: defaultdict[UUID, list[PartTimePlanReview]] = defaultdict(list)
    for each in await session.scalars(statement):
        found[each.plan_id].append(each)
    return found


async def timetabled_in(session: AsyncSession, placement_id: UUID, first: date, last: date) -> set[WeeklySession]:
    """Every weekly session of the versions of a placement's timetable that rule a day from `first` to `last`."""
    versions = (
        select(col(Timetable.id), col(Timetable.applies_from))
        .where(col(Timetable.placement_id) == placement_id, col(Timetable.applies_from) <= last)
        .order_by(col(Timetable.applies_from))
    )
    ruling: list[UUID] = []
    for version_id, applies_from in (await session.execute(versions)).all():
        ruling = [version_id] if applies_from <= first else [*ruling, version_id]
    slots = select(col(TimetableSlot.weekday), col(TimetableSlot.session)).where(
        col(TimetableSlot.timetable_id).in_(ruling)
    )
    return {(weekday, part) for weekday, part in (await session.execute(slots)).all()}


def _lapsed(today: date) -> ColumnElement[bool]:
    return and_(col(PartTimePlan.state) == PlanState.PROPOSED, col(PartTimePlan.starts_on) <= today)


def _run_over(today: date) -> ColumnElement[bool]:
    return and_(col(PartTimePlan.state) == PlanState.AGREED, col(PartTimePlan.ends_on) < today)


def _placement_has_ended(today: date) -> ColumnElement[bool]:
    ends_on = select(col(Placement.ends_on)).where(col(Placement.id) == col(PartTimePlan.placement_id))
    return ends_on.scalar_subquery() < today
