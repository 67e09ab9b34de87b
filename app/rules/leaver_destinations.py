"""Where a pupil went after year 11, whatever came of the placement itself.

Source: AP Quality Toolkit, area 13 (post-16 destinations sustained), read in the primary source. The slugs are
Waymark's own; when year 11 ends is from memory, so that it only warns.
"""

from datetime import date
from enum import StrEnum

from app.rules.calendars import school_year_of
from app.rules.placements import PlacementState
from app.rules.sources import OUR_OWN
from app.rules.state_tables import StateTable, Transition
from app.rules.verdict import Allowed, Refused, Verdict

AGE_AT_START_OF_YEAR_11 = 15


class LeaverDestination(StrEnum):
    FURTHER_EDUCATION = "further_education"
    SIXTH_FORM = "sixth_form"
    SPECIALIST_POST_16 = "specialist_post_16"
    APPRENTICESHIP = "apprenticeship"
    TRAINING = "training"
    EMPLOYMENT = "employment"
    CUSTODY = "custody"
    MOVED_AWAY = "moved_away"
    NO_DESTINATION = "no_destination"
    UNKNOWN = "unknown"


LEAVERS_NOT_TO_BE_CHECKED = frozenset(
    {
        LeaverDestination.CUSTODY,
        LeaverDestination.MOVED_AWAY,
        LeaverDestination.NO_DESTINATION,
        LeaverDestination.UNKNOWN,
    }
)


class LeaverDestinationState(StrEnum):
    STANDING = "standing"
    SUPERSEDED = "superseded"


LEAVER_DESTINATIONS = StateTable(
    "leaver's destination",
    OUR_OWN,
    (
        Transition(
            LeaverDestinationState.STANDING,
            "correct",
            LeaverDestinationState.SUPERSEDED,
            ("commissioner", "host_school"),
        ),
    ),
)


def leaver_destination_state(*, superseded: bool) -> LeaverDestinationState:
    """A correction supersedes the statement before it and leaves it as it was."""
    return LeaverDestinationState.SUPERSEDED if superseded else LeaverDestinationState.STANDING


def may_record_leaver(
    state: PlacementState, destination: LeaverDestination, from_on: date | None, *, names_provider: bool
) -> Verdict:
    """Whether a leaver's destination agrees with itself: a first day where there is somewhere to go, else no name.

    Source: Waymark's own.
    """
    if state is not PlacementState.ACCEPTED:
        return Refused("placement_not_accepted", "Only of a pupil whose placement was accepted.", OUR_OWN)
    if destination in LEAVERS_NOT_TO_BE_CHECKED:
        if names_provider:
            return Refused("destination_has_no_provider", "No provider is named for this destination.", OUR_OWN)
    elif from_on is None:
        return Refused("first_day_missing", "Say from which day on the pupil is there.", OUR_OWN)
    return Allowed()


def leaver_needs_check(destination: LeaverDestination) -> bool:
    """Whether it is asked after two terms if the destination was sustained.

    Source: AP Quality Toolkit, area 13, read in the primary source.
    """
    return destination not in LEAVERS_NOT_TO_BE_CHECKED


def year_11_of(date_of_birth: date) -> str:
    """The school year, such as "2026-27", in which a pupil is in year 11: the one that begins at the age of 15.

    Source: Education Act 1996 s8 (compulsory school age), from memory.
    """
    birthday_before_september = (date_of_birth.month, date_of_birth.day) < (9, 1)
    begins = date_of_birth.year + AGE_AT_START_OF_YEAR_11 + (0 if birthday_before_september else 1)
    return f"{begins}-{(begins + 1) % 100:02d}"


def leaver_warnings(date_of_birth: date, from_on: date | None) -> tuple[str, ...]:
    """What looks odd and is kept all the same: a first day before the pupil's year 11 has begun to end.

    Source: from memory, so that it never refuses.
    """
    if from_on is not None and school_year_of(from_on) < year_11_of(date_of_birth):
        return ("before_year_11",)
    return ()
