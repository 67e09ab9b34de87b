"""What is known of a session beside the provider's fact, because it decides the code suggested to the host school.

It is kept with the session in the ledger, in SQL (`hold_circumstances`), and follows whatever brings it about: a dual
registration, the pupil's date of birth, what the commissioner says of attendance after compulsory age.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from app.rules.attendance_facts import SessionCircumstances
from app.rules.attendance_waivers import Waiver
from app.rules.calendars import SchoolSession
from app.rules.dual_registrations import DualRegistration, scheduled_elsewhere
from app.rules.registration_threshold import last_friday_in_june


class Circumstance(StrEnum):
    AT_OTHER_REGISTERED_SCHOOL = "at_other_registered_school"
    NOT_REQUIRED_AFTER_16 = "not_required_after_16"


Known = Circumstance | Waiver | None

KNOWN_OF_A_SESSION: tuple[Known, ...] = (None, *Circumstance, Waiver.PART_TIME_PLAN, Waiver.SUSPENSION, Waiver.CLOSURE)
"""Everything that may be known of a session, in the order of precedence after nothing."""

_FLAGS: Mapping[Known, str] = MappingProxyType(
    {
        Circumstance.AT_OTHER_REGISTERED_SCHOOL: "at_other_registered_school",
        Circumstance.NOT_REQUIRED_AFTER_16: "post_16_not_required",
        Waiver.PART_TIME_PLAN: "off_part_time_plan",
        Waiver.SUSPENSION: "suspended_nothing_arranged",
        Waiver.CLOSURE: "site_closed",
    }
)
_BORN_FROM = (9, 1)
_LEAVES_AT = 16


def known_of(known: Known, *, online: bool, council_commissioned: bool) -> SessionCircumstances:
    """A session as the precedence of codes sees it; one that is off the timetable or past the placement as any other.

    Source: SI 2024/208 (classes), read in a secondary source.
    """
    flags = {_FLAGS[known]: True} if known in _FLAGS else {}
    return SessionCircumstances(council_commissioned=council_commissioned, online=online, **flags)


def compulsory_age_ends_on(date_of_birth: date) -> date:
    """The last day of compulsory school age: the last Friday in June of the school year of the sixteenth birthday.

    Source: Education Act 1996 s8, from memory; beside it a commissioner must say that attendance is not required.
    """
    after_august = (date_of_birth.month, date_of_birth.day) >= _BORN_FROM
    return last_friday_in_june(date_of_birth.year + _LEAVES_AT + (1 if after_august else 0))


def circumstance_of(
    day: date,
    session: SchoolSession,
    *,
    registrations: Iterable[DualRegistration],
    date_of_birth: date,
    required_after_16: bool | None,
) -> Circumstance | None:
    """What is known of a session, the first in precedence.

    A session scheduled at the other registered school comes first. A timetabled session asks for the pupil, so that
    one past compulsory age is not required only where the commissioner says so. Source: SI 2024/208 (classes), read in
    a secondary source.
    """
    if scheduled_elsewhere(registrations, day, session):
        return Circumstance.AT_OTHER_REGISTERED_SCHOOL
    if required_after_16 is False and day > compulsory_age_ends_on(date_of_birth):
        return Circumstance.NOT_REQUIRED_AFTER_16
    return None
