"""What a session counts as, and the rates that are made of the counts: always a numerator over a denominator.

Source: SI 2024/208 (classes of the codes), read in a secondary source; DfE statistics of pupil absence (possible
sessions, persistent and severe absence), read in the primary source. That sessions nobody has reported on are counted
apart, as neither attended nor absent, is Waymark's own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType

from app.rules.attendance_codes import ATTENDANCE_CODES, CodeClass
from app.rules.attendance_waivers import Waiver, code_of_waiver
from app.rules.sources import OUR_OWN
from app.rules.verdict import Allowed, Refused, Verdict

PERSISTENT_PERCENT = 10
SEVERE_PERCENT = 50
LONGEST_PERIOD_DAYS = 400


class SummaryGroup(StrEnum):
    """What a summary is given of."""

    PUPIL = "pupil"
    PLACEMENT = "placement"
    PROVIDER = "provider"
    HOST_SCHOOL = "host_school"
    COUNCIL = "council"


class CountedAs(StrEnum):
    """A possible session is attended, or an absence that is authorised or not; all else was not possible."""

    ATTENDED = "attended"
    AUTHORISED = "authorised"
    UNAUTHORISED = "unauthorised"
    NOT_POSSIBLE = "not_possible"


COUNTED_AS: Mapping[CodeClass, CountedAs] = MappingProxyType(
    {
        CodeClass.ATTENDING: CountedAs.ATTENDED,
        CodeClass.APPROVED_ACTIVITY: CountedAs.ATTENDED,
        CodeClass.AUTHORISED: CountedAs.AUTHORISED,
        CodeClass.UNAUTHORISED: CountedAs.UNAUTHORISED,
        CodeClass.NOT_POSSIBLE: CountedAs.NOT_POSSIBLE,
        CodeClass.ADMINISTRATIVE: CountedAs.NOT_POSSIBLE,
    }
)
"""`E` and `C2` are authorised absences, so possible; `U` is an absence though the pupil came, `L` is attendance."""


def codes_counted_as(counted_as: CountedAs) -> tuple[str, ...]:
    """The codes, withdrawn ones too, of which a session counts so.

    Source: SI 2024/208 (classes of the codes), read in a secondary source.
    """
    return tuple(each.code for each in ATTENDANCE_CODES if COUNTED_AS[each.code_class] is counted_as)


def waivers_counted_as(counted_as: CountedAs) -> tuple[Waiver, ...]:
    """The waivers of which a session counts so, once it is due: by the code that the host school would enter.

    Source: SI 2024/208 (classes of the codes), read in a secondary source.
    """
    codes = {waiver: code_of_waiver(waiver) for waiver in Waiver}
    return tuple(
        each for each, suggested in codes.items() if suggested and COUNTED_AS[suggested.code.code_class] is counted_as
    )


def waivers_not_counted() -> tuple[Waiver, ...]:
    """The waivers of sessions that are no part of the timetable any more: they are not even expected.

    Source: Waymark's own; there is nothing for the host school to enter.
    """
    return tuple(each for each in Waiver if code_of_waiver(each) is None)


@dataclass(frozen=True, slots=True)
class Tally:
    """Sessions of a period. `expected` is all of them, each in exactly one of the six that follow it.

    `not_reported` are past their deadline with nothing received, `not_yet_due` are before it with nothing received.
    `late` are those at which the pupil came late, however they are coded; `online` those taught online, of which the
    pupil came to `online_came`, though an online session never takes a code of attendance.
    """

    expected: int = 0
    attended: int = 0
    authorised: int = 0
    unauthorised: int = 0
    not_possible: int = 0
    not_reported: int = 0
    not_yet_due: int = 0
    late: int = 0
    online: int = 0
    online_came: int = 0

    @property
    def possible(self) -> int:
        return self.attended + self.authorised + self.unauthorised

    @property
    def absent(self) -> int:
        return self.authorised + self.unauthorised


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole. `percent` has one decimal place, and is None where the whole is nothing."""

    numerator: int
    denominator: int

    @property
    def percent(self) -> float | None:
        return round(100 * self.numerator / self.denominator, 1) if self.denominator else None


def absence(tally: Tally) -> Share:
    """Authorised and unauthorised absences of the possible sessions.

    Source: DfE statistics of pupil absence, read in the primary source.
    """
    return Share(tally.absent, tally.possible)


def attendance(tally: Tally) -> Share:
    """Attended sessions of the possible ones.

    Source: DfE statistics of pupil absence, read in the primary source.
    """
    return Share(tally.attended, tally.possible)


def is_persistently_absent(tally: Tally) -> bool | None:
    """Whether 10 % or more of the possible sessions were missed; None where none was possible. Severe ones are too.

    Source: DfE statistics of pupil absence, read in the primary source.
    """
    return _at_least(tally, PERSISTENT_PERCENT)


def is_severely_absent(tally: Tally) -> bool | None:
    """Whether 50 % or more of the possible sessions were missed; None where none was possible.

    Source: DfE statistics of pupil absence, read in the primary source.
    """
    return _at_least(tally, SEVERE_PERCENT)


def change_in_absence(at_start: Share, now: Share) -> float | None:
    """Percentage points by which absence is higher than in the first half-term of the placement, lower where negative.

    The first half-term is the one, in the placement's calendar, in which it began or before which it began. Source:
    Waymark's own: placements are reviewed by half-terms, so that is what the first review has seen.
    """
    if at_start.denominator == 0 or now.denominator == 0:
        return None
    whole = 100 * now.numerator / now.denominator - 100 * at_start.numerator / at_start.denominator
    return round(whole, 1)


def check_period(first: date, last: date) -> Verdict:
    """Whether figures can be given from `first` to `last`: at most 400 days, so that a school year fits.

    Source: Waymark's own.
    """
    if first > last:
        return Refused("period_backwards", "The last day comes before the first.", OUR_OWN)
    if last - first >= timedelta(days=LONGEST_PERIOD_DAYS):
        return Refused("period_too_long", f"A period is at most {LONGEST_PERIOD_DAYS} days.", OUR_OWN)
    return Allowed()


def _at_least(tally: Tally, percent: int) -> bool | None:
    return 100 * tally.absent >= percent * tally.possible if tally.possible else None
