"""Who may see a placement, and from and until which day."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from app.rules.sources import OUR_OWN
from app.rules.verdict import Allowed, Refused, Verdict


class ViewerBasis(StrEnum):
    """Why an organisation may see a placement."""

    COMMISSIONER = "commissioner"
    HOST_SCHOOL = "host_school"
    PROVIDER = "provider"
    FRAMEWORK_COUNCIL = "framework_council"
    HOME_COUNCIL = "home_council"


def may_move_home(*, now_with: UUID | None, to: UUID | None, from_on: date, today: date, since: date | None) -> Verdict:
    """Whether a child's home council may be said to be another from `from_on` on.

    `since` is the day of the move before this one. Moves are told one after the other and not in advance, so that
    every day has one home council. Source: Waymark's own.
    """
    if now_with == to:
        return Refused("home_council_unchanged", "That is the child's home council already.", OUR_OWN)
    if from_on > today:
        return Refused(
            "home_move_in_future", f"A move is told on its day at the earliest, not before {from_on}.", OUR_OWN
        )
    if since is not None and from_on <= since:
        return Refused("home_move_out_of_order", f"The last move told is of {since}; a later one follows it.", OUR_OWN)
    return Allowed()
