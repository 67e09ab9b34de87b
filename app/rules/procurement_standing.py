"""Whether a provider may take a new placement under a lot now: what it held yesterday counts for nothing today.

Source: Salford and Bolton AP procurement documents, read in the primary source (a lot is held for a period).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from app.rules.lot_awards import AwardState, Period, award_state, vacancies
from app.rules.sources import OUR_OWN, SALFORD_AND_BOLTON
from app.rules.verdict import Allowed, Refused, Verdict


@dataclass(frozen=True, slots=True)
class Holding:
    """A provider's hold of a lot. `award` is the one of the day from which the placement stands, else the latest.

    `suspended` are the days on which suspensions of it are in force; `taken` the places that other placements take on
    the fullest day of the placement's; no `capacity` leaves that open.
    """

    framework: Period
    award: Period
    suspended: tuple[Period, ...] = ()
    capacity: int | None = None
    taken: int = 0


def first_day_that_counts(starts_on: date, today: date) -> date:
    """The day from which a new placement stands: its first, or today where that has passed."""
    return max(starts_on, today)


def may_place_under(holding: Holding, day: date) -> Verdict:
    """Whether a placement may be made under an award that stands from `day` on.

    Source: Salford and Bolton AP procurement documents, read in the primary source; places, Waymark's own.
    """
    state = award_state(holding.award, holding.suspended, day)
    if state is AwardState.SUSPENDED:
        return _suspended(holding.suspended, day)
    if state is not AwardState.CURRENT:
        return _not_held(holding, day)
    if vacancies(holding.capacity, holding.taken, None) == 0:
        return Refused(
            "capacity_full",
            f"Every place of the provider's {holding.capacity} in this lot is taken on some of the days.",
            OUR_OWN,
            {"would_be_lawful": ["choose another provider of the lot", "begin when a place is free"]},
        )
    return Allowed()


def _suspended(stops: Iterable[Period], day: date) -> Refused:
    last = max(each.last_day for each in stops if each.covers(day))
    return Refused(
        "award_suspended",
        f"The provider's award of this lot is suspended on {day}, to {last} as it stands.",
        SALFORD_AND_BOLTON,
        {"would_be_lawful": ["choose another provider of the lot", "begin when the suspension is over"]},
    )


def _not_held(holding: Holding, day: date) -> Refused:
    if day > holding.framework.last_day:
        return Refused(
            "framework_expired",
            f"The framework ended on {holding.framework.last_day}; nothing new is placed under it.",
            SALFORD_AND_BOLTON,
            {"would_be_lawful": ["choose a lot of a framework that runs", "mark the placement a spot purchase"]},
        )
    return Refused(
        "award_expired",
        f"The provider holds this lot from {holding.award.first_day} to {holding.award.last_day}, and not on {day}.",
        SALFORD_AND_BOLTON,
        {"would_be_lawful": ["choose another provider of the lot", "award the lot anew"]},
    )
