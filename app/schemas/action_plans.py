"""Action plans on the wire."""

from typing import Annotated

from pydantic import Field

from app.rules.action_plans import ActionPlanState, SourceKind
from app.schemas.actions import ActionCreate, ActionText
from app.schemas.wire import Body, Day, Id, Instant, Name, Read, Tagged

NewActions = Annotated[list[ActionCreate], Field(max_length=50)]


class PlanSourceWrite(Body):
    """What the plan came of; `none` has no `id`. For a concern, call `act_on_concern`."""

    kind: SourceKind = Field(strict=False, examples=["qa_visit"])
    id: Id | None = None


class ActionPlanCreate(Body):
    """A plan of the calling council with a provider, or of an organisation with itself.

    `review_on` is when it is next reviewed; left out, the day on which the last of `actions` is due.
    """

    provider_id: Id
    title: Name = Field(examples=["After the validation visit of November"])
    source: PlanSourceWrite = PlanSourceWrite(kind=SourceKind.NONE)
    review_on: Day | None = None
    actions: NewActions = []


class ActionPlanReviewCreate(Body):
    """A review of the plan: who led it, what was found, and when the next is (null: none is set)."""

    held_on: Day
    led_by: Name = Field(examples=["A. Officer"])
    note: ActionText = Field(examples=["Two of three are done; the record is nearly complete"])
    next_review_on: Day | None = Field(default=None, examples=["2027-01-15"])


class ActionPlanClose(Body):
    """What came of the plan."""

    note: ActionText | None = Field(default=None, examples=["Everything is in place"])


class ActionPlanReopen(Body):
    """The day on which the plan is next reviewed."""

    review_on: Day = Field(examples=["2027-01-15"])


class PlanSourceRead(Read):
    """What the plan came of; `none` has no `id`."""

    kind: SourceKind
    id: Id | None


class ActionPlanRead(Tagged):
    """`kept_by_id` is the council, or the provider itself for a plan of its own.

    `review_overdue`: open after the day of its next review. Its actions: `GET /v1/actions?plan_id=`.
    """

    id: Id
    kept_by_id: Id
    provider_id: Id
    title: Name
    source: PlanSourceRead
    state: ActionPlanState
    review_on: Day | None
    review_overdue: bool
    closed_on: Day | None
    closing_note: ActionText | None
    created_at: Instant
    changed_at: Instant


class ActionPlanReviewRead(Read):
    id: Id
    plan_id: Id
    recorded_at: Instant
    held_on: Day
    led_by: Name
    note: ActionText
    next_review_on: Day | None
