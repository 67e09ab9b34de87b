"""The clocks of what a provider gives so that it may be trusted with children, until each has to be renewed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.rules.clocks import Clock, ClockKind, on_its_day
from app.rules.provider_assurance import DAYS_AHEAD, InsuranceKind

EXPIRING_FROM = timedelta(days=DAYS_AHEAD)
STILL_LISTED = timedelta(days=366)
"""So long after its last day something that was renewed is listed as done: Waymark's own."""


@dataclass(frozen=True, slots=True)
class Given:
    """A certificate of a kind, or a confirmation (no kind), at `path`, that has not been withdrawn.

    `staff_changed_on` marks a confirmation that wants renewing before its last day.
    """

    path: str
    kind: InsuranceKind | None
    first_day: date
    last_day: date
    given_on: date
    staff_changed_on: date | None = None


def assurance_clocks(kind: ClockKind, given: Sequence[Given], today: date) -> Iterator[Clock]:
    """Until each is renewed: due in its last `DAYS_AHEAD` days, or once staff have changed.

    `given` is in the order in which one takes the place of another: confirmations as they were given, certificates by
    their last days. `other` kinds of insurance come and go, so that they are never overdue. Sources: Keeping Children
    Safe in Education for confirmations, from memory; Salford and Bolton for insurance, read in the primary source.
    """
    for position, each in enumerate(given):
        renewal = next((other for other in given[position + 1 :] if _renews(other, each, today)), None)
        if renewal is None and each.kind is InsuranceKind.OTHER and each.last_day < today:
            continue
        if renewal is not None and each.last_day + STILL_LISTED < today:
            continue
        lead = max(EXPIRING_FROM, each.last_day - (each.staff_changed_on or each.last_day))
        done_on = renewal.given_on if renewal else None
        yield on_its_day(kind, each.path, each.last_day, today, done_on=done_on, lead=lead)


def _renews(other: Given, each: Given, today: date) -> bool:
    """A later confirmation does; a certificate of the kind once it has begun, or if it leaves no gap."""
    begun = other.first_day <= max(today, each.last_day + timedelta(days=1))
    return other.kind is each.kind and (other.kind is None or begun)
