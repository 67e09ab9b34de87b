"""Termly observations of teaching and learning: by school and commissioner, shared with the provider.

Source: Salford AP contract slides, read in the primary source: each term, by school and commissioner. The life of a
record of one, and that a council watching the placement under its framework may make one too, are Waymark's own. What
was seen is told in words: there is no grade.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.rules.agreements import PartyRole
from app.rules.calendars import SchoolCalendar, Term, school_year_of
from app.rules.placements import PlacementState
from app.rules.sources import OUR_OWN, SALFORD
from app.rules.state_tables import StateTable, Transition
from app.rules.verdict import Allowed, Refused, Verdict

DAYS_AHEAD = 14
"""So many days before a term's last open pupil day its observation is due soon. Waymark's own number."""


class ObserverRole(StrEnum):
    """In which role the observer stands to the placement; `council` is the one whose framework it was made under."""

    COMMISSIONER = "commissioner"
    HOST_SCHOOL = "host_school"
    COUNCIL = "council"


class ObservationState(StrEnum):
    DRAFT = "draft"
    SHARED = "shared"
    WITHDRAWN = "withdrawn"


OBSERVATIONS = StateTable(
    "teaching observation",
    OUR_OWN,
    (
        Transition(ObservationState.DRAFT, "write", ObservationState.DRAFT, ("observer",)),
        Transition(ObservationState.DRAFT, "share", ObservationState.SHARED, ("observer",)),
        Transition(ObservationState.DRAFT, "withdraw", ObservationState.WITHDRAWN, ("observer",)),
        Transition(ObservationState.SHARED, "comment", ObservationState.SHARED, ("provider",)),
        Transition(ObservationState.SHARED, "withdraw", ObservationState.WITHDRAWN, ("observer",)),
    ),
)
"""What is shared stays as it was said: `withdraw`, with a reason, and another observation put it right."""


class TermStanding(StrEnum):
    """Where a placement's term stands: observed by somebody, or when it is to be."""

    OBSERVED = "observed"
    DUE = "due"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class TermDays:
    """The open pupil days of one term of a calendar, in order."""

    school_year: str
    term: Term
    days: tuple[date, ...]


def observer_role(role: PartyRole | None, *, frameworks_council: bool) -> ObserverRole | Refused:
    """In which role an organisation observes the teaching in a placement; never where it teaches itself.

    Source: Salford AP contract slides (school and commissioner), read in the primary source; that the council whose
    framework the placement was made under does so too is Waymark's own.
    """
    if role is PartyRole.COMMISSIONER:
        return ObserverRole.COMMISSIONER
    if role is PartyRole.HOST_SCHOOL:
        return ObserverRole.HOST_SCHOOL
    if role is None and frameworks_council:
        return ObserverRole.COUNCIL
    return Refused(
        "wrong_party",
        "Teaching is observed by the host school, the commissioner or the council of the framework.",
        SALFORD,
        {"may_be_done_by": [each.value for each in ObserverRole]},
    )


def may_observe(
    state: PlacementState,
    calendar: SchoolCalendar,
    *,
    observed_on: date,
    starts_on: date,
    ends_on: date,
    today: date,
) -> Verdict:
    """Whether teaching may be said to have been observed on a day: one of a term of the placement, that has come.

    Source: Waymark's own.
    """
    if state is not PlacementState.ACCEPTED:
        return Refused("placement_not_accepted", "Only in a placement that was accepted is anybody taught.", OUR_OWN)
    if observed_on > today:
        return Refused("observation_in_future", f"{observed_on} has not come yet.", OUR_OWN)
    if not starts_on <= observed_on <= ends_on:
        return Refused("observation_outside_placement", f"The placement lasts from {starts_on} to {ends_on}.", OUR_OWN)
    if calendar.half_term_of(observed_on) is None:
        return Refused("observation_in_holidays", f"{observed_on} is in no term of the placement's calendar.", OUR_OWN)
    return Allowed()


def term_days(calendar: SchoolCalendar) -> Iterator[TermDays]:
    """Every term of a calendar that has open pupil days. Source: Salford AP contract slides (termly)."""
    terms: dict[tuple[str, Term], list[date]] = {}
    for half_term in calendar.half_terms:
        days = calendar.open_pupil_days(half_term.first, half_term.last)
        terms.setdefault((school_year_of(half_term.first), half_term.term), []).extend(days)
    for (school_year, term), found in terms.items():
        if found:
            yield TermDays(school_year, term, tuple(sorted(found)))


def term_standing(due_on: date, today: date, *, observed: bool) -> TermStanding:
    """Where a term of a placement stands today; a term that nobody observed stays overdue.

    Source: Salford AP contract slides (termly), read in the primary source; the day by which is Waymark's own.
    """
    if observed:
        return TermStanding.OBSERVED
    if due_on < today:
        return TermStanding.OVERDUE
    return TermStanding.DUE_SOON if due_on <= today + timedelta(days=DAYS_AHEAD) else TermStanding.DUE
