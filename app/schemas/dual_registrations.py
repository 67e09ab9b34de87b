"""Dual registrations on the wire."""

from typing import Annotated

from pydantic import Field

from app.rules.dual_registrations import DualRegistrationReason, DualRegistrationState
from app.schemas.placements import WeeklySessionRead, WeeklySessionWrite
from app.schemas.wire import Body, Day, Id, Instant, ShortText, Tagged


class DualRegistrationCreate(Body):
    """A pupil is on the roll of a main school and of a subsidiary one, from `from_on` to `until_on` (null: open).

    One of the two is the placement's host school or its provider. `sessions` are those of every week that are
    scheduled at the other school, for which the national code is `D`; an empty list where nobody says.
    """

    placement_id: Id
    main_school_id: Id
    subsidiary_id: Id
    from_on: Day = Field(examples=["2026-11-02"])
    until_on: Day | None = None
    reason: DualRegistrationReason = Field(strict=False)
    note: ShortText | None = Field(default=None, examples=["Two mornings a week at Hill School from January"])
    sessions: Annotated[list[WeeklySessionWrite], Field(max_length=10)] = []


class DualRegistrationEnd(Body):
    """`until_on` is the last day on two rolls; null opens the period again."""

    until_on: Day | None


class DualRegistrationWithdraw(Body):
    reason: ShortText = Field(examples=["Recorded for the wrong pupil"])


class DualRegistrationRead(Tagged):
    id: Id
    placement_id: Id
    pupil_id: Id
    main_school_id: Id
    subsidiary_id: Id
    state: DualRegistrationState
    from_on: Day
    until_on: Day | None
    reason: DualRegistrationReason
    note: ShortText | None
    sessions: Annotated[list[WeeklySessionRead], Field(max_length=10)]
    recorded_by_id: Id
    withdrawn_because: ShortText | None
    withdrawn_at: Instant | None
    created_at: Instant
    changed_at: Instant
