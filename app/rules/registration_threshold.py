"""When a provider that is no school would have to register as an independent school.

Source: DfE guidance on the registration of independent schools, read in a secondary source: full time for five or more
pupils of compulsory school age, or for one who is looked after or has an EHCP. It is shown and refuses nothing.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from app.rules.clocks import Clock, ClockKind, counting, not_applicable

MOST_PUPILS = 5
REGISTERED_CATEGORIES = frozenset({"pupil_referral_unit", "ap_academy", "independent_school", "further_education"})
"""The categories of the directory whose members are schools or colleges; one without a category is taken for none."""

_FRIDAY = 5
_YOUNGEST, _OLDEST = 5, 16


@dataclass(frozen=True, slots=True)
class ProviderCount:
    """What a reader may know of a provider: whether the threshold is reached, and how many pupils of its own count."""

    provider_id: str
    by_school: bool
    reached: bool
    own_pupils: int

    @property
    def path(self) -> str:
        return f"/v1/providers/{self.provider_id}"


def registration_clock(provider: ProviderCount) -> Clock:
    """A counter: due once the threshold is reached, whosever pupils reach it; it counts only the reader's own.

    Source: DfE guidance on the registration of independent schools, read in a secondary source.
    """
    if provider.by_school:
        return not_applicable(ClockKind.REGISTRATION_THRESHOLD, provider.path)
    kind = ClockKind.REGISTRATION_THRESHOLD
    return counting(kind, provider.path, provider.own_pupils, MOST_PUPILS, reached=provider.reached)


def threshold_is_reached(full_time_of_compulsory_age: int, full_time_looked_after_or_ehcp: int) -> bool:
    """Source: DfE guidance on the registration of independent schools, read in a secondary source."""
    return full_time_of_compulsory_age >= MOST_PUPILS or full_time_looked_after_or_ehcp >= 1


def births_of_compulsory_age(day: date) -> tuple[date, date]:
    """The first and last day of birth of those who are of compulsory school age on a day.

    It lasts from the 31 March, 31 August or 31 December on or after the fifth birthday to the last Friday in June of
    the school year of the sixteenth. Source: Education Act 1996 s8, from memory; it only counts.
    """
    leaving = day.year if day <= last_friday_in_june(day.year) else day.year + 1
    begun = max(each for each in _prescribed(day.year - 1) + _prescribed(day.year) if each <= day)
    return date(leaving - _OLDEST - 1, 9, 1), begun.replace(year=begun.year - _YOUNGEST)


def _prescribed(year: int) -> list[date]:
    return [date(year, 3, 31), date(year, 8, 31), date(year, 12, 31)]


def last_friday_in_june(year: int) -> date:
    """Source: Education Act 1996 s8, from memory."""
    end_of_june = date(year, 6, 30)
    return end_of_june - timedelta(days=(end_of_june.isoweekday() - _FRIDAY) % 7)
