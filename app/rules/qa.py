"""The life of an action that comes of a quality assurance visit.

Source: Bolton AP quality assurance documents, read in the primary source: a visit's actions are reviewed until closed.
"""

from datetime import date
from enum import StrEnum

from app.rules.sources import BOLTON
from app.rules.state_tables import StateTable, Transition


class ActionState(StrEnum):
    OPEN = "open"
    DONE = "done"
    CLOSED = "closed"


ACTIONS = StateTable(
    "action",
    BOLTON,
    (
        Transition(ActionState.OPEN, "complete", ActionState.DONE, ("provider",)),
        Transition(ActionState.DONE, "reopen", ActionState.OPEN, ("council",)),
        Transition(ActionState.DONE, "close", ActionState.CLOSED, ("council",)),
    ),
)


def action_is_overdue(state: ActionState, due_on: date, today: date) -> bool:
    """Whether an action is still open after its day.

    Source: Bolton AP quality assurance documents (reviewed until closed), read in the primary source.
    """
    return state is ActionState.OPEN and today > due_on
