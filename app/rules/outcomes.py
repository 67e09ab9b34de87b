"""How a placement came out: where the child went, why, and whether the objectives were met.

Sources: AP Quality Toolkit, area 12 (what the country cannot count), and the SEND and AP improvement plan (an
intervention with objectives and a next step), both read in the primary source. The slugs of destinations and reasons
are Waymark's own.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from enum import StrEnum

from app.rules.placements import PlacementState
from app.rules.sources import OUR_OWN
from app.rules.state_tables import StateTable, Transition
from app.rules.verdict import Allowed, Refused, Verdict

DAYS_BEFORE_END = 28


class Destination(StrEnum):
    RETURNED_TO_MAINSTREAM_HOST_SCHOOL = "returned_to_mainstream_host_school"
    OTHER_MAINSTREAM_SCHOOL = "other_mainstream_school"
    SPECIAL_SCHOOL = "special_school"
    OTHER_ALTERNATIVE_PROVISION = "other_alternative_provision"
    PRU = "pru"
    FURTHER_EDUCATION = "further_education"
    APPRENTICESHIP = "apprenticeship"
    EMPLOYMENT = "employment"
    TRAINING = "training"
    ELECTIVE_HOME_EDUCATION = "elective_home_education"
    MOVED_AWAY = "moved_away"
    CUSTODY = "custody"
    NO_DESTINATION = "no_destination"
    UNKNOWN = "unknown"


MAINSTREAM = frozenset({Destination.RETURNED_TO_MAINSTREAM_HOST_SCHOOL, Destination.OTHER_MAINSTREAM_SCHOOL})
OTHER_SETTINGS = frozenset(
    {Destination.SPECIAL_SCHOOL, Destination.OTHER_ALTERNATIVE_PROVISION, Destination.PRU},
)
NOT_TO_BE_CHECKED = frozenset(
    {Destination.MOVED_AWAY, Destination.CUSTODY, Destination.NO_DESTINATION, Destination.UNKNOWN}
)
"""Destinations of which nobody asks after two terms whether they were sustained."""
WITHOUT_ORGANISATION = frozenset(
    {
        Destination.ELECTIVE_HOME_EDUCATION,
        Destination.CUSTODY,
        Destination.NO_DESTINATION,
        Destination.UNKNOWN,
    }
)
"""Destinations at which no organisation is named."""


class MoveReason(StrEnum):
    OBJECTIVES_MET = "objectives_met"
    PLANNED_END = "planned_end"
    NEEDS_CHANGED = "needs_changed"
    NAMED_IN_EHC_PLAN = "named_in_ehc_plan"
    PLACEMENT_BROKE_DOWN = "placement_broke_down"
    NON_ATTENDANCE = "non_attendance"
    SAFEGUARDING = "safeguarding"
    PROVIDER_COULD_NOT_CONTINUE = "provider_could_not_continue"
    FUNDING_ENDED = "funding_ended"
    PARENTAL_CHOICE = "parental_choice"
    PUPIL_CHOICE = "pupil_choice"
    MOVED_HOME = "moved_home"
    LEFT_SCHOOL_AGE = "left_school_age"
    OTHER = "other"


class ObjectiveResult(StrEnum):
    MET = "met"
    PARTLY_MET = "partly_met"
    NOT_MET = "not_met"


class OutcomeState(StrEnum):
    STANDING = "standing"
    SUPERSEDED = "superseded"


OUTCOMES = StateTable(
    "outcome",
    OUR_OWN,
    (Transition(OutcomeState.STANDING, "correct", OutcomeState.SUPERSEDED, ("commissioner",)),),
)


def outcome_state(*, superseded: bool) -> OutcomeState:
    """A correction supersedes the statement before it and leaves it as it was."""
    return OutcomeState.SUPERSEDED if superseded else OutcomeState.STANDING


def may_record_outcome(state: PlacementState, ends_on: date, today: date) -> Verdict:
    """Whether a placement's outcome may be recorded: once it has ended, or in the last weeks before.

    Source: Waymark's own; `DAYS_BEFORE_END` is a setting, so that a move is on record before the last day.
    """
    if state is not PlacementState.ACCEPTED:
        return Refused("placement_not_accepted", "Only a placement that was accepted has an outcome.", OUR_OWN)
    earliest = ends_on - timedelta(days=DAYS_BEFORE_END)
    if today < earliest:
        return Refused(
            "outcome_too_early",
            f"The placement ends on {ends_on}; its outcome may be recorded from {earliest} on.",
            OUR_OWN,
            {"next_lawful_dates": [earliest.isoformat()]},
        )
    return Allowed()


def moved_on(ends_on: date, destination_from_on: date | None) -> date:
    """The day of the move: the first day at the destination, or the day after the placement's last where unknown."""
    return destination_from_on or ends_on + timedelta(days=1)


def fits_destination(
    destination: Destination,
    *,
    names_organisation: bool,
    is_host_school: bool | None,
    has_host_school: bool,
    starts_on: date,
    from_on: date | None,
) -> Verdict:
    """Whether what is said of a destination agrees with its kind.

    `is_host_school` is None where no organisation of ours is named. Source: Waymark's own.
    """
    if destination in WITHOUT_ORGANISATION and names_organisation:
        return Refused("destination_has_no_organisation", "No organisation is named for this destination.", OUR_OWN)
    if destination is Destination.RETURNED_TO_MAINSTREAM_HOST_SCHOOL:
        if not has_host_school:
            return Refused("no_host_school", "The child was on no school's roll during the placement.", OUR_OWN)
        if names_organisation and not is_host_school:
            return Refused("not_the_host_school", "A return is to the placement's own host school.", OUR_OWN)
    elif is_host_school and destination is Destination.OTHER_MAINSTREAM_SCHOOL:
        return Refused("is_the_host_school", "This is the placement's own host school: the child returned.", OUR_OWN)
    if from_on is not None and from_on < starts_on:
        return Refused("moved_before_start", f"The placement began only on {starts_on}.", OUR_OWN)
    return Allowed()


def fits_objectives(numbers: Sequence[int], objectives: int) -> tuple[tuple[int, Refused], ...]:
    """The faults of results that must name each objective of a placement once, with their positions in the list.

    Objectives are counted from 1; a fault of the whole list has the position -1. Source: SEND and AP improvement plan
    (every placement has objectives), read in the primary source.
    """
    return tuple(_faults(numbers, objectives))


def _faults(numbers: Sequence[int], objectives: int) -> Iterator[tuple[int, Refused]]:
    seen: Counter[int] = Counter()
    for position, number in enumerate(numbers):
        seen[number] += 1
        if not 1 <= number <= objectives:
            yield position, Refused("objective_unknown", f"The placement has {objectives} objectives.", OUR_OWN)
        elif seen[number] > 1:
            yield position, Refused("repeated", "Each objective is named once.", OUR_OWN)
    missing = [str(number) for number in range(1, objectives + 1) if not seen[number]]
    if missing:
        yield -1, Refused("objective_missing", f"Say how these objectives came out: {', '.join(missing)}.", OUR_OWN)


def needs_check(destination: Destination) -> bool:
    """Whether it is asked after two terms if the destination was sustained.

    Source: AP Quality Toolkit, area 12 (transitions sustained after two terms), read in the primary source.
    """
    return destination not in NOT_TO_BE_CHECKED
