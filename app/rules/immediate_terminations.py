"""Ending a placement at once, on any day: exceptional circumstances, and the agreement of both sides.

Source: Salford AP contract slides, read in the primary source: the provider on one side, the school and the
commissioner on the other. Which circumstances are exceptional the slides do not say: the list is Waymark's own.
"""

from datetime import date
from enum import StrEnum

from app.rules.agreements import Parties, life_of_what_both_sides_agree
from app.rules.sources import OUR_OWN, SALFORD
from app.rules.verdict import Allowed, Refused, Verdict


class ExceptionalReason(StrEnum):
    """What makes the circumstances exceptional; a text always goes with it."""

    SERIOUS_HARM = "serious_harm"
    SAFEGUARDING = "safeguarding"
    CRIMINAL_MATTER = "criminal_matter"
    PROVIDER_UNABLE = "provider_unable"
    OTHER_EXCEPTIONAL = "other_exceptional"


IMMEDIATE_TERMINATIONS = life_of_what_both_sides_agree("immediate termination", SALFORD)
"""Unanswered, a request lapses at the end of the day that it names: agreement never reaches back."""


def may_ask_to_end_at_once(
    parties: Parties, *, effective_on: date, today: date, ends_on: date, another_is_open: bool
) -> Verdict:
    """Whether a party may ask that `effective_on` be the last day of a placement that ends on `ends_on`.

    A day before the placement's first means that it never begins. Source: Salford AP contract slides (both sides),
    read in the primary source; the days are Waymark's own, so that attendance already owed or received stands.
    """
    if len(parties) < 2:
        return Refused("nobody_to_agree", "There is no other side that could agree.", SALFORD)
    if today > ends_on:
        return Refused("placement_already_ended", f"The placement has already ended, on {ends_on}.", OUR_OWN)
    if effective_on < today:
        return Refused(
            "immediate_termination_reaches_back",
            f"What has been cannot be undone: the placement may end on {today} at the earliest.",
            OUR_OWN,
        )
    if effective_on >= ends_on:
        return Refused(
            "immediate_termination_not_earlier",
            f"The placement ends on {ends_on} anyway; name an earlier day.",
            OUR_OWN,
        )
    if another_is_open:
        return Refused(
            "immediate_termination_asked",
            "The parties are already asked to end this placement at once; answer that request.",
            OUR_OWN,
        )
    return Allowed()


def never_begins(starts_on: date, effective_on: date) -> bool:
    """Whether a placement that ends at once on `effective_on` never begins: it is called off.

    Source: Waymark's own; the slides speak of placements that have begun.
    """
    return effective_on < starts_on
