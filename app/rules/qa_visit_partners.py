"""The part that a council has in a visit that another council leads.

Source: Waymark's own. Councils visit a provider together that works for all of them; each answers to its own schools.
"""

from enum import StrEnum

from app.rules.qa_visits import VisitState
from app.rules.sources import OUR_OWN
from app.rules.state_tables import StateTable, Transition
from app.rules.verdict import Allowed, Refused, Verdict


class PartnerState(StrEnum):
    INVITED = "invited"
    JOINED = "joined"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    LEFT = "left"


STANDING = frozenset({PartnerState.INVITED, PartnerState.JOINED})
"""The states in which a council is asked no second time."""

PARTNERS = StateTable(
    "part in a visit",
    OUR_OWN,
    (
        Transition(PartnerState.INVITED, "accept", PartnerState.JOINED, ("partner_council",)),
        Transition(PartnerState.INVITED, "decline", PartnerState.DECLINED, ("partner_council",)),
        Transition(PartnerState.INVITED, "withdraw", PartnerState.WITHDRAWN, ("council",)),
        Transition(PartnerState.INVITED, "lapse", PartnerState.LAPSED, ("visit",)),
        Transition(PartnerState.JOINED, "leave", PartnerState.LEFT, ("partner_council",)),
    ),
)
"""An invitation lapses when the visit is reported or cancelled: a council joins what it can still take part in."""


def may_leave(visit: VisitState) -> Verdict:
    """Whether a council may leave a visit: until it is reported, since the report is of all who took part.

    Source: Waymark's own.
    """
    if visit in {VisitState.PLANNED, VisitState.CARRIED_OUT}:
        return Allowed()
    return Refused(
        "visit_already_reported", "The visit is settled, with this council among those who made it.", OUR_OWN
    )


def may_invite(*, itself: bool, standing: bool) -> Verdict:
    """Whether a council may be invited to a visit: another than the one that leads it, and only once.

    Source: Waymark's own.
    """
    if itself:
        return Refused("council_leads_the_visit", "The council that leads a visit takes part in it already.", OUR_OWN)
    if standing:
        return Refused("council_already_invited", "That council was invited, and has not declined nor left.", OUR_OWN)
    return Allowed()
