"""Day 6: by when full-time provision must be arranged for an excluded pupil.

Source: DfE guidance on suspension and permanent exclusion, read in a secondary source.
"""

from datetime import date, timedelta
from enum import StrEnum
from itertools import islice

from app.rules.calendars import SchoolCalendar
from app.rules.sources import OUR_OWN
from app.rules.verdict import Allowed, Refused, Verdict

SCHOOL_DAYS = 6
LONGEST_WITHOUT = 5
"""A suspension of so many pupil days or fewer asks for no provision."""


class ExclusionKind(StrEnum):
    PERMANENT = "permanent"
    SUSPENSION = "suspension"


def asks_for_provision(exclusion: ExclusionKind, pupil_days: int | None) -> bool:
    """Whether provision must be arranged: after a permanent exclusion, or a suspension of more than five days.

    Source: DfE guidance on suspension and permanent exclusion, read in a secondary source.
    """
    return exclusion is ExclusionKind.PERMANENT or (pupil_days or 0) > LONGEST_WITHOUT


def day_six(calendar: SchoolCalendar, excluded_on: date) -> date | None:
    """The sixth school day after the day of the exclusion; None where the calendar has not been published so far.

    Weekends, holidays and closures are no school days. Source: DfE guidance on suspension and permanent
    exclusion, read in a secondary source.
    """
    following = calendar.open_pupil_days(excluded_on + timedelta(days=1), date.max)
    return next(islice(following, SCHOOL_DAYS - 1, None), None)


def may_state_exclusion(excluded_on: date, today: date) -> Verdict:
    """Whether an exclusion may be stated: once it has begun. Source: Waymark's own."""
    if excluded_on > today:
        return Refused("exclusion_in_future", "An exclusion is stated on or after its first day.", OUR_OWN)
    return Allowed()
