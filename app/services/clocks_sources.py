"""Where clocks come from: each source gives those of its kinds for a whole batch, in one query.

A new kind of clock is a source here and a line in `CLOCKS` or `PROVIDER_CLOCKS`. Sources are asked for a caller, or by
the worker (`caller` is None); row security holds for both.
"""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.queries.calendars import school_calendars
from app.queries.clocks import (
    categories_of,
    exclusions_of,
    own_pupils,
    plans_of,
    thresholds_reached,
    weekly_sessions_of,
)
from app.rules.clocks import Clock, ClockKind
from app.rules.placement_clocks import (
    Placed,
    Planned,
    day_six_clock,
    non_school_clock,
    plan_clocks,
    planned_end_clock,
    sessions_a_week,
)
from app.rules.registration_threshold import REGISTERED_CATEGORIES, ProviderCount, registration_clock


@dataclass(frozen=True, slots=True)
class Batch:
    """Placements whose clocks are asked for; `calendars` gives the governing calendar of each, `plans` its plans."""

    placed: Mapping[UUID, Placed]
    calendars: Mapping[UUID, UUID]
    plans: Mapping[UUID, Sequence[Planned]]
    today: date


Found = Iterable[tuple[UUID, Clock]]


@dataclass(frozen=True, slots=True)
class Source:
    """`find` gives clocks by the id of their placement."""

    kinds: frozenset[ClockKind]
    find: Callable[[AsyncSession, Batch], Awaitable[Found]]


@dataclass(frozen=True, slots=True)
class ProviderSource:
    """`find` gives clocks by the id of their provider, of the providers that the caller may know so much of."""

    kinds: frozenset[ClockKind]
    find: Callable[[Caller | None, AsyncSession, Collection[UUID], date], Awaitable[Found]]


async def planned_ends(session: AsyncSession, batch: Batch) -> Found:
    return [(id_, planned_end_clock(each, batch.today)) for id_, each in batch.placed.items() if each.accepted]


async def day_sixes(session: AsyncSession, batch: Batch) -> Found:
    exclusions = await exclusions_of(session, batch.placed.keys())
    calendars = await school_calendars(session, list({batch.calendars[id_] for id_ in exclusions}))
    return [
        (id_, day_six_clock(batch.placed[id_], each, calendars[batch.calendars[id_]], batch.today))
        for id_, each in exclusions.items()
    ]


async def plans(session: AsyncSession, batch: Batch) -> Found:
    return [
        (id_, clock)
        for id_, found in batch.plans.items()
        for plan in found
        for clock in plan_clocks(batch.placed[id_], plan, batch.today)
    ]


async def non_school_provision(session: AsyncSession, batch: Batch) -> Found:
    accepted = {id_: each for id_, each in batch.placed.items() if each.accepted}
    counted = [id_ for id_, each in accepted.items() if not each.by_school]
    weekly = await weekly_sessions_of(session, counted, batch.today) if counted else {}
    return [
        (
            id_,
            non_school_clock(
                each,
                sessions_a_week(weekly.get(id_, ()), batch.plans.get(id_, ()), batch.today),
                batch.today,
            ),
        )
        for id_, each in accepted.items()
    ]


async def registration_thresholds(
    caller: Caller | None, session: AsyncSession, providers: Collection[UUID], today: date
) -> Found:
    """Reached or not, over every council's placements; counted are the caller's own, none for the worker."""
    reached = await thresholds_reached(session, providers, today)
    own = await own_pupils(caller, session, reached.keys(), today) if caller and reached else {}
    categories = await categories_of(session, reached.keys())
    return [
        (
            id_,
            registration_clock(
                ProviderCount(str(id_), categories.get(id_) in REGISTERED_CATEGORIES, is_reached, own.get(id_, 0))
            ),
        )
        for id_, is_reached in reached.items()
    ]


CLOCKS: tuple[Source, ...] = (
    Source(frozenset({ClockKind.DAY_6}), day_sixes),
    Source(frozenset({ClockKind.PART_TIME_PLAN_REVIEW, ClockKind.PART_TIME_PLAN_END}), plans),
    Source(frozenset({ClockKind.TWELVE_WEEKS, ClockKind.FOUR_SESSIONS}), non_school_provision),
    Source(frozenset({ClockKind.PLANNED_END}), planned_ends),
)
PROVIDER_CLOCKS: tuple[ProviderSource, ...] = (
    ProviderSource(frozenset({ClockKind.REGISTRATION_THRESHOLD}), registration_thresholds),
)

# The sources that look at part-time plans, so that plans are read only for them.
NEED_PLANS = frozenset(
    {
        ClockKind.PART_TIME_PLAN_REVIEW,
        ClockKind.PART_TIME_PLAN_END,
        ClockKind.TWELVE_WEEKS,
        ClockKind.FOUR_SESSIONS,
    }
)


async def plans_for(
    session: AsyncSession, ids: Collection[UUID], kinds: frozenset[ClockKind]
) -> Mapping[UUID, Sequence[Planned]]:
    return await plans_of(session, ids) if kinds & NEED_PLANS else {}
