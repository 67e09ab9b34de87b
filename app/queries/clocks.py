"""What the clocks are read from, for many placements at a time.

A reader's placements are found through `placement_viewers`; all else goes on from placements that were found, in one
query for a batch. Row security holds for each of them.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, and_, any_, func, literal, select, text
from sqlalchemy import cast as as_type
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import SQLCoreOperations
from sqlmodel import col

from app.access.caller import Caller
from app.clock import london_day
from app.models.columns import IDS
from app.models.organisations import Organisation
from app.models.part_time_plans import PartTimePlan, PartTimePlanReview
from app.models.placement_facts import PlacementFacts
from app.models.placements import Placement, Timetable, TimetableSlot
from app.models.pupils import Pupil
from app.queries.placements import visible_placement_ids
from app.rules.part_time_plans import PlanState, WeeklySession, weekly_session
from app.rules.placement_clocks import Exclusion, Planned
from app.rules.placements import PlacementState
from app.rules.procurement import AttendancePattern
from app.rules.registration_threshold import births_of_compulsory_age

LOOK_BACK = timedelta(days=366)
"""So long after its end a placement's clocks are still listed: what is checked two terms later falls within it."""

_WITH_CLOCKS = (PlacementState.PROPOSED, PlacementState.ACCEPTED)
_ENDABLE = (PlanState.AGREED, PlanState.EXTENDED, PlanState.ENDED)
_THRESHOLDS = text(
    "select provider_id, reached from registration_thresholds(cast(:providers as uuid[]), cast(:today as date))"
)


@dataclass(frozen=True, slots=True)
class ClockFilters:
    """Which placements' clocks are asked for; None leaves it open."""

    provider_id: UUID | None = None
    host_school_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class WithClocks:
    """What is read of a placement for its clocks' sake."""

    id: UUID
    pupil_id: UUID
    provider_id: UUID
    host_school_id: UUID | None
    calendar_id: UUID
    state: PlacementState
    starts_on: date
    ends_on: date
    pattern: AttendancePattern


async def placements_with_clocks(
    caller: Caller, session: AsyncSession, filters: ClockFilters, after: UUID | None, most: int
) -> Sequence[WithClocks]:
    """The caller's placements behind `after`, by id: those proposed or accepted that ended less than a year ago."""
    statement = _placements(caller.today).where(col(Placement.id).in_(visible_placement_ids(caller)))
    if filters.provider_id is not None:
        statement = statement.where(col(Placement.provider_id) == filters.provider_id)
    if filters.host_school_id is not None:
        statement = statement.where(col(Placement.host_school_id) == filters.host_school_id)
    if after is not None:
        statement = statement.where(col(Placement.id) > after)
    return [WithClocks(*row) for row in await session.execute(statement.limit(most))]


async def placement_with_clocks(caller: Caller, session: AsyncSession, placement_id: UUID) -> Sequence[WithClocks]:
    """One of the caller's placements, however long ago it ended; none where it came to nothing."""
    statement = _placements(date.min + LOOK_BACK).where(
        col(Placement.id) == placement_id, col(Placement.id).in_(visible_placement_ids(caller))
    )
    return [WithClocks(*row) for row in await session.execute(statement)]


async def own_pupils(
    caller: Caller, session: AsyncSession, providers: Collection[UUID], today: date
) -> Mapping[UUID, int]:
    """How many pupils of compulsory age each provider teaches full time today, of those that the caller may see."""
    statement = (
        _taught_full_time(providers, today)
        .where(col(Placement.id).in_(visible_placement_ids(caller)))
        .group_by(col(Placement.provider_id))
    )
    return {row[0]: row[1] for row in await session.execute(statement)}


async def placements_to_sweep(
    session: AsyncSession, sandbox_id: UUID | None, today: date, after: UUID | None, most: int | None
) -> Sequence[WithClocks]:
    """The placements of one world behind `after`, by id. For the worker."""
    statement = (
        _placements(today)
        .join(Organisation, col(Organisation.id) == col(Placement.provider_id))
        .where(col(Organisation.sandbox_id).is_not_distinct_from(sandbox_id))
    )
    if after is not None:
        statement = statement.where(col(Placement.id) > after)
    return [WithClocks(*row) for row in await session.execute(statement.limit(most))]


async def categories_of(session: AsyncSession, providers: Collection[UUID]) -> Mapping[UUID, str]:
    """The directory's category of each provider, where it has one."""
    statement = select(col(Organisation.id), col(Organisation.category)).where(col(Organisation.id).in_(providers))
    return {id_: category.value for id_, category in await session.execute(statement) if category is not None}


async def exclusions_of(session: AsyncSession, ids: Collection[UUID]) -> Mapping[UUID, Exclusion]:
    """The exclusions that commissioners stated, by placement."""
    statement = select(
        col(PlacementFacts.placement_id),
        col(PlacementFacts.exclusion),
        col(PlacementFacts.excluded_on),
        col(PlacementFacts.exclusion_days),
    ).where(among(col(PlacementFacts.placement_id), ids))
    return {
        placement_id: Exclusion(kind, on, days)
        for placement_id, kind, on, days in await session.execute(statement)
        if kind is not None and on is not None
    }


async def plans_of(session: AsyncSession, ids: Collection[UUID]) -> Mapping[UUID, Sequence[Planned]]:
    """The part-time plans that were agreed, by placement, with the days on which reviews were held."""
    statement = (
        select(PartTimePlan)
        .where(among(col(PartTimePlan.placement_id), ids), col(PartTimePlan.state).in_(_ENDABLE))
        .order_by(col(PartTimePlan.starts_on), col(PartTimePlan.id))
    )
    plans = (await session.scalars(statement)).all()
    reviews = select(col(PartTimePlanReview.plan_id), col(PartTimePlanReview.held_on)).where(
        among(col(PartTimePlanReview.plan_id), [plan.id for plan in plans])
    )
    held: defaultdict[UUID, list[date]] = defaultdict(list)
    for plan_id, held_on in (await session.execute(reviews)).all() if plans else ():
        held[plan_id].append(held_on)
    found: defaultdict[UUID, list[Planned]] = defaultdict(list)
    for plan in plans:
        found[plan.placement_id].append(_planned(plan, held[plan.id]))
    return found


async def weekly_sessions_of(
    session: AsyncSession, ids: Collection[UUID], today: date
) -> Mapping[UUID, frozenset[WeeklySession]]:
    """The weekly sessions of each placement by the version that rules today, or the first where none does yet."""
    versions = select(col(Timetable.placement_id), col(Timetable.id), col(Timetable.applies_from)).where(
        among(col(Timetable.placement_id), ids)
    )
    ruling: dict[UUID, tuple[bool, int, UUID]] = {}
    for placement_id, version_id, applies_from in await session.execute(versions):
        away = (applies_from > today, abs((applies_from - today).days), version_id)
        ruling[placement_id] = min(ruling.get(placement_id, away), away)
    chosen = [version_id for _, _, version_id in ruling.values()]
    written = func.concat(col(TimetableSlot.weekday), "_", col(TimetableSlot.session), type_=Text())
    slots = (
        select(col(TimetableSlot.placement_id), func.array_agg(written))
        .where(among(col(TimetableSlot.timetable_id), chosen))
        .group_by(col(TimetableSlot.placement_id))
    )
    return {
        placement_id: frozenset(map(weekly_session, sessions))
        for placement_id, sessions in await session.execute(slots)
    }


async def thresholds_reached(session: AsyncSession, providers: Collection[UUID], today: date) -> Mapping[UUID, bool]:
    """Whether each provider has reached the registration threshold; those of which the reader may not know are absent.

    A definer function counts over every council's placements and says yes or no to the provider and its councils.
    """
    found = await session.execute(_THRESHOLDS, {"providers": list(providers), "today": today})
    return {row.provider_id: row.reached for row in found}


def among(column: SQLCoreOperations[UUID], ids: Collection[UUID]) -> ColumnElement[bool]:
    """One array for all ids, written as text: of a thousand ids that takes a tenth of the time.

    It is read in a subquery of its own, so that no plan reads it again for every row.
    """
    written = as_type(literal("{" + ",".join(map(str, ids)) + "}", Text), IDS)
    once = func.array(select(func.unnest(written)).scalar_subquery(), type_=IDS)
    return column == any_(once)


def _placements(today: date) -> Select[Any]:
    found = (
        select(
            col(Placement.id),
            col(Placement.pupil_id),
            col(Placement.provider_id),
            col(Placement.host_school_id),
            col(Placement.calendar_id),
            col(Placement.state),
            col(Placement.starts_on),
            col(Placement.ends_on),
            col(Placement.pattern),
        )
        .where(col(Placement.state).in_(_WITH_CLOCKS), col(Placement.ends_on) >= today - LOOK_BACK)
        .order_by(col(Placement.id))
    )
    return cast(Select[Any], found)


def _taught_full_time(providers: Collection[UUID], today: date) -> Select[Any]:
    of_age = col(Pupil.date_of_birth).between(*births_of_compulsory_age(today))
    found = (
        select(col(Placement.provider_id), func.count(col(Placement.pupil_id).distinct()))
        .join(Pupil, and_(col(Pupil.id) == col(Placement.pupil_id), of_age))
        .where(
            col(Placement.provider_id).in_(providers),
            col(Placement.state) == PlacementState.ACCEPTED,
            col(Placement.pattern) == AttendancePattern.FULL_TIME,
            col(Placement.starts_on) <= today,
            col(Placement.ends_on) >= today,
        )
    )
    return cast(Select[Any], found)


def _planned(plan: PartTimePlan, held_on: Sequence[date]) -> Planned:
    return Planned(
        plan_id=plan.id,
        state=plan.state,
        starts_on=plan.starts_on,
        ends_on=plan.ends_on,
        review_dates=tuple(plan.review_dates),
        held_on=tuple(held_on),
        ended_on=london_day(plan.ended_at) if plan.ended_at else None,
        sessions_not_attended=frozenset(weekly_session(each) for each in plan.sessions_not_attended),
    )
