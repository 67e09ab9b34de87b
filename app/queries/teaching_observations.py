"""Observations of teaching: the observer's own, and what was shared of days on which the caller could see."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Date, Select, String, Uuid, and_, column, exists, func, or_, select, values
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.placements import Placement, PlacementViewer
from app.models.teaching_observations import TeachingObservation
from app.problems import NotFound
from app.queries.calendars import school_calendars
from app.queries.placements import may_see_on, visible_placement_ids, visible_placements
from app.rules.placements import PlacementState
from app.rules.teaching_observations import (
    DAYS_AHEAD,
    ObservationState,
    ObserverRole,
    TermDays,
    TermStanding,
    term_days,
)
from app.rules.viewers import ViewerBasis


def visible_observations(caller: Caller) -> Select[TeachingObservation]:
    placement_id = col(TeachingObservation.placement_id)
    return select(TeachingObservation).where(
        or_(
            and_(
                col(TeachingObservation.observer_id) == caller.organisation_id,
                placement_id.in_(visible_placement_ids(caller)),
            ),
            and_(
                col(TeachingObservation.shared_at).is_not(None),
                may_see_on(caller, placement_id, col(TeachingObservation.observed_on)),
            ),
        )
    )


async def visible_observation(
    caller: Caller, session: AsyncSession, observation_id: UUID, *, lock: bool = False
) -> TeachingObservation:
    """Raises NotFound. Only the observer and the placement's provider may lock it."""
    statement = visible_observations(caller).where(col(TeachingObservation.id) == observation_id)
    if lock:
        statement = statement.with_for_update(of=TeachingObservation).execution_options(populate_existing=True)
    found = (await session.scalars(statement)).one_or_none()
    if found is None:
        raise NotFound
    caller.sees_placements(found.placement_id)
    return found


def with_provider(caller: Caller, statement: Select[Any], provider_id: UUID) -> Select[Any]:
    """Only those of one provider's teaching."""
    with_it = visible_placements(caller).where(col(Placement.provider_id) == provider_id)
    return statement.where(col(TeachingObservation.placement_id).in_(with_it.with_only_columns(col(Placement.id))))


async def watches_under_framework(caller: Caller, session: AsyncSession, placement_id: UUID) -> bool:
    """Whether the caller is the council under whose framework the placement was made."""
    mine = exists().where(
        col(PlacementViewer.placement_id) == placement_id,
        col(PlacementViewer.organisation_id) == caller.organisation_id,
        col(PlacementViewer.basis) == ViewerBasis.FRAMEWORK_COUNCIL,
    )
    return bool(await session.scalar(select(mine)))


async def terms_of_year(caller: Caller, session: AsyncSession, school_year: str) -> Mapping[UUID, list[TermDays]]:
    """The terms of a school year in each calendar that governs an accepted placement which the caller may see."""
    governing = _accepted(caller).with_only_columns(col(Placement.calendar_id)).distinct()
    calendars = await school_calendars(session, list(await session.scalars(governing)))
    return {
        id_: [each for each in term_days(calendar) if each.school_year == school_year]
        for id_, calendar in calendars.items()
    }


def terms_to_observe(caller: Caller, terms: Mapping[UUID, list[TermDays]]) -> Select[Any]:
    """The terms that have begun in placements that the caller may see, with the days on which each role observed."""
    days = [(id_, each.school_year, each.term.value, list(each.days)) for id_, found in terms.items() for each in found]
    term = values(
        column("calendar_id", Uuid()),
        column("school_year", String()),
        column("term", String()),
        column("days", ARRAY(Date())),
        name="term",
    ).data(days or [(UUID(int=0), "", "", [])])
    day = func.unnest(term.c.days, type_=Date()).column_valued("day")
    within = (
        select(func.min(day).label("first_on"), func.max(day).label("due_on"))
        .where(day.between(col(Placement.starts_on), col(Placement.ends_on)))
        .correlate(Placement, term)
        .lateral("within")
    )
    found = (
        _accepted(caller)
        .with_only_columns(
            col(Placement.id).label("placement_id"),
            col(Placement.provider_id),
            term.c.school_year,
            term.c.term,
            within.c.due_on,
            *(_observed_on(role, term.c.school_year, term.c.term) for role in ObserverRole),
        )
        .join(term, term.c.calendar_id == col(Placement.calendar_id))
        .join(within, within.c.first_on <= caller.today)
        .subquery("found")
    )
    return select(found)


def in_standing(caller: Caller, due: Select[Any], standing: TermStanding) -> Select[Any]:
    """Only the terms that stand so: the same answer as `rules.teaching_observations.term_standing`."""
    found, today = due.selected_columns, caller.today
    observed = func.coalesce(*(found[_label(role)] for role in ObserverRole)).is_not(None)
    near = today + timedelta(days=DAYS_AHEAD)
    conditions: dict[TermStanding, ColumnElement[bool]] = {
        TermStanding.OBSERVED: observed,
        TermStanding.OVERDUE: and_(~observed, found["due_on"] < today),
        TermStanding.DUE_SOON: and_(~observed, found["due_on"].between(today, near)),
        TermStanding.DUE: and_(~observed, found["due_on"] > near),
    }
    return due.where(conditions[standing])


def _accepted(caller: Caller) -> Select[Placement]:
    return visible_placements(caller).where(col(Placement.state) == PlacementState.ACCEPTED)


def _observed_on(role: ObserverRole, school_year: Any, term: Any) -> Any:
    """The last day of the term on which a role observed and shared it."""
    return (
        select(func.max(col(TeachingObservation.observed_on)))
        .where(
            col(TeachingObservation.placement_id) == col(Placement.id),
            col(TeachingObservation.school_year) == school_year,
            col(TeachingObservation.term) == term,
            col(TeachingObservation.state) == ObservationState.SHARED,
            col(TeachingObservation.observer_role) == role,
        )
        .scalar_subquery()
        .label(_label(role))
    )


def _label(role: ObserverRole) -> str:
    return f"{role.value}_observed_on"
