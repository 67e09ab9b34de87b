"""The life of an annual return of a provider to a council: asked for or not, written, submitted, returned, accepted.

Source: Salford AP contract slides (annual self-assessment, annual section 157 safeguarding return, annual health and
safety) and Bolton AP quality assurance documents (QMC-4, annual self-evaluation), read in the primary source. What the
types are, and when they are due, is the council's data.
"""

from collections.abc import Collection
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from app.rules.sources import OUR_OWN, SALFORD
from app.rules.state_tables import StateTable, Transition
from app.rules.verdict import Allowed, Refused, Verdict

DAYS_AHEAD = 14
"""So many days before its day a return is due soon, and both sides are told. Waymark's own number."""


class ReturnState(StrEnum):
    REQUESTED = "requested"
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


OUTSTANDING = frozenset({ReturnState.REQUESTED, ReturnState.DRAFT, ReturnState.RETURNED})
"""The states in which the council is still waiting for the provider."""


class ReturnTimeliness(StrEnum):
    """How a return stands to its day; `late` and `on_time` are of the first submission."""

    DUE = "due"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    ON_TIME = "on_time"
    LATE = "late"


RETURNS = StateTable(
    "annual return",
    SALFORD,
    (
        Transition(ReturnState.REQUESTED, "write", ReturnState.DRAFT, ("provider",)),
        Transition(ReturnState.REQUESTED, "reschedule", ReturnState.REQUESTED, ("council",)),
        Transition(ReturnState.REQUESTED, "withdraw", ReturnState.WITHDRAWN, ("council",)),
        Transition(ReturnState.DRAFT, "write", ReturnState.DRAFT, ("provider",)),
        Transition(ReturnState.DRAFT, "submit", ReturnState.SUBMITTED, ("provider",)),
        Transition(ReturnState.DRAFT, "reschedule", ReturnState.DRAFT, ("council",)),
        Transition(ReturnState.DRAFT, "withdraw", ReturnState.WITHDRAWN, ("provider", "council")),
        Transition(ReturnState.SUBMITTED, "return", ReturnState.RETURNED, ("council",)),
        Transition(ReturnState.SUBMITTED, "accept", ReturnState.ACCEPTED, ("council",)),
        Transition(ReturnState.RETURNED, "write", ReturnState.RETURNED, ("provider",)),
        Transition(ReturnState.RETURNED, "submit", ReturnState.SUBMITTED, ("provider",)),
        Transition(ReturnState.RETURNED, "reschedule", ReturnState.RETURNED, ("council",)),
    ),
)
"""`reschedule` names the day by which the council wants it, and asks for what was begun unasked."""


def may_file_with(council: UUID, councils: Collection[UUID]) -> Verdict:
    """Whether a provider may make a return to a council: one that watches over it.

    Source: Salford AP contract slides (the council's contracted providers), read in the primary source.
    """
    if council in councils:
        return Allowed()
    return Refused("council_does_not_oversee", "The council awarded you no lot, nor did it register you.", SALFORD)


def may_withdraw_return(by_council: bool, requested: bool) -> Verdict:
    """Whether one who may withdraw a return in its state withdraws this one: whoever brought it about.

    A provider takes back what nobody asked it for, a council what it asked for. Source: Waymark's own.
    """
    if by_council is requested:
        return Allowed()
    by = "council" if requested else "provider"
    reason = "The council asked for it." if requested else "The provider began it unasked."
    return Refused("wrong_party", f"{reason} The {by} alone withdraws it.", OUR_OWN, {"may_be_done_by": [by]})


def lies_ahead(due_on: date, today: date) -> bool:
    """Whether a day may be named by which a return is due: today or later. Source: Waymark's own."""
    return due_on >= today


def is_late(due_on: date | None, submitted_on: date) -> bool | None:
    """Whether a first submission is late, for ever; None where no day was named.

    Source: Salford AP contract slides (annual), read in the primary source; that it stays late is Waymark's own.
    """
    return None if due_on is None else submitted_on > due_on


def timeliness(state: ReturnState, due_on: date | None, late: bool | None, today: date) -> ReturnTimeliness | None:
    """How a return stands to its day today; None where no day was named, and of what was withdrawn.

    One that was returned for changes is outstanding again. Source: Waymark's own.
    """
    if due_on is None or state is ReturnState.WITHDRAWN:
        return None
    if state not in OUTSTANDING:
        return ReturnTimeliness.LATE if late else ReturnTimeliness.ON_TIME
    if due_on < today:
        return ReturnTimeliness.OVERDUE
    return ReturnTimeliness.DUE_SOON if due_on <= today + timedelta(days=DAYS_AHEAD) else ReturnTimeliness.DUE
