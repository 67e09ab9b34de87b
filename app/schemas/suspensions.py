"""Suspensions on the wire."""

from pydantic import Field

from app.rules.suspensions import SuspensionState
from app.schemas.agreements import Asked
from app.schemas.wire import Body, Day, Id, Instant, ShortText


class SuspensionRequest(Body):
    """The days from `starts_on` to `ends_on`, both included and both open pupil days within the placement."""

    placement_id: Id
    starts_on: Day = Field(examples=["2026-11-26"])
    ends_on: Day = Field(examples=["2026-11-30"])
    reason: ShortText = Field(examples=["Put two others in danger in the workshop"])


class SuspensionRead(Asked):
    """A suspension that is asked for.

    A request that not all have agreed to before `takes_effect_at`, the start of the first session missed, is `lapsed`.
    """

    id: Id
    placement_id: Id
    state: SuspensionState
    requested_by_id: Id
    starts_on: Day
    ends_on: Day
    reason: ShortText
    takes_effect_at: Instant
    settled_at: Instant | None
    created_at: Instant
    changed_at: Instant
