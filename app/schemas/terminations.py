"""Notices of termination on the wire."""

from pydantic import Field

from app.rules.termination import NoticeState
from app.schemas.wire import Body, Day, Id, Instant, ShortText, Tagged


class NoticeGive(Body):
    """`effective_on`, the placement's new last day, is the last open pupil day of a half-term in its calendar."""

    placement_id: Id
    effective_on: Day = Field(examples=["2026-12-18"])
    reason: ShortText = Field(examples=["Returns to Hill School full time"])


class NoticeRead(Tagged):
    """`previous_end_on` is the last day that stood when notice was given; before `effective_on` it may be withdrawn."""

    id: Id
    placement_id: Id
    state: NoticeState
    given_by_id: Id
    given_at: Instant
    effective_on: Day
    reason: ShortText
    previous_end_on: Day
    withdrawn_at: Instant | None
    changed_at: Instant
