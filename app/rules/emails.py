"""Emails about attendance: which there are, the life of each, and how a child is named in them.

Source: Salford AP contract slides, read in the primary source: daily information by email to host school, commissioner
and named support services. The times of day and the bounds are Waymark's own: a school codes its register by ten.
"""

from collections.abc import Mapping, Sequence
from datetime import time, timedelta
from enum import StrEnum
from types import MappingProxyType

from app.rules.sources import OUR_OWN, SALFORD
from app.rules.state_tables import StateTable, Transition
from app.rules.verdict import Allowed, Refused, Verdict

CHANGES_AT = time(17, 0)
FOLLOW_UP_AFTER = timedelta(hours=1)
USEFUL_UNTIL = time(20, 0)
"""An email about a day that could not be sent by then, in London, is given up: the day is over."""

LONGEST_RETRY = timedelta(minutes=30)


class EmailKind(StrEnum):
    """`attendance_changes` says what changed after the emails of the day; `missing_list` which settings have not
    reported; `missing_reminder` tells a setting which of its pupils it has not reported.
    """

    DAILY_ATTENDANCE = "daily_attendance"
    ATTENDANCE_CHANGES = "attendance_changes"
    MISSING_LIST = "missing_list"
    MISSING_REMINDER = "missing_reminder"


class EmailPart(StrEnum):
    """Which of a day's emails of its kind: by half-day, the one at the end of the day, the list and its follow-up."""

    AM = "am"
    PM = "pm"
    END_OF_DAY = "end_of_day"
    FIRST = "first"
    FOLLOW_UP = "follow_up"


class EmailState(StrEnum):
    """`failed` is tried again; `not_needed` says that nothing was left to tell, or the address is used no more."""

    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"
    ABANDONED = "abandoned"
    NO_ADDRESS = "no_address"
    NOT_NEEDED = "not_needed"


EMAIL_DELIVERIES = StateTable(
    "email delivery",
    SALFORD,
    (
        Transition(EmailState.PENDING, "send", EmailState.SENT, ("clock",)),
        Transition(EmailState.PENDING, "fail", EmailState.FAILED, ("clock",)),
        Transition(EmailState.PENDING, "give_up", EmailState.ABANDONED, ("clock",)),
        Transition(EmailState.PENDING, "leave_out", EmailState.NOT_NEEDED, ("clock",)),
        Transition(EmailState.FAILED, "send", EmailState.SENT, ("clock",)),
        Transition(EmailState.FAILED, "fail", EmailState.FAILED, ("clock",)),
        Transition(EmailState.FAILED, "give_up", EmailState.ABANDONED, ("clock",)),
        Transition(EmailState.FAILED, "leave_out", EmailState.NOT_NEEDED, ("clock",)),
    ),
)
"""One without an address is made so, and stays so: an address that is given later gets an email of its own."""


class ChildNaming(StrEnum):
    """How a child is named in emails. Initials come with the beginning of the placement's id, which tells two apart."""

    FULL_NAME = "full_name"
    INITIALS = "initials"


def child_named(given_name: str, family_name: str, naming: ChildNaming) -> str:
    """Source: Waymark's own; each council sets it for the placements that it commissions."""
    given, family = " ".join(given_name.split()), " ".join(family_name.split())
    if naming is ChildNaming.FULL_NAME:
        return f"{given} {family}"
    return "".join(f"{name[:1].upper()}." for name in (given, family))


def retry_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts: a minute at first, half an hour at most. Source: Waymark's own."""
    return min(timedelta(minutes=2 ** min(attempts - 1, 10)), LONGEST_RETRY)


class EmailTime(StrEnum):
    """The times of day that an organisation sets, by the clock in London."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    MISSING_LIST = "missing_list"


DEFAULT_TIMES: Mapping[EmailTime, time] = MappingProxyType(
    {EmailTime.MORNING: time(9, 45), EmailTime.AFTERNOON: time(14, 15), EmailTime.MISSING_LIST: time(9, 31)}
)
"""The list follows the deadline of 09:30; a school has the morning's email before it closes its register."""

_BOUNDS: Mapping[EmailTime, tuple[time, time]] = MappingProxyType(
    {
        EmailTime.MORNING: (time(9, 0), time(12, 0)),
        EmailTime.AFTERNOON: (time(12, 30), time(16, 30)),
        EmailTime.MISSING_LIST: (time(9, 31), time(12, 0)),
    }
)


def check_email_time(which: EmailTime, at: time) -> Verdict:
    """Whether an email may be set for this time of day, in London.

    The list of who has not reported makes no sense before the deadline. Source: Salford AP contract slides (by 09:30),
    read in the primary source; the other bounds are Waymark's own.
    """
    earliest, latest = _BOUNDS[which]
    if not earliest <= at <= latest:
        reason = f"This email is sent between {earliest:%H:%M} and {latest:%H:%M}."
        return Refused("time_out_of_range", reason, SALFORD if which is EmailTime.MISSING_LIST else OUR_OWN)
    return Allowed()


def check_addresses(addresses: Sequence[str]) -> Verdict:
    """Whether each address stands once, however it is written. Source: Waymark's own."""
    if len({each.casefold() for each in addresses}) < len(addresses):
        return Refused("address_given_twice", "An address stands in the list once.", OUR_OWN)
    return Allowed()


def check_naming(naming: ChildNaming | None, *, of_council: bool) -> Verdict:
    """Only a council says how children are named, for the placements that it commissions. Source: Waymark's own."""
    if naming is not None and not of_council:
        return Refused("naming_not_of_council", "How children are named is set by the council.", OUR_OWN)
    return Allowed()
