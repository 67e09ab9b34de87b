"""The life of a quality assurance visit.

Source: Bolton AP quality assurance documents, read in the primary source: a visit ends in a report that is
discussed with the provider, its actions are reviewed until closed, and the report is then published to the
council's schools.
"""

from datetime import date
from enum import StrEnum

from app.rules.sources import BOLTON, OUR_OWN
from app.rules.state_tables import StateTable, Transition
from app.rules.verdict import Allowed, Refused, Verdict


class VisitState(StrEnum):
    PLANNED = "planned"
    CARRIED_OUT = "carried_out"
    REPORTED = "reported"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


class MinimumFrequency(StrEnum):
    """How often, at least, a council means to do an activity; Waymark plans none by itself.

    Source: Bolton AP quality assurance documents, read in the primary source; `termly`: Salford AP contract slides.
    """

    MONTHLY = "monthly"
    TERMLY = "termly"
    ANNUAL = "annual"
    AD_HOC = "ad_hoc"


SHARED_WITH_PROVIDER = frozenset({VisitState.REPORTED, VisitState.PUBLISHED})
"""The states in which the provider reads findings and report; before, it knows of the plan alone."""

VISITS = StateTable(
    "visit",
    BOLTON,
    (
        Transition(VisitState.PLANNED, "carry_out", VisitState.CARRIED_OUT, ("council",)),
        Transition(VisitState.PLANNED, "cancel", VisitState.CANCELLED, ("council",)),
        Transition(VisitState.CARRIED_OUT, "record_findings", VisitState.CARRIED_OUT, ("council",)),
        Transition(VisitState.CARRIED_OUT, "set_action", VisitState.CARRIED_OUT, ("council",)),
        Transition(VisitState.CARRIED_OUT, "report", VisitState.REPORTED, ("council",)),
        Transition(VisitState.REPORTED, "set_action", VisitState.REPORTED, ("council",)),
        Transition(VisitState.REPORTED, "answer", VisitState.REPORTED, ("provider",)),
        Transition(VisitState.REPORTED, "publish", VisitState.PUBLISHED, ("council",)),
        Transition(VisitState.PUBLISHED, "set_action", VisitState.PUBLISHED, ("council",)),
        Transition(VisitState.PUBLISHED, "answer", VisitState.PUBLISHED, ("provider",)),
    ),
)


def may_be_carried_out(carried_out_on: date, today: date) -> Verdict:
    """Whether a visit may be said to have taken place on a day: one that has come. Source: Waymark's own."""
    if carried_out_on > today:
        return Refused("visit_in_future", f"{carried_out_on} has not come yet.", OUR_OWN)
    return Allowed()
