"""What a lot may say, and whether a council may award it to a provider for a period.

Source: Salford and Bolton AP procurement documents, read in the primary source: a provider is awarded lots for a period
of the framework, with the delivery options that it offers; it need not offer all.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.rules.procurement import DeliveryOption
from app.rules.sources import OUR_OWN, SALFORD_AND_BOLTON
from app.rules.verdict import Allowed, Refused, Verdict


class AwardState(StrEnum):
    """What an award is on a day; it follows from its days and from suspensions of it."""

    UPCOMING = "upcoming"
    CURRENT = "current"
    SUSPENDED = "suspended"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Period:
    """First and last day, both included."""

    first_day: date
    last_day: date

    def overlaps(self, other: "Period") -> bool:
        return self.first_day <= other.last_day and other.first_day <= self.last_day

    def holds(self, other: "Period") -> bool:
        return self.first_day <= other.first_day and other.last_day <= self.last_day

    def covers(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day


def lot_is_consistent(online: bool | None, delivery_options: Sequence[DeliveryOption]) -> Verdict:
    """Whether a lot's ways of delivery agree with whether it is online; a lot that leaves that open has any."""
    if online is None or all(option.is_online is online for option in delivery_options):
        return Allowed()
    place = "online" if online else "in person"
    return Refused("delivery_contradicts_online", f"A lot for provision {place} is delivered {place} only.", OUR_OWN)


def may_award(
    framework: Period,
    lot_options: Sequence[DeliveryOption],
    wanted: Period,
    wanted_options: Sequence[DeliveryOption],
    held: Sequence[Period],
) -> Verdict:
    """Whether a lot may be awarded for a period; `held` are the provider's other awards of the same lot.

    A lot without delivery options leaves them open. Source: Salford and Bolton AP procurement documents, read in the
    primary source; that awards of one lot never overlap is our own, so that one award rules each day.
    """
    if not framework.holds(wanted):
        return Refused(
            "award_outside_framework",
            f"The framework runs from {framework.first_day} to {framework.last_day}; an award lies within it.",
            SALFORD_AND_BOLTON,
        )
    if lot_options and not set(wanted_options) <= set(lot_options):
        return Refused(
            "delivery_not_in_lot", "An award offers only ways of delivery that the lot has.", SALFORD_AND_BOLTON
        )
    if any(wanted.overlaps(each) for each in held):
        return Refused("award_overlaps", "The provider already holds this lot on some of these days.", OUR_OWN)
    return Allowed()


def may_bring_end_forward(award: Period, new_end: date, today: date) -> Verdict:
    """Whether an award may end on `new_end` instead: earlier than now, and never in the past.

    Days that have passed stay as they were, because placements were made under them.
    """
    if new_end > award.last_day:
        return Refused(
            "award_end_not_earlier", "The end of an award is only brought forward; make a new award.", OUR_OWN
        )
    if new_end < award.first_day:
        return Refused("award_ends_before_start", "An award ends no earlier than it starts.", OUR_OWN)
    if new_end < min(today, award.last_day):
        return Refused("award_end_in_past", "An award ends today at the earliest.", OUR_OWN)
    return Allowed()


def award_state(award: Period, suspended: Iterable[Period], today: date) -> AwardState:
    """What an award is today; `suspended` are the days on which suspensions of it are in force.

    Source: Salford and Bolton AP procurement documents (awarded for a period), read in the primary source.
    """
    if today < award.first_day:
        return AwardState.UPCOMING
    if today > award.last_day:
        return AwardState.EXPIRED
    return AwardState.SUSPENDED if any(each.covers(today) for each in suspended) else AwardState.CURRENT


def vacancies(capacity: int | None, taken: int, declared: int | None) -> int | None:
    """The places that are free on a day: what placements leave of the capacity, or fewer if the provider says so.

    Placements that stand on the day take a place, proposals do not. None where nobody has said a number. Source:
    Waymark's own.
    """
    left = None if capacity is None else max(capacity - taken, 0)
    if left is None or declared is None:
        return declared if left is None else left
    return min(left, declared)


def may_declare_vacancies(declared: int | None, capacity: int | None, taken: int) -> Verdict:
    """Whether a provider may say that it has so many places free: never more than its award leaves.

    Source: Waymark's own, so that nobody is offered a place that could not be taken.
    """
    left = vacancies(capacity, taken, None)
    if declared is not None and left is not None and declared > left:
        return Refused("more_vacancies_than_places", f"The award leaves {left} places free today.", OUR_OWN)
    return Allowed()
