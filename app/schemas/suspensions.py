"""Suspensions on the wire."""

from typing import Annotated

from pydantic import Field

from app.rules.suspensions import SuspensionState
from app.schemas.agreements import Asked
from app.schemas.wire import Body, Count, Day, Id, Instant, Read, ShortText


class SuspensionRequest(Body):
    """The days from `starts_on` to `ends_on`, both included and both open pupil days within the placement."""

    placement_id: Id
    starts_on: Day = Field(examples=["2026-11-26"])
    ends_on: Day = Field(examples=["2026-11-30"])
    reason: ShortText = Field(examples=["Put two others in danger in the workshop"])


class SuspensionWarningRead(Read):
    """Something to be looked at before agreeing, and where it comes from; it stands in the way of nothing."""

    code: Annotated[str, Field(max_length=60, examples=["many_days_in_school_year"])]
    detail: ShortText
    source: ShortText


class SuspensionRead(Asked):
    """A suspension that is asked for.

    A request that not all have agreed to before `takes_effect_at`, the start of the first session missed, is `lapsed`.
    `pupil_days` are this suspension's own; `school_year_days` are those of all suspensions of the pupil that stood in
    `school_year`, in the placements that the caller may see.
    """

    id: Id
    placement_id: Id
    state: SuspensionState
    requested_by_id: Id
    starts_on: Day
    ends_on: Day
    reason: ShortText
    takes_effect_at: Instant
    pupil_days: Count
    school_year: Annotated[str, Field(max_length=7, examples=["2026-27"])]
    school_year_days: Count
    warnings: Annotated[list[SuspensionWarningRead], Field(max_length=5)]
    settled_at: Instant | None
    created_at: Instant
    changed_at: Instant
