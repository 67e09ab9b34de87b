"""What a provider states about a session, and the code that it suggests to the host school.

Fact and code are two things: the provider states a fact, the host school answers for the code. Sources are
named with each row of the table; the precedence is that of SI 2024/208 (classes), read in a secondary
source.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from types import MappingProxyType

from app.rules.attendance_codes import BEFORE_AUGUST_2024, CODES_BY_NAME, FIRST_DAY_OF_NEW_CODES, AttendanceCode
from app.rules.sources import DFE_ONLINE, OUR_OWN, SI_2024_208, SI_2024_208_CLASSES
from app.rules.verdict import Allowed, Refused, Verdict

MOST_MINUTES_LATE = 600


class Fact(StrEnum):
    PRESENT = "present"
    LATE = "late"
    ABSENT = "absent"


class AbsenceReason(StrEnum):
    """Why a pupil was away, as far as the provider has been told; `unknown` when it has not."""

    ILL = "ill"
    CARER_SAYS_ILL = "carer_says_ill"
    MEDICAL = "medical"
    RELIGIOUS = "religious"
    INTERVIEW = "interview"
    STUDY_LEAVE = "study_leave"
    EXCEPTIONAL_LEAVE = "exceptional_leave"
    PERFORMANCE_OR_EMPLOYMENT = "performance_or_employment"
    PARENT_TRAVELLING = "parent_travelling"
    HOLIDAY_NOT_GRANTED = "holiday_not_granted"
    REFUSED_TO_ATTEND = "refused_to_attend"
    NO_ACCESS_ARRANGEMENTS = "no_access_arrangements"
    TRANSPORT_NOT_AVAILABLE = "transport_not_available"
    TRAVEL_DISRUPTION = "travel_disruption"
    PART_OF_SITE_CLOSED = "part_of_site_closed"
    SITE_CLOSED = "site_closed"
    IN_CUSTODY = "in_custody"
    PUBLIC_HEALTH = "public_health"
    OTHER_UNAVOIDABLE = "other_unavoidable"
    UNKNOWN = "unknown"


CODE_OF_REASON: Mapping[AbsenceReason, str] = MappingProxyType(
    {
        AbsenceReason.ILL: "I",
        AbsenceReason.CARER_SAYS_ILL: "I",
        AbsenceReason.MEDICAL: "M",
        AbsenceReason.RELIGIOUS: "R",
        AbsenceReason.INTERVIEW: "J1",
        AbsenceReason.STUDY_LEAVE: "S",
        AbsenceReason.EXCEPTIONAL_LEAVE: "C",
        AbsenceReason.PERFORMANCE_OR_EMPLOYMENT: "C1",
        AbsenceReason.PARENT_TRAVELLING: "T",
        AbsenceReason.HOLIDAY_NOT_GRANTED: "G",
        AbsenceReason.REFUSED_TO_ATTEND: "O",
        AbsenceReason.NO_ACCESS_ARRANGEMENTS: "Q",
        AbsenceReason.TRANSPORT_NOT_AVAILABLE: "Y1",
        AbsenceReason.TRAVEL_DISRUPTION: "Y2",
        AbsenceReason.PART_OF_SITE_CLOSED: "Y3",
        AbsenceReason.SITE_CLOSED: "Y4",
        AbsenceReason.IN_CUSTODY: "Y5",
        AbsenceReason.PUBLIC_HEALTH: "Y6",
        AbsenceReason.OTHER_UNAVOIDABLE: "Y7",
        AbsenceReason.UNKNOWN: "N",
    }
)
_TRANSPORT = frozenset({AbsenceReason.NO_ACCESS_ARRANGEMENTS, AbsenceReason.TRANSPORT_NOT_AVAILABLE})


@dataclass(frozen=True, slots=True)
class MarkFact:
    """One pupil in one session. Times are by the clock in London, on the day of the session."""

    fact: Fact
    arrived_at: time | None = None
    left_at: time | None = None
    minutes_late: int | None = None
    reason: AbsenceReason | None = None

    @property
    def came(self) -> bool:
        return self.fact is not Fact.ABSENT


def check_fact(mark: MarkFact) -> Verdict:
    """Whether the parts of a statement agree with one another; what is merely missing is no fault.

    Source: Waymark's own, so that a register never says two things at once.
    """
    code = next((code for code, applies in _CONTRADICTIONS if applies(mark)), None)
    return Allowed() if code is None else Refused(code, _CONTRADICTION_REASONS[code], OUR_OWN)


def _minutes_impossible(mark: MarkFact) -> bool:
    return mark.minutes_late is not None and not 1 <= mark.minutes_late <= MOST_MINUTES_LATE


def _left_before_arriving(mark: MarkFact) -> bool:
    return mark.arrived_at is not None and mark.left_at is not None and mark.left_at <= mark.arrived_at


def _absent_but_came(mark: MarkFact) -> bool:
    return not mark.came and (mark.arrived_at, mark.left_at, mark.minutes_late) != (None, None, None)


_CONTRADICTIONS: tuple[tuple[str, Callable[[MarkFact], bool]], ...] = (
    ("absent_but_came", _absent_but_came),
    ("present_but_late", lambda mark: mark.fact is Fact.PRESENT and mark.minutes_late is not None),
    ("minutes_late_impossible", _minutes_impossible),
    ("left_before_arriving", _left_before_arriving),
    ("reason_without_absence", lambda mark: mark.came and mark.left_at is None and mark.reason is not None),
)
_CONTRADICTION_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "absent_but_came": "A pupil who was absent has no time of arrival or leaving and no minutes late.",
        "present_but_late": "Minutes late belong to the fact 'late', not to 'present'.",
        "minutes_late_impossible": f"Minutes late are 1 to {MOST_MINUTES_LATE}.",
        "left_before_arriving": "The pupil left before, or at the moment of, arriving.",
        "reason_without_absence": "A reason belongs to an absence, or to leaving early.",
    }
)


@dataclass(frozen=True, slots=True)
class SessionCircumstances:
    """What is known of a session besides the provider's fact; each flag is one row of the precedence."""

    council_commissioned: bool
    online: bool = False
    at_other_registered_school: bool = False
    post_16_not_required: bool = False
    off_part_time_plan: bool = False
    suspended_nothing_arranged: bool = False
    site_closed: bool = False


@dataclass(frozen=True, slots=True)
class SuggestedCode:
    """The code for the host school to consider, the rule that led to it, and where that rule comes from."""

    code: AttendanceCode
    rule: str
    source: str


@dataclass(frozen=True, slots=True)
class CodeRule:
    """One row of the precedence; `code` is None where the reason of the absence decides."""

    rule: str
    meaning: str
    source: str
    code: str | None
    applies: Callable[[MarkFact, SessionCircumstances], bool]


CODE_RULES: tuple[CodeRule, ...] = (
    CodeRule(
        "scheduled_at_other_registered_school",
        "Dual registered, and the session is scheduled at the other school: whatever the pupil did.",
        SI_2024_208_CLASSES,
        "D",
        lambda mark, known: known.at_other_registered_school,
    ),
    CodeRule(
        "post_16_not_required",
        "Absent, past compulsory school age, and the commissioner says that attendance is not required.",
        SI_2024_208_CLASSES,
        "X",
        lambda mark, known: known.post_16_not_required and not mark.came,
    ),
    CodeRule(
        "not_timetabled_under_part_time_plan",
        "Absent from a session that an agreed part-time plan leaves out.",
        SI_2024_208_CLASSES,
        "C2",
        lambda mark, known: known.off_part_time_plan and not mark.came,
    ),
    CodeRule(
        "suspended_with_nothing_arranged",
        "Absent while suspended, with nothing else arranged.",
        SI_2024_208_CLASSES,
        "E",
        lambda mark, known: known.suspended_nothing_arranged and not mark.came,
    ),
    CodeRule(
        "site_closed",
        "Absent on a day that was closed on the day or after it.",
        SI_2024_208_CLASSES,
        "Y4",
        lambda mark, known: known.site_closed and not mark.came,
    ),
    CodeRule(
        "council_transport_failed",
        "Absent because transport that is provided for the pupil failed, or was never arranged.",
        SI_2024_208_CLASSES,
        None,
        lambda mark, known: mark.reason in _TRANSPORT and not mark.came,
    ),
    CodeRule(
        "online_takes_absence_code",
        "A session online is an absence in the register: by its reason, and N without one.",
        DFE_ONLINE,
        None,
        lambda mark, known: known.online,
    ),
    CodeRule(
        "attended_in_person_school_commissioned",
        "Came, in person, to a placement that a school commissioned.",
        SI_2024_208,
        "B",
        lambda mark, known: mark.came and not known.council_commissioned,
    ),
    CodeRule(
        "attended_in_person_council_commissioned",
        "Came, in person, to a placement that a council commissioned.",
        SI_2024_208,
        "K",
        lambda mark, known: mark.came,
    ),
    CodeRule(
        "absent_with_known_reason",
        "Absent, and the reason is known.",
        SI_2024_208,
        None,
        lambda mark, known: mark.reason not in {None, AbsenceReason.UNKNOWN},
    ),
    CodeRule(
        "no_show_no_reason_yet",
        "Absent, and nobody knows why yet. To be resolved within five school days.",
        SI_2024_208,
        "N",
        lambda mark, known: True,
    ),
)
"""In order of precedence: the first row that applies decides, and the last always does."""


def suggest_code(mark: MarkFact, known: SessionCircumstances, day: date = FIRST_DAY_OF_NEW_CODES) -> SuggestedCode:
    """The code that the host school would probably enter for a session of that day.

    Dual registration outranks whatever the pupil did; the other circumstances explain an absence, so a pupil
    who came all the same has attended. Online, the reason decides, and without one it is `N`. Before 19 August 2024 a
    code that had not begun gives way to the one that stood in its place. Sources: SI 2024/208, table of codes, read in
    the primary source; online, DfE advice quoted by councils, read in a secondary source; before 2024, from memory.
    """
    row = next(each for each in CODE_RULES if each.applies(mark, known))
    name = row.code or CODE_OF_REASON[mark.reason or AbsenceReason.UNKNOWN]
    if day < FIRST_DAY_OF_NEW_CODES:
        name = BEFORE_AUGUST_2024.get(name, name)
    return SuggestedCode(CODES_BY_NAME[name], row.rule, row.source)
