"""The national attendance codes, each with the slug by which it travels safely in URLs and CSV files.

Sources: SI 2024/208, table of codes, read in the primary source; the classes, and the codes withdrawn in
August 2024, in secondary sources. Meanings are in our own words.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from app.rules.calendars import SchoolSession
from app.rules.sources import DFE_ONLINE, SI_2024_208
from app.rules.verdict import Allowed, Refused, Verdict

LAST_DAY_OF_OLD_CODES = date(2024, 8, 18)
FIRST_DAY_OF_NEW_CODES = date(2024, 8, 19)


class CodeClass(StrEnum):
    ATTENDING = "attending"
    APPROVED_ACTIVITY = "approved_activity"
    AUTHORISED = "authorised"
    UNAUTHORISED = "unauthorised"
    NOT_POSSIBLE = "not_possible"
    ADMINISTRATIVE = "administrative"

    @property
    def is_attended(self) -> bool:
        return self in {CodeClass.ATTENDING, CodeClass.APPROVED_ACTIVITY}


@dataclass(frozen=True, slots=True)
class AttendanceCode:
    """`valid_from` and `valid_until` are the first and last days of use; None leaves that end open."""

    code: str
    slug: str
    code_class: CodeClass
    meaning: str
    valid_from: date | None = None
    valid_until: date | None = None
    sessions: tuple[SchoolSession, ...] = (SchoolSession.AM, SchoolSession.PM)
    replaced_by: tuple[str, ...] = ()

    def is_current_on(self, day: date) -> bool:
        began = self.valid_from is None or day >= self.valid_from
        return began and (self.valid_until is None or day <= self.valid_until)


def _new(code: str, slug: str, code_class: CodeClass, meaning: str) -> AttendanceCode:
    return AttendanceCode(code, slug, code_class, meaning, valid_from=FIRST_DAY_OF_NEW_CODES)


def _withdrawn(code: str, slug: str, code_class: CodeClass, meaning: str, *instead: str) -> AttendanceCode:
    return AttendanceCode(code, slug, code_class, meaning, valid_until=LAST_DAY_OF_OLD_CODES, replaced_by=instead)


_ATTENDING = CodeClass.ATTENDING
_ACTIVITY = CodeClass.APPROVED_ACTIVITY
_AUTHORISED = CodeClass.AUTHORISED
_UNAUTHORISED = CodeClass.UNAUTHORISED
_NOT_POSSIBLE = CodeClass.NOT_POSSIBLE
_ADMINISTRATIVE = CodeClass.ADMINISTRATIVE

ATTENDANCE_CODES: tuple[AttendanceCode, ...] = (
    AttendanceCode("/", "present-am", _ATTENDING, "Present in the morning.", sessions=(SchoolSession.AM,)),
    AttendanceCode("\\", "present-pm", _ATTENDING, "Present in the afternoon.", sessions=(SchoolSession.PM,)),
    AttendanceCode("L", "late", _ATTENDING, "Came late, before the register was closed."),
    _new("K", "arranged-by-council", _ACTIVITY, "At education that the council has arranged elsewhere."),
    AttendanceCode("V", "visit", _ACTIVITY, "On an educational visit or trip."),
    AttendanceCode("P", "sport", _ACTIVITY, "At an approved sporting activity."),
    AttendanceCode("W", "work-experience", _ACTIVITY, "On work experience."),
    AttendanceCode("B", "other-off-site", _ACTIVITY, "At another approved educational activity off site."),
    AttendanceCode("C", "exceptional-leave", _AUTHORISED, "Away with leave given for exceptional circumstances."),
    _new("C1", "performance-or-employment", _AUTHORISED, "Away with leave to perform or to work abroad."),
    _new("C2", "part-time-timetable", _AUTHORISED, "Not expected under an agreed part-time timetable."),
    AttendanceCode("E", "suspended-or-excluded", _AUTHORISED, "Suspended or excluded, with nothing else arranged."),
    AttendanceCode("I", "illness", _AUTHORISED, "Ill, in body or mind."),
    _new("J1", "interview", _AUTHORISED, "At an interview for work or for a place elsewhere."),
    AttendanceCode("M", "medical-appointment", _AUTHORISED, "At a medical or dental appointment."),
    AttendanceCode("R", "religious-observance", _AUTHORISED, "Keeping a religious day."),
    AttendanceCode("S", "study-leave", _AUTHORISED, "On study leave for a public examination."),
    AttendanceCode("T", "parent-travelling", _AUTHORISED, "Travelling with a parent whose work requires it."),
    AttendanceCode("G", "holiday-not-granted", _UNAUTHORISED, "On a holiday for which no leave was given."),
    AttendanceCode("N", "reason-not-yet-known", _UNAUTHORISED, "Away, and the reason is still to be found out."),
    AttendanceCode("O", "other-unauthorised", _UNAUTHORISED, "Away without a reason that can be authorised."),
    AttendanceCode("U", "after-register-closed", _UNAUTHORISED, "Came after the register was closed."),
    AttendanceCode("D", "dual-registered", _NOT_POSSIBLE, "Expected at the other school that has the pupil on roll."),
    _new(
        "Q",
        "no-access-arrangements",
        _NOT_POSSIBLE,
        "Could not come: the access owed to the pupil was missing.",
    ),
    AttendanceCode("X", "not-compulsory-age", _NOT_POSSIBLE, "Outside compulsory school age and not required."),
    _new("Y1", "transport-not-available", _NOT_POSSIBLE, "Could not come: transport normally provided failed."),
    _new("Y2", "travel-disruption", _NOT_POSSIBLE, "Could not come: travel was widely disrupted."),
    _new("Y3", "part-of-site-closed", _NOT_POSSIBLE, "Could not come in: part of the site was closed."),
    _new("Y4", "site-closed", _NOT_POSSIBLE, "The whole site was closed unexpectedly."),
    _new("Y5", "in-custody", _NOT_POSSIBLE, "In custody or detained by the justice system."),
    _new("Y6", "public-health", _NOT_POSSIBLE, "Kept away by public health guidance or law."),
    _new("Y7", "other-unavoidable", _NOT_POSSIBLE, "Kept away by another cause that could not be avoided."),
    AttendanceCode("Z", "not-yet-on-roll", _ADMINISTRATIVE, "Entered in advance; not yet on the roll."),
    AttendanceCode("#", "planned-closure", _ADMINISTRATIVE, "The school is closed as planned."),
    _withdrawn("H", "agreed-holiday", _AUTHORISED, "On a holiday for which leave was given.", "C"),
    _withdrawn("J", "interview-before-2024", _AUTHORISED, "At an interview.", "J1"),
    _withdrawn(
        "Y",
        "unable-to-attend-before-2024",
        _NOT_POSSIBLE,
        "Could not come for an unavoidable cause.",
        *(f"Y{number}" for number in range(1, 8)),
    ),
)

BEFORE_AUGUST_2024: Mapping[str, str] = MappingProxyType(
    {"K": "B", "C1": "C", "C2": "C", "J1": "J", "Q": "Y"} | {f"Y{number}": "Y" for number in range(1, 8)}
)
"""What stood in the place of each code that began in August 2024. From memory, so that it only suggests."""

CODES_BY_NAME: Mapping[str, AttendanceCode] = MappingProxyType(
    {each.code: each for each in ATTENDANCE_CODES} | {each.slug: each for each in ATTENDANCE_CODES}
)
_PRESENT = (CODES_BY_NAME["/"], CODES_BY_NAME["\\"])
_NEVER_ONLINE = ("B", "K")


def find_code(code_or_slug: str) -> AttendanceCode | None:
    """The code of that letter or slug, exactly as written; None when there is none."""
    return CODES_BY_NAME.get(code_or_slug)


def may_use_code(code_or_slug: str, day: date, session: SchoolSession, *, online: bool = False) -> Verdict:
    """Whether a code may stand for a session: known, current that day, of that session, not B or K online.

    Sources: SI 2024/208, table of codes, read in the primary source; B and K online, DfE advice quoted by
    councils, read in a secondary source.
    """
    code = find_code(code_or_slug)
    if code is None:
        return Refused("unknown_code", "There is no attendance code of that name.", SI_2024_208)
    if code.valid_until is not None and day > code.valid_until:
        return Refused(
            "code_withdrawn",
            f"Code {code.code} was withdrawn after {code.valid_until}; use {' or '.join(code.replaced_by)} instead.",
            SI_2024_208,
            {"use_instead": list(code.replaced_by)},
        )
    if not code.is_current_on(day):
        instead = BEFORE_AUGUST_2024[code.code]
        return Refused(
            "code_not_yet_valid",
            f"Code {code.code} begins on {code.valid_from}; before that day use {instead} instead.",
            SI_2024_208,
            {"use_instead": [instead]},
        )
    if session not in code.sessions:
        [present] = [each.slug for each in _PRESENT if session in each.sessions]
        return Refused(
            "code_of_other_session",
            f"Code {code.slug} is for the other session of the day, not for {session.value}; use {present} instead.",
            SI_2024_208,
            {"use_instead": [present]},
        )
    if online and code.code in _NEVER_ONLINE:
        return Refused(
            "code_never_online",
            f"Code {code.code} needs attendance in person; a session online takes an absence code.",
            DFE_ONLINE,
        )
    return Allowed()
