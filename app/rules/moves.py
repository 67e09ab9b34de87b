"""The way of a pupil from setting to setting: moves, returns to mainstream, and back again.

Source: AP Quality Toolkit, area 12 (moves between settings, returns to mainstream and back again), read in the primary
source. How soon another placement counts as a move is Waymark's own.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from app.rules.outcomes import MAINSTREAM, OTHER_SETTINGS, Destination

MOVE_WITHIN_DAYS = 42


class Step(StrEnum):
    """What followed a placement, as far as the reader may know."""

    STILL_RUNNING = "still_running"
    CONTINUED = "continued"
    RETURNED_TO_MAINSTREAM = "returned_to_mainstream"
    MOVED_TO_ANOTHER_SETTING = "moved_to_another_setting"
    LEFT = "left"
    NOT_RECORDED = "not_recorded"


@dataclass(frozen=True, slots=True)
class Stay:
    """One accepted placement of a pupil; `destination` is None while no outcome stands."""

    placement: UUID
    provider: UUID
    starts_on: date
    ends_on: date
    destination: Destination | None = None


@dataclass(frozen=True, slots=True)
class Onward:
    """A stay with what followed. `back_again`: it returned the pupil to mainstream, and a later stay began."""

    stay: Stay
    step: Step
    next_placement: UUID | None
    back_again: bool


def moves_of(stays: Iterable[Stay], today: date) -> Iterator[Onward]:
    """The stays in the order in which they began, each with what followed it.

    The next stay is the first that begins after the last day of this one: placements side by side are no moves.
    """
    in_order = sorted(stays, key=lambda each: (each.starts_on, each.placement))
    for stay in in_order:
        following = next((each for each in in_order if each.starts_on > stay.ends_on), None)
        returned = stay.ends_on < today and stay.destination in MAINSTREAM
        yield Onward(
            stay,
            _step(stay, following, today),
            following.placement if following else None,
            returned and following is not None and following.starts_on <= today,
        )


def _step(stay: Stay, following: Stay | None, today: date) -> Step:
    if stay.ends_on >= today:
        return Step.STILL_RUNNING
    if stay.destination in MAINSTREAM:
        return Step.RETURNED_TO_MAINSTREAM
    if stay.destination in OTHER_SETTINGS:
        return Step.MOVED_TO_ANOTHER_SETTING
    if following and following.starts_on <= stay.ends_on + timedelta(days=MOVE_WITHIN_DAYS):
        return Step.CONTINUED if following.provider == stay.provider else Step.MOVED_TO_ANOTHER_SETTING
    return Step.NOT_RECORDED if stay.destination is None else Step.LEFT
