"""Termination of a placement: only at a half-term's end.

Source: Salford AP contract slides, read in the primary source. Either side may terminate, with effect only
on the last open pupil day of a term or half-term, with notice on or before that day. It brings an end
forward; an extension is another thing and needs both sides.
"""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from app.rules.calendars import (
    SchoolCalendar,
    lawful_end_dates,
    next_lawful_end_dates,
    nothing_published_later,
)
from app.rules.sources import OUR_OWN, SALFORD
from app.rules.state_tables import StateTable, Transition
from app.rules.verdict import Allowed, Refused, Verdict

DATES_NAMED = 3


class NoticeState(StrEnum):
    """Whether a notice stands; from the day it names on it can no longer be taken back."""

    STANDING = "standing"
    WITHDRAWN = "withdrawn"
    IN_EFFECT = "in_effect"


TERMINATION_NOTICES = StateTable(
    "termination notice",
    SALFORD,
    (
        Transition(NoticeState.STANDING, "withdraw", NoticeState.WITHDRAWN, ("party_that_gave_notice",)),
        Transition(NoticeState.STANDING, "take_effect", NoticeState.IN_EFFECT, ("clock",)),
    ),
)


def notice_state(effective_on: date, today: date, *, withdrawn: bool) -> NoticeState:
    """The state of a notice today."""
    if withdrawn:
        return NoticeState.WITHDRAWN
    return NoticeState.STANDING if today < effective_on else NoticeState.IN_EFFECT


def end_that_stands(planned_end_on: date, effective_days: Iterable[date]) -> date:
    """The last day of a placement: the earliest of these days, or the planned end.

    `effective_days` are those of the notices that stand and of every immediate termination agreed. Source: Salford AP
    contract slides (either side may terminate; both may at once), read in the primary source.
    """
    return min([planned_end_on, *effective_days])


def may_terminate(
    calendar: SchoolCalendar,
    *,
    effective_on: date,
    given_on: date,
    starts_on: date,
    planned_end_on: date,
    already_ends_on: date | None = None,
) -> Verdict:
    """Whether notice given on `given_on` may end a placement with `effective_on` as its last day.

    `calendar` is the placement's governing calendar; `already_ends_on` is the day on which an earlier notice, or an
    immediate termination that was agreed, ends it. A refusal names `next_lawful_dates`, all before the end that the
    placement has, with a `note` when fewer could be named than usual. Source: Salford AP contract slides, read in the
    primary source, for the day and the notice; the other refusals are Waymark's own.
    """
    fault = _fault(calendar, effective_on, given_on, starts_on, planned_end_on, already_ends_on)
    if fault is None:
        return Allowed()
    code, reason, source = fault
    ends_on = planned_end_on if already_ends_on is None else min(planned_end_on, already_ends_on)
    latest = _last_lawful_before(calendar, ends_on)
    return Refused(code, reason, source, _next_steps(calendar, effective_on, max(given_on, starts_on), latest))


def _fault(
    calendar: SchoolCalendar,
    effective_on: date,
    given_on: date,
    starts_on: date,
    planned_end_on: date,
    already_ends_on: date | None,
) -> tuple[str, str, str] | None:
    """The first fault, as code, reason and source; the order puts what no other day could mend first."""
    ends_on = planned_end_on if already_ends_on is None else min(planned_end_on, already_ends_on)
    planned = f"The placement ends on {planned_end_on} as planned; "
    faults = (
        (given_on > ends_on, "placement_already_ended", f"The placement has already ended, on {ends_on}.", OUR_OWN),
        (effective_on < starts_on, "termination_before_start", f"The placement starts only on {starts_on}.", OUR_OWN),
        (
            effective_on > planned_end_on,
            "termination_after_planned_end",
            planned + "a later end is an extension, for both sides.",
            OUR_OWN,
        ),
        (
            already_ends_on is not None and effective_on >= already_ends_on,
            "termination_already_given",
            f"The placement already ends on {already_ends_on}, by earlier notice or by agreement.",
            OUR_OWN,
        ),
        (
            effective_on == planned_end_on,
            "termination_on_planned_end",
            planned + "a notice for that day would change nothing. Name an earlier day.",
            OUR_OWN,
        ),
        (
            given_on > effective_on,
            "notice_after_effect",
            "Notice is given on or before the day on which the termination takes effect.",
            SALFORD,
        ),
        (
            effective_on not in set(lawful_end_dates(calendar)),
            "not_last_day_of_half_term",
            _why_not_lawful(calendar, effective_on),
            SALFORD,
        ),
    )
    return next(((code, reason, source) for applies, code, reason, source in faults if applies), None)


def _why_not_lawful(calendar: SchoolCalendar, day: date) -> str:
    rule = "a termination takes effect only on the last open pupil day of a term or half-term."
    half_term = calendar.half_term_of(day)
    if half_term is None:
        return f"{day} is in no half-term that has been published; {rule}"
    if not calendar.is_pupil_day(day):
        return f"{day} is a closure or a weekend; {rule}"
    last = calendar.last_open_pupil_day(half_term)
    return f"{day} is not the last open pupil day of its half-term, {last}; {rule}"


def _last_lawful_before(calendar: SchoolCalendar, ends_on: date) -> date:
    """The lawful day before the end that a placement has: only an earlier day would change it."""
    return max((day for day in lawful_end_dates(calendar) if day < ends_on), default=date.min)


def _next_steps(
    calendar: SchoolCalendar, effective_on: date, earliest: date, latest: date
) -> dict[str, str | list[str]]:
    """The lawful dates from the wished day on; with none before the end, those from the notice on."""
    published = next_lawful_end_dates(calendar, max(effective_on, earliest), DATES_NAMED)
    dates = [day for day in published if day <= latest]
    if not dates:
        dates = [day for day in next_lawful_end_dates(calendar, earliest, DATES_NAMED) if day <= latest]
    steps: dict[str, str | list[str]] = {"next_lawful_dates": [day.isoformat() for day in dates]}
    if not published:
        steps["note"] = nothing_published_later(calendar)
    elif len(published) > len(dates):
        steps["note"] = "Later half-term ends fall on or after the end that the placement already has."
    elif len(published) < DATES_NAMED:
        steps["note"] = nothing_published_later(calendar)
    return steps
