"""Dual registration: a pupil on the roll of a main school and of a subsidiary one, for dated periods.

Sources: AP Quality Toolkit (dual registration through the year, with dates and reasons), read in the primary source;
SI 2024/208 (code `D` for a session scheduled at the other registered school), read in a secondary source.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from app.rules.calendars import SchoolSession
from app.rules.sources import OUR_OWN
from app.rules.state_tables import StateTable, Transition
from app.rules.timetables import WEEKDAYS, Weekday
from app.rules.verdict import Allowed, Refused, Verdict


class DualRegistrationReason(StrEnum):
    """Why a pupil is on two rolls. The slugs are Waymark's own."""

    ALTERNATIVE_PROVISION = "alternative_provision"
    REINTEGRATION = "reintegration"
    TRIAL_OF_A_NEW_SCHOOL = "trial_of_a_new_school"
    ASSESSMENT = "assessment"
    MEDICAL = "medical"
    TRAVELLER_FAMILY = "traveller_family"
    OTHER = "other"


class DualRegistrationState(StrEnum):
    STANDING = "standing"
    WITHDRAWN = "withdrawn"


DUAL_REGISTRATIONS = StateTable(
    "dual registration",
    OUR_OWN,
    (
        Transition(
            DualRegistrationState.STANDING,
            "end",
            DualRegistrationState.STANDING,
            ("commissioner", "host_school"),
        ),
        Transition(
            DualRegistrationState.STANDING,
            "withdraw",
            DualRegistrationState.WITHDRAWN,
            ("commissioner", "host_school"),
        ),
    ),
)
"""`end` sets or moves the last day; `withdraw` says that it was recorded in error."""


@dataclass(frozen=True, slots=True)
class WeeklySession:
    weekday: Weekday
    session: SchoolSession


@dataclass(frozen=True, slots=True)
class DualRegistration:
    """A period, both days included, open where `until_on` is None; `sessions` are those at the other school."""

    main_school: UUID
    subsidiary: UUID
    from_on: date
    until_on: date | None = None
    sessions: frozenset[WeeklySession] = frozenset()

    def covers(self, day: date) -> bool:
        return self.from_on <= day and (self.until_on is None or day <= self.until_on)


def may_register_twice(
    registration: DualRegistration,
    *,
    host_school: UUID | None,
    provider: UUID,
    standing: Iterable[DualRegistration],
) -> Verdict:
    """Whether a dual registration may be recorded beside those that stand.

    One of the two schools is the placement's host school or its provider. Source: Waymark's own, so that one pair has
    one period for any day.
    """
    schools = {registration.main_school, registration.subsidiary}
    if len(schools) == 1:
        return Refused("one_school_twice", "The main school and the subsidiary one are the same.", OUR_OWN)
    if not schools & {host_school, provider}:
        return Refused(
            "not_of_this_placement",
            "Neither school is the placement's host school or its provider.",
            OUR_OWN,
        )
    if registration.until_on is not None and registration.until_on < registration.from_on:
        return Refused("registration_backwards", "The period ends before it begins.", OUR_OWN)
    return clear_of_other_periods(registration, standing)


def clear_of_other_periods(registration: DualRegistration, standing: Iterable[DualRegistration]) -> Verdict:
    """Whether no other period of the same pair holds one of these days. Source: Waymark's own."""
    pair = (registration.main_school, registration.subsidiary)
    for other in standing:
        if (other.main_school, other.subsidiary) == pair and _overlap(registration, other):
            until = f" to {other.until_on}" if other.until_on else " on"
            return Refused(
                "dual_registration_overlaps",
                f"The pair is registered from {other.from_on}{until} already.",
                OUR_OWN,
            )
    return Allowed()


def repeated_sessions(sessions: Sequence[WeeklySession]) -> Iterator[int]:
    """The positions of sessions that are listed a second time. Source: Waymark's own."""
    seen: Counter[WeeklySession] = Counter()
    for position, each in enumerate(sessions):
        seen[each] += 1
        if seen[each] > 1:
            yield position


def scheduled_elsewhere(registrations: Iterable[DualRegistration], day: date, session: SchoolSession) -> bool:
    """Whether a session lies at the other registered school on a day, so that code `D` comes before all others.

    Source: SI 2024/208 (classes), read in a secondary source.
    """
    if day.isoweekday() > len(WEEKDAYS):
        return False
    wanted = WeeklySession(WEEKDAYS[day.weekday()], session)
    return any(each.covers(day) and wanted in each.sessions for each in registrations)


def _overlap(one: DualRegistration, other: DualRegistration) -> bool:
    return one.from_on <= (other.until_on or date.max) and other.from_on <= (one.until_on or date.max)
