"""Concerns on the wire."""

from pydantic import Field

from app.rules.concerns import ConcernState
from app.schemas.action_plans import NewActions
from app.schemas.actions import ActionText
from app.schemas.wire import Body, Day, Id, Instant, LongText, Name, Tagged


class ConcernRaise(Body):
    """What worries the caller about a provider, or about a visit to it that was published. Name no child here.

    The provider reads the text as it is written, once the council shares it; and who raised it, only if
    `raiser_may_be_named`.
    """

    provider_id: Id
    visit_id: Id | None = None
    text: LongText = Field(examples=["Two pupils' sessions ended early without a word in the last fortnight"])
    raiser_may_be_named: bool = False


class ConcernShare(Body):
    """The day by which the provider is to answer."""

    answer_by: Day = Field(examples=["2026-12-08"])


class ConcernAnswer(Body):
    text: LongText = Field(examples=["A tutor was ill; cover is arranged from now on"])


class ConcernActOn(Body):
    """The plan that the concern leads to: at least one action."""

    title: Name = Field(examples=["Cover for absent tutors"])
    review_on: Day | None = None
    actions: NewActions = Field(min_length=1)


class ConcernSettle(Body):
    """Why it is closed or withdrawn, for whoever reads it."""

    reason: ActionText = Field(examples=["Looked into on a visit of 3 December: cover is in place"])


class ConcernRead(Tagged):
    """`due_on`: by when the council says what becomes of it, or, while it is shared, the provider answers.

    `raised_by_id` is null for the provider where a school raised it that does not want to be named.
    """

    id: Id
    council_id: Id
    provider_id: Id
    raised_by_id: Id | None
    raiser_may_be_named: bool
    visit_id: Id | None
    text: LongText
    state: ConcernState
    due_on: Day
    overdue: bool
    shared_at: Instant | None
    answer: LongText | None
    answered_at: Instant | None
    settled_because: ActionText | None
    settled_at: Instant | None
    action_plan_id: Id | None
    created_at: Instant
    changed_at: Instant
