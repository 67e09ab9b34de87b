"""The life of a quality assurance visit.

Source: Bolton AP quality assurance documents, read in the primary source: a visit ends in a report that is
discussed with the provider, its actions are reviewed until closed, and the report is then published to the
council's schools.
"""

from collections.abc import Collection
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


SHARED_WITH_PROVIDER = frozenset({VisitState.REPORTED, VisitState.PUBLISHED})
"""The states in which the provider reads findings and report; before, it knows of the plan alone."""

VISITS = StateTable(
    "visit",
    BOLTON,
    (
        Transition(VisitState.PLANNED, "invite", VisitState.PLANNED, ("council",)),
        Transition(VisitState.PLANNED, "name_officers", VisitState.PLANNED, ("council", "partner_council")),
        Transition(VisitState.PLANNED, "reschedule", VisitState.PLANNED, ("council",)),
        Transition(VisitState.PLANNED, "carry_out", VisitState.CARRIED_OUT, ("council",)),
        Transition(VisitState.PLANNED, "cancel", VisitState.CANCELLED, ("council",)),
        Transition(VisitState.CARRIED_OUT, "invite", VisitState.CARRIED_OUT, ("council",)),
        Transition(VisitState.CARRIED_OUT, "name_officers", VisitState.CARRIED_OUT, ("council", "partner_council")),
        Transition(VisitState.CARRIED_OUT, "record_findings", VisitState.CARRIED_OUT, ("council",)),
        Transition(VisitState.CARRIED_OUT, "set_action", VisitState.CARRIED_OUT, ("council",)),
        Transition(VisitState.CARRIED_OUT, "report", VisitState.REPORTED, ("council",)),
        Transition(VisitState.REPORTED, "discuss", VisitState.REPORTED, ("council",)),
        Transition(VisitState.REPORTED, "set_action", VisitState.REPORTED, ("council",)),
        Transition(VisitState.REPORTED, "answer", VisitState.REPORTED, ("provider",)),
        Transition(VisitState.REPORTED, "publish", VisitState.PUBLISHED, ("council", "partner_council")),
        Transition(VisitState.PUBLISHED, "set_action", VisitState.PUBLISHED, ("council",)),
        Transition(VisitState.PUBLISHED, "answer", VisitState.PUBLISHED, ("provider",)),
        Transition(VisitState.PUBLISHED, "publish", VisitState.PUBLISHED, ("council", "partner_council")),
    ),
)
"""`council` leads the visit; a `partner_council` has joined it. Each publishes to its own schools, in its own time."""


def may_be_carried_out(carried_out_on: date, officers: Collection[str], today: date) -> Verdict:
    """Whether a visit may be said to have taken place on a day: one that has come, by officers who are named.

    Source: Waymark's own. A visit is worth what those who made it can be asked about.
    """
    if carried_out_on > today:
        return Refused("visit_in_future", f"{carried_out_on} has not come yet.", OUR_OWN)
    if not officers:
        return Refused(
            "no_officer_named",
            "Nobody is named who made this visit.",
            OUR_OWN,
            {"would_be_lawful": ["name the officers of the visit first"]},
        )
    return Allowed()


def visit_is_overdue(state: VisitState, planned_on: date, today: date) -> bool:
    """Whether a visit was missed: its day is over, and nobody has said that it took place. Source: Waymark's own."""
    return state is VisitState.PLANNED and today > planned_on


def may_be_discussed(discussed_on: date, carried_out_on: date | None, today: date) -> Verdict:
    """Whether a report may be said to have been discussed on a day: from the day of the visit until today.

    Source: Waymark's own.
    """
    if discussed_on > today or (carried_out_on is not None and discussed_on < carried_out_on):
        return Refused(
            "discussion_out_of_order",
            "A report is discussed on a day between that of the visit and today.",
            OUR_OWN,
        )
    return Allowed()


def may_be_published(*, heard: bool, because: str | None) -> Verdict:
    """Whether schools may read a report: once the provider was heard, or the council says why it was not.

    `heard`: the report was discussed with the provider, or the provider answered it, or a council that took part
    has already said why not. Source: Bolton AP quality assurance documents, read in the primary source (the report is
    discussed with the provider, and then published); that a reason serves instead is Waymark's own.
    """
    if heard or because is not None:
        return Allowed()
    return Refused(
        "report_not_discussed",
        "This report has neither been discussed with the provider nor been answered by it.",
        BOLTON,
        {
            "would_be_lawful": [
                "record the discussion",
                "wait for the provider's answer",
                "say why neither is possible (`without_discussion_because`)",
            ]
        },
    )


def may_publish_again(*, published: bool) -> Verdict:
    """Whether a council may publish a visit to its schools: once. Source: Waymark's own."""
    if published:
        return Refused("already_published", "The council's schools read this visit already.", OUR_OWN)
    return Allowed()
