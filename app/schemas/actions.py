"""Actions of plans on the wire."""

from typing import Annotated

from pydantic import Field

from app.rules.action_plans import ActionState, ActionStepKind
from app.schemas.wire import Body, Day, Id, Instant, Name, Read, ShortText, Tagged

ActionText = Annotated[str, Field(min_length=1, max_length=2000, pattern=r"\S")]
About = Annotated[
    str, Field(min_length=1, max_length=120, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", examples=["single-central-record"])
]
Evidence = Annotated[list[ShortText], Field(max_length=20, examples=[["The renewed policy, dated 30 November 2026"]])]


class ActionCreate(Body):
    """Something the provider is to do. `owner` is who sees to it there; `about` a criterion or area, by its slug."""

    text: ActionText = Field(examples=["Complete the single central record"])
    owner: Name = Field(examples=["The head of provision"])
    due_on: Day = Field(examples=["2026-12-11"])
    about: About | None = None


class ActionComplete(Body):
    """What the provider did, and what shows it. Files go to the action as attachments. Name no child."""

    note: ActionText = Field(examples=["Renewed and read by all staff"])
    evidence: Evidence = []


class ActionConfirm(Body):
    """How the keeper of the plan knows that it is done, or why it is needed no more."""

    how_known: ActionText = Field(examples=["Seen by the officer on a visit of 3 December"])


class ActionReopen(Body):
    """The day by which it must now be done, and why."""

    due_on: Day = Field(examples=["2026-12-15"])
    reason: ActionText | None = Field(default=None, examples=["Two of the staff are not on it yet"])


class ActionReschedule(Body):
    due_on: Day = Field(examples=["2027-01-15"])
    reason: ActionText = Field(examples=["The insurer answers after the holiday"])


class OwnerWrite(Body):
    """Who sees to it at the provider."""

    owner: Name = Field(examples=["C. Lead"])


class ActionRead(Tagged):
    """`kept_by_id` is the council, or the provider itself in a plan of its own. `overdue`: open after its day.

    `note` and `evidence` are the provider's; `how_known` is said where the keeper closed it without them.
    """

    id: Id
    plan_id: Id
    kept_by_id: Id
    provider_id: Id
    text: ActionText
    about: About | None
    owner: Name
    due_on: Day
    state: ActionState
    overdue: bool
    note: ActionText | None
    evidence: Evidence
    done_on: Day | None
    how_known: ActionText | None
    closed_on: Day | None
    created_at: Instant
    changed_at: Instant


class ActionStepRead(Read):
    """What was done about an action: by which organisation, when; a new day or owner where the step gave one."""

    id: Id
    what: ActionStepKind
    at: Instant
    by_id: Id
    note: ActionText | None
    due_on: Day | None
    owner: Name | None
