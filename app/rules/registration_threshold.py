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


def is_of_compulsory_age(born: date, day: date) -> bool:
    """From the prescribed day on or after the fifth birthday to the last Friday in June of the year that one is 16.

    Source: Education Act 1996 s8, from memory; it only counts.
    """
    return compulsory_age_from(born) <= day <= compulsory_age_until(born)


def compulsory_age_from(born: date) -> date:
    """The 31 March, 31 August or 31 December on or after the fifth birthday. Source: as `is_of_compulsory_age`."""
    fifth = _birthday(born, 5)
    prescribed = (date(fifth.year, 3, 31), date(fifth.year, 8, 31), date(fifth.year, 12, 31))
    return min(day for day in prescribed if day >= fifth)


def compulsory_age_until(born: date) -> date:
    """The last Friday in June of the school year of the sixteenth birthday. Source: as `is_of_compulsory_age`."""
    sixteenth = _birthday(born, 16)
    end_of_june = date(sixteenth.year + (1 if sixteenth.month >= 9 else 0), 6, 30)
    return end_of_june - timedelta(days=(end_of_june.isoweekday() - _FRIDAY) % 7)


def _birthday(born: date, years: int) -> date:
    """That birthday; of one born on 29 February the 28th in other years."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return born.replace(year=born.year + years, day=28)
