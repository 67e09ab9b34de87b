"""Reviews of a placement: at least every half-term, aiming at a return to school.

Source: Salford AP contract slides (reviewed regularly, aiming at a return to full-time school), read in the primary
source; at least half-termly is expected by Keeping Children Safe in Education, from memory, so that an overdue review
is shown and refuses nothing.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.rules.agreements import PartyRole
from app.rules.calendars import SchoolCalendar
from app.rules.sources import OUR_OWN, SALFORD, SEND_AND_AP_PLAN
from app.rules.spans import half_terms_covered
from app.rules.verdict import Allowed, Refused, Verdict


class ReviewAttendee(StrEnum):
    """Who took part in a review, by role."""

    PUPIL = "pupil"
    PARENT = "parent"
    COMMISSIONER = "commissioner"
    HOST_SCHOOL = "host_school"
    PROVIDER = "provider"
    SOCIAL_WORKER = "social_worker"
    SEN_OFFICER = "sen_officer"
    OTHER = "other"


class ReviewState(StrEnum):
    """Whether a half-term's review was held, is still due, or was not held in time."""

    HELD = "held"
    DUE = "due"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class ReviewDeadline:
    """A review that a placement asks for: held from `first` to `last`, in time until `due_on`."""

    first: date
    last: date
    due_on: date


@dataclass(frozen=True, slots=True)
class ReviewStanding:
    """Where the review of one half-term stands; `held_on` is the last one held for it."""

    deadline: ReviewDeadline
    held_on: date | None
    state: ReviewState


def review_deadlines(calendar: SchoolCalendar, starts_on: date, ends_on: date) -> Iterator[ReviewDeadline]:
    """One for each half-term that the placement covers, due on the last open pupil day that it has in it.

    Source: Keeping Children Safe in Education (at least half-termly), from memory; it refuses nothing.
    """
    for span in half_terms_covered(calendar, starts_on, ends_on):
        yield ReviewDeadline(span.first, span.last, span.due_on)


def review_standings(
    calendar: SchoolCalendar, *, starts_on: date, ends_on: date, held: Collection[date], today: date
) -> tuple[ReviewStanding, ...]:
    """Where the review of each half-term stands today. Source: as `review_deadlines`."""
    return standings_of(tuple(review_deadlines(calendar, starts_on, ends_on)), held, today)


def standings_of(
    deadlines: Sequence[ReviewDeadline], held: Collection[date], today: date
) -> tuple[ReviewStanding, ...]:
    """As `review_standings`, of the deadlines of a placement. Source: the same."""
    standings = []
    for each in deadlines:
        held_on = max((day for day in held if each.first <= day <= each.last), default=None)
        unheld = ReviewState.DUE if today <= each.due_on else ReviewState.OVERDUE
        standings.append(ReviewStanding(each, held_on, unheld if held_on is None else ReviewState.HELD))
    return tuple(standings)


def may_record_review(
    *,
    by: PartyRole,
    amends: bool,
    held_on: date,
    next_review_by: date | None,
    today: date,
    starts_on: date,
    ends_on: date,
) -> Verdict:
    """Whether a party may record a review held on `held_on`.

    `amends` says that it changes the objectives or the next step, which are the commissioner's to set. Sources: SEND
    and AP improvement plan (objectives and next step), read in the primary source; the days are Waymark's own.
    """
    if by is PartyRole.PROVIDER:
        return Refused(
            "wrong_party",
            "The commissioner or the host school records a review; the provider takes part in it.",
            SALFORD,
            {"may_be_done_by": [PartyRole.COMMISSIONER.value, PartyRole.HOST_SCHOOL.value]},
        )
    if amends and by is not PartyRole.COMMISSIONER:
        return Refused(
            "wrong_party",
            "Only the commissioner may change the objectives or the next step; another party's review confirms them.",
            SEND_AND_AP_PLAN,
            {"may_be_done_by": [PartyRole.COMMISSIONER.value]},
        )
    if held_on > today:
        return Refused("review_in_future", "A review is recorded when it has been held.", OUR_OWN)
    if not starts_on <= held_on <= ends_on:
        return Refused("review_outside_placement", f"The placement lasts from {starts_on} to {ends_on}.", OUR_OWN)
    if next_review_by is not None and not held_on < next_review_by <= ends_on:
        return Refused(
            "next_review_outside_placement", f"The next review comes after this one and by {ends_on}.", OUR_OWN
        )
    return Allowed()
