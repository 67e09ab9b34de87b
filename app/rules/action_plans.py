"""Action plans: what a provider is to do, reviewed until closed.

A plan is kept by a council with a provider, or by an organisation with itself (a provider's improvement plan, a
school's for its in-school provision). Whoever keeps it is its `keeper`.

Source: Bolton AP quality assurance documents (actions are reviewed until closed) and the AP Quality Toolkit
(improvement planning), both read in the primary source.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from app.rules.oversight import Oversight, may_oversee
from app.rules.sources import BOLTON, OUR_OWN
from app.rules.state_tables import StateTable, Transition
from app.rules.verdict import Allowed, Refused, Verdict


class ActionPlanState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class ActionState(StrEnum):
    OPEN = "open"
    DONE = "done"
    CLOSED = "closed"


class ActionStepKind(StrEnum):
    """What was done about an action, in the words of its operations."""

    SET = "set"
    COMPLETED = "completed"
    CONFIRMED = "confirmed"
    CLOSED = "closed"
    REOPENED = "reopened"
    RESCHEDULED = "rescheduled"
    OWNER_NAMED = "owner_named"


class SourceKind(StrEnum):
    """What a plan came of."""

    QA_VISIT = "qa_visit"
    TOOLKIT_ASSESSMENT = "toolkit_assessment"
    QA_RETURN = "qa_return"
    CONCERN = "concern"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class PlanSource:
    """What a plan came of, by its id; `NONE` has none."""

    kind: SourceKind = SourceKind.NONE
    id: UUID | None = None


TOLD_AHEAD = timedelta(days=7)
"""How long before its day an open action is told of. Source: Waymark's own."""

PLANS = StateTable(
    "action plan",
    BOLTON,
    (
        Transition(ActionPlanState.OPEN, "add_action", ActionPlanState.OPEN, ("keeper",)),
        Transition(ActionPlanState.OPEN, "review", ActionPlanState.OPEN, ("keeper",)),
        Transition(ActionPlanState.OPEN, "close", ActionPlanState.CLOSED, ("keeper",)),
        Transition(ActionPlanState.CLOSED, "reopen", ActionPlanState.OPEN, ("keeper",)),
    ),
)

ACTIONS = StateTable(
    "action",
    BOLTON,
    (
        Transition(ActionState.OPEN, "complete", ActionState.DONE, ("provider",)),
        Transition(ActionState.OPEN, "confirm", ActionState.CLOSED, ("keeper",)),
        Transition(ActionState.OPEN, "reschedule", ActionState.OPEN, ("keeper",)),
        Transition(ActionState.OPEN, "name_owner", ActionState.OPEN, ("keeper", "provider")),
        Transition(ActionState.DONE, "reopen", ActionState.OPEN, ("keeper",)),
        Transition(ActionState.DONE, "close", ActionState.CLOSED, ("keeper",)),
        Transition(ActionState.CLOSED, "reopen", ActionState.OPEN, ("keeper",)),
    ),
)
"""`confirm` closes what the provider has not said to be done: the keeper says how it knows."""


def parties_of(kept_by: UUID, provider: UUID, who: UUID) -> tuple[str, ...]:
    """What an organisation is to a plan: both, of its own; a school that reads a published one is neither."""
    keeper, provider_ = ("keeper",) if who == kept_by else (), ("provider",) if who == provider else ()
    return keeper + provider_


def may_keep_plan(oversight: Oversight | None) -> Verdict:
    """Whether a plan may be kept with a provider: by a council that oversees it, or with oneself (None).

    Source: as `rules.oversight.may_oversee`; that anybody may plan for itself is the toolkit's self-evaluation.
    """
    return Allowed() if oversight is None else may_oversee(oversight)


def may_open_plan(standing: UUID | None) -> Verdict:
    """Whether a plan may be opened of a source: where none is open of it. Source: Waymark's own."""
    if standing is not None:
        return Refused(
            "plan_already_open",
            "A plan of this source is open: add the actions to it.",
            OUR_OWN,
            {"open_plan": str(standing)},
        )
    return Allowed()


def may_close_plan(not_closed: Iterable[UUID]) -> Verdict:
    """Whether a plan may be closed: when each of its actions is.

    Source: Bolton AP quality assurance documents (reviewed until closed), read in the primary source.
    """
    still_open = sorted(str(each) for each in not_closed)
    if still_open:
        return Refused(
            "actions_not_closed",
            "Some actions of the plan are not closed.",
            BOLTON,
            {"actions_not_closed": still_open[:10]},
        )
    return Allowed()


def may_reopen_action(plan: ActionPlanState) -> Verdict:
    """Whether an action may be reopened: while its plan is open. Source: Waymark's own."""
    if plan is ActionPlanState.CLOSED:
        return Refused("plan_closed", "The action's plan is closed: reopen the plan first.", OUR_OWN)
    return Allowed()


def review_day(asked: date | None, due: Iterable[date]) -> date | None:
    """When a new plan is reviewed: the day asked for, else when the last of its actions is due.

    Source: Waymark's own, so that no plan with actions is left without a day.
    """
    return asked or max(due, default=None)


def action_is_overdue(state: ActionState, due_on: date, today: date) -> bool:
    """Whether an action is still open after its day.

    Source: Bolton AP quality assurance documents (reviewed until closed), read in the primary source.
    """
    return state is ActionState.OPEN and today > due_on


def review_is_overdue(state: ActionPlanState, review_on: date | None, today: date) -> bool:
    """Whether a plan is open after the day of its next review. Source: as `action_is_overdue`."""
    return state is ActionPlanState.OPEN and review_on is not None and today > review_on
