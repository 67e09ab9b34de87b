"""Where clocks come from: each source gives those of its kinds for a whole batch, in one query.

A new kind of clock is a source here and a line in `CLOCKS` or `PROVIDER_CLOCKS`. Sources are asked for a caller, or by
the worker (`caller` is None); row security holds for both.
"""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.queries.attendance_marks import unexplained_days
from app.queries.calendars import school_calendars
from app.queries.clocks import (
    LOOK_BACK,
    categories_of,
    exclusions_of,
    own_pupils,
    plans_of,
    thresholds_reached,
    weekly_sessions_of,
)
from app.queries.clocks_assurance import certificates_given, confirmations_given
from app.queries.clocks_follow_up import reviews_of, seen_throughout, settled_checks_of, sustained_checks_of
from app.queries.progress_reports_due import reports_begun
from app.rules.assurance_clocks import assurance_clocks
from app.rules.calendars import SchoolCalendar
from app.rules.clocks import Clock, ClockKind
from app.rules.follow_up_clocks import check_clocks, review_clocks, sustained_clock
from app.rules.host_school_checks import check_deadlines
from app.rules.host_school_checks import standings_of as checks_standing
from app.rules.placement_clocks import (
    Planned,
    day_six_clock,
    non_school_clock,
    plan_clocks,
    planned_end_clock,
    sessions_a_week,
)
from app.rules.progress_reports_due import report_clocks, reports_owed, terms_owed
from app.rules.registration_threshold import REGISTERED_CATEGORIES, ProviderCount, registration_clock
from app.rules.reviews import review_deadlines
from app.rules.reviews import standings_of as reviews_standing
from app.rules.sustained_checks import check_due_on
from app.rules.unexplained_absences import unexplained_clocks
from app.services.clocks_batch import Batch

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
    return [
        (id_, day_six_clock(batch.placed[id_], each, batch.calendar(id_), batch.today))
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


async def reviews(session: AsyncSession, batch: Batch) -> Found:
    held = await reviews_of(batch.caller, session, batch.throughout)
    asked = batch.asked_by(review_deadlines)
    return [
        (id_, clock)
        for id_ in batch.throughout
        for clock in review_clocks(
            batch.placed[id_],
            reviews_standing(asked(id_), [each.on for each in held.get(id_, ())], batch.today),
            held[id_][-1].next_review_by if id_ in held else None,
            batch.today,
        )
    ]


async def host_school_checks(session: AsyncSession, batch: Batch) -> Found:
    done = await settled_checks_of(batch.caller, session, batch.throughout)
    asked = batch.asked_by(check_deadlines)
    return [
        (id_, clock)
        for id_ in batch.throughout
        for clock in check_clocks(
            batch.placed[id_], checks_standing(asked(id_), done.get(id_, {}), batch.today), batch.today, batch.since
        )
    ]


async def sustained_checks(session: AsyncSession, batch: Batch) -> Found:
    """Where the clock has not noted the day yet, what the calendar says by now."""
    return [
        (
            id_,
            sustained_clock(
                f"/v1/sustained-checks/{each.id}",
                each.record,
                each.due_on or check_due_on(batch.calendar(id_), each.moved_on),
                each.done_on,
                batch.today,
            ),
        )
        for id_, each in await sustained_checks_of(batch.caller, session, batch.placed.keys())
    ]


async def unexplained_absences(session: AsyncSession, batch: Batch) -> Found:
    unexplained = await unexplained_days(batch.caller, session, batch.placed.keys(), batch.today - LOOK_BACK)
    return [
        (id_, clock)
        for id_, days in unexplained.items()
        for clock in unexplained_clocks(
            f"/v1/attendance-marks?placement_id={id_}&unresolved=true", batch.calendar(id_), days, batch.today
        )
    ]


async def progress_reports(session: AsyncSession, batch: Batch) -> Found:
    begun = await reports_begun(batch.caller, session, batch.throughout)
    asked = batch.asked_by(terms_owed)
    return [
        (id_, clock)
        for id_ in batch.throughout
        for clock in report_clocks(
            batch.placed[id_], reports_owed(asked(id_), begun.get(id_, {}), batch.today), batch.today
        )
    ]


async def assurances(
    kind: ClockKind, caller: Caller | None, session: AsyncSession, providers: Collection[UUID], today: date
) -> Found:
    """Of what the caller may see of each provider; the worker tells of these by their own events."""
    if caller is None:
        return []
    read = confirmations_given if kind is ClockKind.SAFEGUARDING_CONFIRMATION else certificates_given
    given = await read(caller, session, providers)
    return [(id_, clock) for id_, each in given.items() for clock in assurance_clocks(kind, each, today)]


CLOCKS: tuple[Source, ...] = (
    Source(frozenset({ClockKind.DAY_6}), day_sixes),
    Source(frozenset({ClockKind.HALF_TERMLY_REVIEW}), reviews),
    Source(frozenset({ClockKind.PART_TIME_PLAN_REVIEW, ClockKind.PART_TIME_PLAN_END}), plans),
    Source(frozenset({ClockKind.TWELVE_WEEKS, ClockKind.FOUR_SESSIONS}), non_school_provision),
    Source(frozenset({ClockKind.HOST_SCHOOL_CHECK}), host_school_checks),
    Source(frozenset({ClockKind.PLANNED_END}), planned_ends),
    Source(frozenset({ClockKind.SUSTAINED_CHECK}), sustained_checks),
    Source(frozenset({ClockKind.UNEXPLAINED_ABSENCE}), unexplained_absences),
    Source(frozenset({ClockKind.PROGRESS_REPORT}), progress_reports),
)
PROVIDER_CLOCKS: tuple[ProviderSource, ...] = (
    ProviderSource(frozenset({ClockKind.REGISTRATION_THRESHOLD}), registration_thresholds),
    *(
        ProviderSource(frozenset({kind}), partial(assurances, kind))
        for kind in (ClockKind.SAFEGUARDING_CONFIRMATION, ClockKind.INSURANCE)
    ),
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
# The sources that go by the calendar of a placement.
NEED_CALENDARS = frozenset(
    {
        ClockKind.DAY_6,
        ClockKind.HALF_TERMLY_REVIEW,
        ClockKind.HOST_SCHOOL_CHECK,
        ClockKind.SUSTAINED_CHECK,
        ClockKind.UNEXPLAINED_ABSENCE,
        ClockKind.PROGRESS_REPORT,
    }
)


async def calendars_for(
    session: AsyncSession, ids: Iterable[UUID], kinds: frozenset[ClockKind]
) -> Mapping[UUID, SchoolCalendar]:
    return await school_calendars(session, list(set(ids))) if kinds & NEED_CALENDARS else {}


# The sources that tell what was left undone.
NEED_THE_WHOLE = frozenset({ClockKind.HALF_TERMLY_REVIEW, ClockKind.HOST_SCHOOL_CHECK, ClockKind.PROGRESS_REPORT})


async def throughout_for(
    caller: Caller | None, session: AsyncSession, accepted: Collection[UUID], kinds: frozenset[ClockKind]
) -> frozenset[UUID]:
    return await seen_throughout(caller, session, accepted) if kinds & NEED_THE_WHOLE else frozenset()


async def plans_for(
    session: AsyncSession, ids: Collection[UUID], kinds: frozenset[ClockKind]
) -> Mapping[UUID, Sequence[Planned]]:
    return await plans_of(session, ids) if kinds & NEED_PLANS else {}
