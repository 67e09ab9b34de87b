"""Concerns about a provider, or about a visit that was published: raised by a school or a council, and settled.

A council hears the concerns of its schools and its own. The provider reads one once the council has shared it, and
answers. It ends in an action plan, or is closed with a reason.

Source: Bolton AP quality assurance documents (quality and safety visits follow concerns), read in the primary source;
the life, the days and who reads a concern are Waymark's own.
"""

from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from app.rules.action_plans import ActionPlanState
from app.rules.sources import BOLTON, OUR_OWN
from app.rules.state_tables import StateTable, Transition
from app.rules.verdict import Allowed, Refused, Verdict

LOOKED_AT_WITHIN = timedelta(days=14)
"""How long a council has to say what becomes of a concern, or of an answer to it. Source: Waymark's own."""


class ConcernState(StrEnum):
    RAISED = "raised"
    SHARED = "shared"
    ANSWERED = "answered"
    ACTED_ON = "acted_on"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


CONCERNS = StateTable(
    "concern",
    OUR_OWN,
    (
        Transition(ConcernState.RAISED, "share", ConcernState.SHARED, ("council",)),
        Transition(ConcernState.RAISED, "act_on", ConcernState.ACTED_ON, ("council",)),
        Transition(ConcernState.RAISED, "close", ConcernState.CLOSED, ("council",)),
        Transition(ConcernState.RAISED, "withdraw", ConcernState.WITHDRAWN, ("raiser",)),
        Transition(ConcernState.SHARED, "answer", ConcernState.ANSWERED, ("provider",)),
        Transition(ConcernState.SHARED, "act_on", ConcernState.ACTED_ON, ("council",)),
        Transition(ConcernState.SHARED, "close", ConcernState.CLOSED, ("council",)),
        Transition(ConcernState.ANSWERED, "act_on", ConcernState.ACTED_ON, ("council",)),
        Transition(ConcernState.ANSWERED, "close", ConcernState.CLOSED, ("council",)),
        Transition(ConcernState.ACTED_ON, "close", ConcernState.CLOSED, ("council",)),
    ),
)
"""`act_on` opens the action plan, and shows the concern to the provider."""

WAITS_FOR_COUNCIL = frozenset({ConcernState.RAISED, ConcernState.ANSWERED})
WAITS_FOR_SOMEBODY = WAITS_FOR_COUNCIL | {ConcernState.SHARED}
"""The states in which a concern has a day: the council's, or the one by which the provider answers."""


def day_for_council(today: date) -> date:
    """The day by which the council says what becomes of a concern raised, or answered, today."""
    return today + LOOKED_AT_WITHIN


def concern_is_overdue(state: ConcernState, due_on: date, today: date) -> bool:
    """Whether a concern waits for somebody after its day. Source: Waymark's own."""
    return state in WAITS_FOR_SOMEBODY and today > due_on


def hearing_council(raiser: UUID, of_school: UUID | None, *, is_council: bool) -> UUID | Refused:
    """The council that hears a concern: the one that raises it, or the school's own. Source: Waymark's own."""
    if is_council:
        return raiser
    if of_school is not None:
        return of_school
    return Refused(
        "school_of_no_council",
        "No council is known for this school, which could hear the concern.",
        OUR_OWN,
        {"would_be_lawful": ["tell the council that oversees the provider"]},
    )


def may_close_concern(plan: ActionPlanState | None) -> Verdict:
    """Whether a concern may be closed: not while the plan that it led to is open.

    Source: Bolton AP quality assurance documents (actions are reviewed until closed), read in the primary source.
    """
    if plan is ActionPlanState.OPEN:
        return Refused("plan_still_open", "The action plan that came of the concern is open.", BOLTON)
    return Allowed()
