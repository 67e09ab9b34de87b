"""The clocks of one placement: day 6, its part-time plans, non-school provision, its planned end."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from app.rules.calendars import SchoolCalendar
from app.rules.clocks import Clock, ClockKind, counting, not_applicable, on_its_day
from app.rules.day_six import ExclusionKind, asks_for_provision, day_six
from app.rules.part_time_plans import PlanState, WeeklySession, plan_state, reviews_done

MOST_SESSIONS = 4
MOST_WEEKS = 12


@dataclass(frozen=True, slots=True)
class Placed:
    """What the clocks ask of a placement, at `path`. `by_school`: its provider is a registered school or college."""

    path: str
    accepted: bool
    starts_on: date
    ends_on: date
    full_time: bool
    by_school: bool


@dataclass(frozen=True, slots=True)
class Exclusion:
    """`pupil_days` is the length of a suspension, None for a permanent exclusion."""

    kind: ExclusionKind
    on: date
    pupil_days: int | None


@dataclass(frozen=True, slots=True)
class Planned:
    """What the clocks ask of a part-time plan; `ended_on` is the day on which it was ended or gave way."""

    plan_id: UUID
    state: PlanState
    starts_on: date
    ends_on: date
    review_dates: tuple[date, ...]
    held_on: tuple[date, ...]
    ended_on: date | None
    sessions_not_attended: frozenset[WeeklySession]

    @property
    def path(self) -> str:
        return f"/v1/part-time-plans/{self.plan_id}"


def planned_end_clock(placed: Placed, today: date) -> Clock:
    """Until the last day of a placement, which ends by itself.

    Source: SEND and AP improvement plan (a planned end and a next step), read in the primary source.
    """
    over = placed.ends_on if today > placed.ends_on else None
    return on_its_day(ClockKind.PLANNED_END, placed.path, placed.ends_on, today, done_on=over)


def day_six_clock(placed: Placed, exclusion: Exclusion, calendar: SchoolCalendar, today: date) -> Clock:
    """Until full-time provision is arranged: done on the first day of a full-time placement that is accepted.

    Part-time provision does not stop it while the placement lasts. Source: DfE guidance on suspension and
    permanent exclusion, read in a secondary source.
    """
    arranged = placed.accepted and placed.full_time
    if not asks_for_provision(exclusion.kind, exclusion.pupil_days) or (today > placed.ends_on and not arranged):
        return not_applicable(ClockKind.DAY_6, placed.path)
    done_on = placed.starts_on if arranged and placed.starts_on <= today else None
    return on_its_day(ClockKind.DAY_6, placed.path, day_six(calendar, exclusion.on), today, done_on=done_on)


def plan_clocks(placed: Placed, plan: Planned, today: date) -> Iterator[Clock]:
    """A clock for each review while a plan runs or is overdue, and one for its end.

    Source: Cheshire West guidance on part-time timetables (review dates; formally ended or extended), read in
    the primary source.
    """
    state = plan_state(plan.state, plan.starts_on, plan.ends_on, placed.ends_on, today)
    dates = [day for day in plan.review_dates if day <= plan.ends_on]
    runs = state in (PlanState.AGREED, PlanState.OVERDUE)
    if runs or (state is PlanState.EXTENDED and today <= plan.ends_on):
        for due_on, held_on in reviews_done(plan.starts_on, dates, plan.held_on):
            yield on_its_day(ClockKind.PART_TIME_PLAN_REVIEW, plan.path, due_on, today, done_on=held_on)
    if runs:
        yield on_its_day(ClockKind.PART_TIME_PLAN_END, plan.path, plan.ends_on, today)
    elif state in (PlanState.ENDED, PlanState.EXTENDED):
        ended_on = plan.ended_on or placed.ends_on
        yield on_its_day(ClockKind.PART_TIME_PLAN_END, plan.path, plan.ends_on, today, done_on=ended_on)


def sessions_a_week(timetabled: Collection[WeeklySession], plans: Iterable[Planned], today: date) -> int:
    """How many sessions a week a pupil attends now: the timetable's, less those that a plan in force leaves out."""
    off = {
        each
        for plan in plans
        if plan.state in (PlanState.AGREED, PlanState.EXTENDED) and plan.starts_on <= today <= plan.ends_on
        for each in plan.sessions_not_attended
    }
    return len(set(timetabled) - off)


def non_school_clock(placed: Placed, sessions: int, today: date) -> Clock:
    """Provision outside a school: intensive for twelve weeks, or of at most four sessions a week.

    Which of the two runs follows from the sessions a week; it counts, and refuses nothing. Source: DfE proposals
    for non-school alternative provision, read in a secondary source.
    """
    if placed.by_school:
        return not_applicable(ClockKind.TWELVE_WEEKS, placed.path)
    if sessions <= MOST_SESSIONS:
        return counting(ClockKind.FOUR_SESSIONS, placed.path, sessions, MOST_SESSIONS, reached=False)
    due_on = placed.starts_on + timedelta(weeks=MOST_WEEKS, days=-1)
    over = placed.ends_on if today > placed.ends_on else None
    week = max(0, (min(today, placed.ends_on) - placed.starts_on).days // 7 + 1)
    return on_its_day(ClockKind.TWELVE_WEEKS, placed.path, due_on, today, done_on=over, counted=week, limit=MOST_WEEKS)
