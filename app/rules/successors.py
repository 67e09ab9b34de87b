"""Successors: a party of a placement changes, and nothing ends for the child.

A placement's commissioner and host school never change. A change opens a successor with the same provider, which takes
over on its first day; the placement before it ends the day before, whatever day of the half-term that is.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.rules.sources import OUR_OWN
from app.rules.verdict import Allowed, Refused, Verdict


@dataclass(frozen=True, slots=True)
class Succeeded:
    """The placement that would be taken over. `released_to` is the organisation it has been released to, if any."""

    accepted: bool
    commissioner: UUID
    host_school: UUID | None
    provider: UUID
    starts_on: date
    ends_on: date
    released_to: UUID | None


@dataclass(frozen=True, slots=True)
class Successor:
    """The placement that would take over from it."""

    commissioner: UUID
    host_school: UUID | None
    starts_on: date
    ends_on: date


def may_succeed(before: Succeeded, after: Successor, today: date) -> Verdict:
    """Whether `after` may take over from `before`: asked when it is proposed, and again when it is accepted.

    Source: Waymark's own: a change of party is no termination, and must not be used as one.
    """
    if not before.accepted:
        return Refused("nothing_to_succeed", "Only an accepted placement has a successor.", OUR_OWN)
    if after.commissioner == before.provider:
        return Refused("commissioner_is_provider", "Nobody commissions a placement from itself.", OUR_OWN)
    if (after.commissioner, after.host_school) == (before.commissioner, before.host_school):
        return Refused(
            "successor_changes_nothing",
            "A successor is for another commissioner or host school. To end a placement, give notice of termination.",
            OUR_OWN,
        )
    if after.commissioner not in (before.commissioner, before.released_to):
        return Refused(
            "placement_not_released",
            "Another commissioner takes over only what the present one has released to it.",
            OUR_OWN,
            {"may_be_done_by": ["commissioner"]},
        )
    return _check_days(before, after, today)


def _check_days(before: Succeeded, after: Successor, today: date) -> Verdict:
    if after.starts_on <= today:
        return Refused(
            "successor_not_ahead", "A successor begins after today: days that have been stay as they were.", OUR_OWN
        )
    if not before.starts_on < after.starts_on <= after.ends_on <= before.ends_on:
        return Refused(
            "successor_outside_placement",
            f"A successor begins after {before.starts_on} and ends by {before.ends_on}, when the placement would have.",
            OUR_OWN,
        )
    return Allowed()


def may_release(*, present: UUID, to: UUID, provider: UUID, to_sees_it: bool) -> Verdict:
    """Whether the present commissioner may release a placement to another organisation, to be taken over by it.

    Source: Waymark's own: nobody is shown a child's record by being named.
    """
    if to in (present, provider):
        return Refused(
            "release_to_no_other", "A placement is released to another commissioner, not its provider.", OUR_OWN
        )
    if not to_sees_it:
        return Refused(
            "release_to_one_who_sees_nothing",
            "A placement is released to an organisation that sees it today, such as the child's home council.",
            OUR_OWN,
        )
    return Allowed()


def may_end_later(*, succeeded: bool) -> Verdict:
    """Whether a placement's end may move on. Source: Waymark's own, so that a child has one placement a day here."""
    if succeeded:
        return Refused(
            "placement_succeeded", "Another placement has taken over from this one; end or extend that.", OUR_OWN
        )
    return Allowed()
