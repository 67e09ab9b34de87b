"""What a lot may say, and whether a council may award it to a provider for a period.

Source: Salford and Bolton AP procurement documents, read in the primary source: a provider is awarded lots for a period
of the framework, with the delivery options that it offers; it need not offer all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.rules.procurement import DeliveryOption
from app.rules.sources import OUR_OWN, SALFORD_AND_BOLTON
from app.rules.verdict import Allowed, Refused, Verdict


@dataclass(frozen=True, slots=True)
class Period:
    """First and last day, both included."""

    first_day: date
    last_day: date

    def overlaps(self, other: "Period") -> bool:
        return self.first_day <= other.last_day and other.first_day <= self.last_day

    def holds(self, other: "Period") -> bool:
        return self.first_day <= other.first_day and other.last_day <= self.last_day


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
