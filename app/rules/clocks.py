"""The clocks that the parties of a placement live by: what is due, overdue or done, and what to do about it.

A clock refuses nothing. One with a day (`on_its_day`) is upcoming, due from some days before, overdue after it, or
done; a counter (`counting`) has a limit in place of a day.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType

from app.rules.sources import (
    CHESHIRE_WEST,
    DFE_EXCLUSION,
    DFE_NON_SCHOOL_AP,
    DFE_REGISTRATION,
    MEMORY,
    SALFORD,
    SALFORD_AND_BOLTON,
    SEND_AND_AP_PLAN,
    SI_2024_208_CLASSES,
)

DUE_FROM = timedelta(days=14)
"""How long before its day a clock is due, unless it says otherwise: Waymark's own."""


class ClockKind(StrEnum):
    DAY_6 = "day_6"
    HALF_TERMLY_REVIEW = "half_termly_review"
    PART_TIME_PLAN_REVIEW = "part_time_plan_review"
    PART_TIME_PLAN_END = "part_time_plan_end"
    TWELVE_WEEKS = "twelve_weeks"
    FOUR_SESSIONS = "four_sessions"
    SAFEGUARDING_CONFIRMATION = "safeguarding_confirmation"
    INSURANCE = "insurance"
    REGISTRATION_THRESHOLD = "registration_threshold"
    HOST_SCHOOL_CHECK = "host_school_check"
    SUSTAINED_CHECK = "sustained_check"
    PLANNED_END = "planned_end"
    UNEXPLAINED_ABSENCE = "unexplained_absence"
    PROGRESS_REPORT = "progress_report"


TOLD_OTHERWISE = frozenset({ClockKind.SAFEGUARDING_CONFIRMATION, ClockKind.INSURANCE, ClockKind.SUSTAINED_CHECK})
"""The kinds that have events of their own: their clocks are read, and not told of a second time."""


class ClockState(StrEnum):
    UPCOMING = "upcoming"
    DUE = "due"
    OVERDUE = "overdue"
    DONE = "done"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class About:
    """Where a kind of clock comes from, and what to do when it is due."""

    source: str
    to_do: str


KINDS: Mapping[ClockKind, About] = MappingProxyType(
    {
        ClockKind.DAY_6: About(
            DFE_EXCLUSION, "Arrange full-time provision from the sixth school day after the exclusion."
        ),
        ClockKind.HALF_TERMLY_REVIEW: About(MEMORY, "Review the placement, aiming at a return to full-time school."),
        ClockKind.PART_TIME_PLAN_REVIEW: About(CHESHIRE_WEST, "Hold the review that the plan names and record it."),
        ClockKind.PART_TIME_PLAN_END: About(CHESHIRE_WEST, "End the plan formally, or extend it with a new return."),
        ClockKind.TWELVE_WEEKS: About(
            DFE_NON_SCHOOL_AP, "Plan for intensive provision outside a school to end after twelve weeks."
        ),
        ClockKind.FOUR_SESSIONS: About(
            DFE_NON_SCHOOL_AP, "Keep longer provision outside a school to four sessions a week."
        ),
        ClockKind.SAFEGUARDING_CONFIRMATION: About(
            MEMORY, "Obtain a new written confirmation of safeguarding checks from the provider."
        ),
        ClockKind.INSURANCE: About(SALFORD_AND_BOLTON, "Obtain evidence that the provider's insurance is renewed."),
        ClockKind.REGISTRATION_THRESHOLD: About(
            DFE_REGISTRATION, "Check whether the provider must register as an independent school."
        ),
        ClockKind.HOST_SCHOOL_CHECK: About(SALFORD, "Make the check that the host school owes, and record it."),
        ClockKind.SUSTAINED_CHECK: About(SEND_AND_AP_PLAN, "Find out whether the pupil is still where it moved to."),
        ClockKind.UNEXPLAINED_ABSENCE: About(
            SI_2024_208_CLASSES, "Find out why the pupil was away: correct the mark, or enter the register's code."
        ),
        ClockKind.PROGRESS_REPORT: About(
            SALFORD, "Submit the term's progress report; one that was returned, with the changes asked for."
        ),
        ClockKind.PLANNED_END: About(
            SEND_AND_AP_PLAN, "Settle the next step before the last day; a later end needs both sides."
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock as of a day. `subject` is the path of what it is about; `counted` and `limit` are a counter's.

    `lead` is how long before its day it is due.
    """

    kind: ClockKind
    subject: str
    state: ClockState
    due_on: date | None = None
    done_on: date | None = None
    counted: int | None = None
    limit: int | None = None
    lead: timedelta = DUE_FROM

    @property
    def source(self) -> str:
        return KINDS[self.kind].source

    @property
    def to_do(self) -> str:
        return KINDS[self.kind].to_do


def on_its_day(
    kind: ClockKind,
    subject: str,
    due_on: date | None,
    today: date,
    *,
    done_on: date | None = None,
    counted: int | None = None,
    limit: int | None = None,
    lead: timedelta = DUE_FROM,
) -> Clock:
    """A clock with a day, which may count besides; without one, as where no calendar reaches so far, it is upcoming.

    Source: Waymark's own for the states; `KINDS` for each kind.
    """
    if done_on is not None:
        state = ClockState.DONE
    elif due_on is None or today < due_on - lead:
        state = ClockState.UPCOMING
    else:
        state = ClockState.DUE if today <= due_on else ClockState.OVERDUE
    return Clock(kind, subject, state, due_on, done_on, counted, limit, lead)


def counting(kind: ClockKind, subject: str, counted: int, limit: int, *, reached: bool) -> Clock:
    """A counter without a day: due once its limit is reached. Source: `KINDS` for each kind."""
    return Clock(kind, subject, ClockState.DUE if reached else ClockState.UPCOMING, counted=counted, limit=limit)


def not_applicable(kind: ClockKind, subject: str) -> Clock:
    """A clock that does not run here, said so that nobody wonders."""
    return Clock(kind, subject, ClockState.NOT_APPLICABLE)


def told_as(clock: Clock, swept_on: date | None, today: date) -> list[tuple[ClockState, date]]:
    """What is to be told of a clock today: each state with the day on which it came about, or is found.

    `swept_on` is the day on which clocks were last told of. One that became due since then and is overdue by
    now is told twice, as it would have been day by day. Source: Waymark's own.
    """
    if clock.state not in (ClockState.DUE, ClockState.OVERDUE):
        return []
    first = today if swept_on is None else min(swept_on + timedelta(days=1), today)
    if clock.due_on is None:
        return [(clock.state, first)]
    due_from, overdue_from = clock.due_on - clock.lead, clock.due_on + timedelta(days=1)
    told = [(ClockState.DUE, max(first, due_from))]
    if clock.state is ClockState.OVERDUE:
        told = [each for each in told if due_from >= first]
        told.append((ClockState.OVERDUE, max(first, overdue_from)))
    return told
