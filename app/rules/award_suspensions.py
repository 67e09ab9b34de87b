"""A council suspends an award for some days: no placement begins under it then, and those made before go on.

Source: Waymark's own life for it; that what a provider holds may be withheld follows from the council's contract
(Salford and Bolton AP procurement documents, read in the primary source).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.rules.lot_awards import Period
from app.rules.sources import OUR_OWN
from app.rules.state_tables import StateTable, Transition
from app.rules.verdict import Allowed, Refused, Verdict


class AwardSuspensionState(StrEnum):
    UPCOMING = "upcoming"
    IN_FORCE = "in_force"
    OVER = "over"
    LIFTED = "lifted"


AWARD_SUSPENSIONS = StateTable(
    "suspension of an award",
    OUR_OWN,
    (
        Transition(AwardSuspensionState.UPCOMING, "begin", AwardSuspensionState.IN_FORCE, ("clock",)),
        Transition(AwardSuspensionState.UPCOMING, "lift", AwardSuspensionState.LIFTED, ("council",)),
        Transition(AwardSuspensionState.IN_FORCE, "run_out", AwardSuspensionState.OVER, ("clock",)),
        Transition(AwardSuspensionState.IN_FORCE, "lift", AwardSuspensionState.LIFTED, ("council",)),
    ),
)


@dataclass(frozen=True, slots=True)
class Stop:
    """The days for which an award is suspended: without a last day until it is lifted; none from `lifted_on` on."""

    first_day: date
    last_day: date | None = None
    lifted_on: date | None = None

    def days(self, until: date) -> Period | None:
        """Those on which it is in force, up to `until`; None where it was lifted before it began."""
        last = min(self.last_day or until, until)
        if self.lifted_on is not None:
            last = min(last, self.lifted_on - timedelta(days=1))
        return Period(self.first_day, last) if self.first_day <= last else None


def award_suspension_state(stop: Stop, today: date) -> AwardSuspensionState:
    """What a suspension of an award is today; lifted for good from the day on which it was lifted."""
    if stop.lifted_on is not None:
        return AwardSuspensionState.LIFTED
    if today < stop.first_day:
        return AwardSuspensionState.UPCOMING
    if stop.last_day is not None and today > stop.last_day:
        return AwardSuspensionState.OVER
    return AwardSuspensionState.IN_FORCE


def may_suspend_award(award: Period, wanted: Stop, others: Iterable[Stop], today: date) -> Verdict:
    """Whether an award may be suspended for these days: days of it that are still to come, and once each.

    Source: Waymark's own, so that nothing lawful on its day becomes unlawful later.
    """
    if wanted.first_day < today:
        return Refused("award_suspension_in_past", "An award is suspended from today at the earliest.", OUR_OWN)
    days = wanted.days(award.last_day)
    if days is None or not award.covers(days.first_day):
        return Refused(
            "award_suspension_outside_award",
            f"The provider holds the lot from {award.first_day} to {award.last_day}.",
            OUR_OWN,
        )
    for each in others:
        standing = each.days(award.last_day)
        if standing is not None and standing.overlaps(days):
            return Refused("award_suspension_overlaps", "The award is suspended on some of these days.", OUR_OWN)
    return Allowed()
