"""Actions that come of QA visits, on the wire."""

from pydantic import Field

from app.rules.action_plans import ActionState
from app.schemas.actions import ActionText
from app.schemas.wire import Body, Day, Id, Instant, Name, Tagged


class QaActionCreate(Body):
    """Something the provider must do. `owner` is who sees to it there."""

    text: ActionText = Field(examples=["Complete the single central record"])
    owner: Name = Field(examples=["The head of provision"])
    due_on: Day = Field(examples=["2026-12-11"])


class QaActionComplete(Body):
    """What the provider did, for the council to review."""

    note: ActionText = Field(examples=["Renewed and read by all staff"])


class QaActionReopen(Body):
    """The day by which it must now be done."""

    due_on: Day


class QaActionRead(Tagged):
    """`overdue` is so while the action is open after its day."""

    id: Id
    visit_id: Id
    council_id: Id
    provider_id: Id
    text: ActionText
    owner: Name
    due_on: Day
    state: ActionState
    overdue: bool
    note: ActionText | None
    changed_at: Instant
