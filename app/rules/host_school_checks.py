"""What the host school does while the child is away, each as dated checks, and which of them are due.

Source: Salford AP contract slides, read in the primary source, for what is done, that check-ins are weekly and that
parent, provider and school meet termly; how often the others are looked at is Waymark's own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from app.rules.calendars import SchoolCalendar
from app.rules.sources import OUR_OWN, SALFORD
from app.rules.spans import Span, terms_covered, weeks_covered
from app.rules.verdict import Allowed, Refused, Verdict


class CheckKind(StrEnum):
    """Source: Salford AP contract slides, read in the primary source."""

    WEEKLY_SAFEGUARDING_CHECKIN = "weekly_safeguarding_checkin"
    FREE_SCHOOL_MEALS = "free_school_meals"
    STATUTORY_ASSESSMENT = "statutory_assessment"
    TERMLY_MEETING = "termly_meeting"
    SOCIAL_WORKER_AWARE = "social_worker_aware"
    SEN_OFFICER_AWARE = "sen_officer_aware"
    REINTEGRATION = "reintegration"


class CheckOutcome(StrEnum):
    """`attempted` was tried and stays due (nobody at home); `not_applicable` settles it for its time."""

    DONE = "done"
    ATTEMPTED = "attempted"
    NOT_APPLICABLE = "not_applicable"


class CheckFrequency(StrEnum):
    WEEKLY = "weekly"
    TERMLY = "termly"
    ONCE = "once"


FREQUENCIES: Mapping[CheckKind, CheckFrequency] = MappingProxyType(
    {
        CheckKind.WEEKLY_SAFEGUARDING_CHECKIN: CheckFrequency.WEEKLY,
        CheckKind.FREE_SCHOOL_MEALS: CheckFrequency.TERMLY,
        CheckKind.STATUTORY_ASSESSMENT: CheckFrequency.TERMLY,
        CheckKind.TERMLY_MEETING: CheckFrequency.TERMLY,
        CheckKind.SOCIAL_WORKER_AWARE: CheckFrequency.ONCE,
        CheckKind.SEN_OFFICER_AWARE: CheckFrequency.ONCE,
        CheckKind.REINTEGRATION: CheckFrequency.TERMLY,
    }
)
"""Source: Salford for the check-in and the meeting; the others Waymark's own."""

ALWAYS_APPLY = frozenset({CheckKind.WEEKLY_SAFEGUARDING_CHECKIN, CheckKind.TERMLY_MEETING, CheckKind.REINTEGRATION})
"""Every child is checked on, spoken of, and prepared for the return; not every child has a social worker."""


@dataclass(frozen=True, slots=True)
class CheckDeadline:
    """A check that a placement asks for: done from `first` to `last`, in time until `due_on`.

    What is done once may be done at any time: `first` is None for it.
    """

    kind: CheckKind
    first: date | None
    last: date
    due_on: date

    def met_by(self, day: date) -> bool:
        """Whether a check of this kind settled on `day` is this one."""
        return self.first is None or self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class CheckStanding:
    """Where one kind of check stands on a day.

    `next_due_on` is the next deadline that nothing has met yet, None where none is left; `missed` are the deadlines
    that have passed unmet, the oldest first.
    """

    kind: CheckKind
    frequency: CheckFrequency
    last_done_on: date | None
    next_due_on: date | None
    missed: tuple[date, ...]


def may_record_check(
    kind: CheckKind, outcome: CheckOutcome, done_on: date, *, today: date, starts_on: date, ends_on: date
) -> Verdict:
    """Whether this may be said to have been done on `done_on` for a placement from `starts_on` to `ends_on`.

    Source: Waymark's own, but that check-ins and meetings are owed to every child: Salford AP contract slides, read in
    the primary source.
    """
    if done_on > today:
        return Refused("check_in_future", "A check is recorded when it has been done.", OUR_OWN)
    if outcome is CheckOutcome.NOT_APPLICABLE and kind in ALWAYS_APPLY:
        return Refused("check_always_applies", "This is done for every child who is away.", SALFORD)
    before = FREQUENCIES[kind] is not CheckFrequency.ONCE and done_on < starts_on
    if before or done_on > ends_on:
        return Refused("check_outside_placement", f"The placement lasts from {starts_on} to {ends_on}.", OUR_OWN)
    return Allowed()


def check_deadlines(calendar: SchoolCalendar, starts_on: date, ends_on: date) -> Iterator[CheckDeadline]:
    """Every check that a placement of these days asks for, kind by kind, each in order of its days.

    Weekly ones only in weeks in which pupils attend, due on the last day of such a week; termly ones on the last open
    pupil day of a term, or of the placement in it; what is done once by the end of the first week. Source: Salford AP
    contract slides, read in the primary source; the days by which, Waymark's own.
    """
    weeks = tuple(weeks_covered(calendar, starts_on, ends_on))
    terms = tuple(terms_covered(calendar, starts_on, ends_on))
    spans: dict[CheckFrequency, tuple[Span, ...]] = {
        CheckFrequency.WEEKLY: weeks,
        CheckFrequency.TERMLY: terms,
        CheckFrequency.ONCE: weeks[:1],
    }
    for kind, frequency in FREQUENCIES.items():
        for span in spans[frequency]:
            first, last = (None, ends_on) if frequency is CheckFrequency.ONCE else (span.first, span.last)
            yield CheckDeadline(kind, first, last, span.due_on)


def check_standings(
    calendar: SchoolCalendar,
    *,
    starts_on: date,
    ends_on: date,
    done: Mapping[CheckKind, Sequence[date]],
    today: date,
) -> tuple[CheckStanding, ...]:
    """Where every kind of check stands today; `done` holds the days on which each kind was settled.

    Source: Salford AP contract slides, read in the primary source.
    """
    return standings_of(tuple(check_deadlines(calendar, starts_on, ends_on)), done, today)


def standings_of(
    deadlines: Sequence[CheckDeadline], done: Mapping[CheckKind, Sequence[date]], today: date
) -> tuple[CheckStanding, ...]:
    """As `check_standings`, of the deadlines of a placement. Source: the same."""
    return tuple(
        _standing(kind, [each for each in deadlines if each.kind is kind], done.get(kind, ()), today)
        for kind in FREQUENCIES
    )


def _standing(kind: CheckKind, deadlines: Sequence[CheckDeadline], done: Sequence[date], today: date) -> CheckStanding:
    unmet = [each.due_on for each in deadlines if not any(each.met_by(day) for day in done)]
    return CheckStanding(
        kind,
        FREQUENCIES[kind],
        max(done, default=None),
        next((day for day in unmet if day >= today), None),
        tuple(day for day in unmet if day < today),
    )
