"""What the country cannot count and we can, as counts of placements, and how the counts hang together.

Source: AP Quality Toolkit, chapter on what cannot be counted today (moves with reasons, returns to mainstream and back
again, dual registration, placement length, unsuccessful placements, transitions and post-16 destinations sustained
after two terms), read in the primary source.
"""

from enum import StrEnum

from app.rules.suppression import Whole


class Breakdown(StrEnum):
    """By what the placements of a school year are told apart."""

    PROVIDER = "provider"
    HOST_SCHOOL = "host_school"
    TIER = "tier"
    PRIMARY_REASON = "primary_reason"
    KEY_STAGE = "key_stage"
    TERM = "term"


COUNTED = (
    "placements",
    "started",
    "ended",
    "dual_registered",
    "outcomes",
    "judged",
    "unsuccessful",
    "returns",
    "back_again",
    "moves",
    "transitions_due",
    "transitions_sustained",
    "transitions_unrecorded",
    "post_16_due",
    "post_16_sustained",
    "post_16_unrecorded",
)
"""`placements` were running on a day of the period; `ended`, and all that is said of them, ended in it; checks `due`
fell due in it."""

WHOLES = (
    Whole("placements", ("started",)),
    Whole("placements", ("ended",)),
    Whole("placements", ("dual_registered",)),
    Whole("ended", ("outcomes",)),
    Whole("ended", ("returns",)),
    Whole("ended", ("moves",)),
    Whole("ended", ("returns", "moves")),
    Whole("outcomes", ("judged",)),
    Whole("outcomes", ("returns",)),
    Whole("judged", ("unsuccessful",)),
    Whole("returns", ("back_again",)),
    Whole("transitions_due", ("transitions_sustained",)),
    Whole("transitions_due", ("transitions_unrecorded",)),
    Whole("transitions_due", ("transitions_sustained", "transitions_unrecorded")),
    Whole("post_16_due", ("post_16_sustained",)),
    Whole("post_16_due", ("post_16_unrecorded",)),
    Whole("post_16_due", ("post_16_sustained", "post_16_unrecorded")),
)
"""What is left of a whole counts children too: 18 of 20 that returned tell of two that did not."""

_IN_SEVERAL_TERMS = frozenset({"placements", "dual_registered"})


def adding_up(by: Breakdown) -> tuple[str, ...]:
    """The counts whose rows add up to the total: a placement runs in several terms, and begins and ends in one."""
    if by is Breakdown.TERM:
        return tuple(name for name in COUNTED if name not in _IN_SEVERAL_TERMS)
    return COUNTED
