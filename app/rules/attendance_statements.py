"""What a provider may state about one session: a fact, a national code, or both where they agree.

The classes of the codes are those of SI 2024/208, read in a secondary source; the agreement of fact and code is
Waymark's own, so that a register never says two things at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from app.rules.attendance_codes import AttendanceCode, CodeClass, find_code, may_use_code
from app.rules.attendance_facts import CODE_OF_REASON, AbsenceReason, Fact
from app.rules.calendars import SchoolCalendar, SchoolSession
from app.rules.sources import DFE_ONLINE, OUR_OWN, SALFORD, SI_2024_208
from app.rules.verdict import Refused


class Setting(StrEnum):
    """Where a session must take place for what is stated of it to hold."""

    ANY = "any"
    IN_PERSON = "in_person"
    ONLINE = "online"


@dataclass(frozen=True, slots=True)
class Stated:
    """A statement that agrees with itself. `holds` is checked against the session, `known_reason` explains its code."""

    fact: Fact
    code: str | None
    holds: Setting
    known_reason: AbsenceReason | None


_NEVER_ONLINE = frozenset("BK")
_FACT_OF_CODE: Mapping[str, Fact] = MappingProxyType(
    {"/": Fact.PRESENT, "\\": Fact.PRESENT, "L": Fact.LATE, "U": Fact.LATE}
)
_WHATEVER_HAPPENED = "D"
_REASON_OF_CODE: Mapping[str, AbsenceReason] = MappingProxyType(
    {code: reason for reason, code in reversed(list(CODE_OF_REASON.items()))}
    | {"H": AbsenceReason.EXCEPTIONAL_LEAVE, "J": AbsenceReason.INTERVIEW, "Y": AbsenceReason.OTHER_UNAVOIDABLE}
)

NOTHING_STATED = Refused("fact_or_code_missing", "State a fact (present, late, absent), a code, or both.", OUR_OWN)
CONTRADICTION = Refused("code_contradicts_fact", "The code says one thing of the pupil, the fact another.", OUR_OWN)
NEVER_ONLINE = Refused(
    "code_never_online", "Codes B and K need attendance in person; a session online takes an absence code.", DFE_ONLINE
)
NOT_OF_A_PUPIL = Refused(
    "code_not_of_a_pupil",
    "Codes # and Z tell of the school's days and its roll, not of what a pupil did; state a fact or another code.",
    SI_2024_208,
)
PLACEMENT_NOT_FOUND = Refused("placement_not_found", "There is no placement of that id with you.", OUR_OWN)


def stated(fact: Fact | None, code_or_slug: str | None, day: date, session: SchoolSession) -> Stated | Refused:
    """What a fact and a code say together of a session.

    Where only a code is given, the fact follows from its class. Whether an absence code may stand beside a pupil who
    came depends on the session: online it must, in person it may not. Sources: SI 2024/208 and DfE advice on online
    provision, read in a secondary source.
    """
    if code_or_slug is None:
        return NOTHING_STATED if fact is None else Stated(fact, None, Setting.ANY, None)
    allowed = may_use_code(code_or_slug, day, session)
    if isinstance(allowed, Refused):
        return allowed
    code = find_code(code_or_slug)
    assert code is not None
    if code.code_class is CodeClass.ADMINISTRATIVE:
        return NOT_OF_A_PUPIL
    holds = _holds(code, fact or fact_of(code))
    if isinstance(holds, Refused):
        return holds
    return Stated(fact or fact_of(code), code.code, holds, reason_of(code.code))


def reason_of(code: str | None) -> AbsenceReason | None:
    """The reason for an absence that a code tells; None where it tells none. Source: Waymark's own."""
    return None if code is None else _REASON_OF_CODE.get(code)


def fact_of(code: AttendanceCode) -> Fact:
    """The fact that a code implies. `U` is an absence in the register, though the pupil came, late."""
    came = Fact.PRESENT if code.code_class.is_attended else Fact.ABSENT
    return _FACT_OF_CODE.get(code.code, came)


def _holds(code: AttendanceCode, fact: Fact) -> Setting | Refused:
    """Where this fact and this code hold together."""
    if code.code == _WHATEVER_HAPPENED:
        return Setting.ANY
    exact = _FACT_OF_CODE.get(code.code)
    if exact is not None:
        return Setting.ANY if fact is exact else CONTRADICTION
    if code.code_class.is_attended:
        in_person = Setting.IN_PERSON if code.code in _NEVER_ONLINE else Setting.ANY
        return in_person if fact is not Fact.ABSENT else CONTRADICTION
    if fact is Fact.ABSENT:
        return Setting.ANY
    return Setting.ONLINE


def why_not_expected(
    day: date, session: SchoolSession, *, accepted: bool, first: date, last: date, calendar: SchoolCalendar
) -> Refused:
    """Why a placement from `first` to `last` has no such session in the ledger.

    Source: Salford AP contract slides (each pupil timetabled that day), read in the primary source, for what is
    timetabled; that the ledger follows placement and calendar is Waymark's own.
    """
    if not accepted:
        return Refused("placement_not_accepted", "The placement has not been accepted.", OUR_OWN)
    if not first <= day <= last:
        return Refused("outside_placement", f"The placement runs from {first} to {last}.", OUR_OWN)
    if calendar.half_term_of(day) is None:
        return Refused("day_in_holidays", f"{day} lies in the holidays of the placement's calendar.", OUR_OWN)
    if day in calendar.closed_days:
        return Refused("day_closed", f"{day} is a closure in the placement's calendar.", OUR_OWN)
    return Refused("session_not_timetabled", f"The pupil is not timetabled for {session} on {day}.", SALFORD)
