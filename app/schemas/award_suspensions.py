"""Suspensions of awards on the wire."""

from pydantic import Field

from app.rules.award_suspensions import AwardSuspensionState
from app.schemas.wire import Body, Day, Id, Instant, ShortText, Tagged


class AwardSuspend(Body):
    """From `from_on` to `until_on`, both included, no placement begins under the award; null: until it is lifted."""

    lot_award_id: Id
    from_on: Day = Field(examples=["2026-11-24"])
    until_on: Day | None = Field(default=None, examples=["2026-12-18"])
    reason: ShortText = Field(examples=["No head of provision in post"])


class AwardSuspensionLift(Body):
    """From today on placements may begin under the award again."""

    reason: ShortText = Field(examples=["A head of provision has started"])


class AwardSuspensionRead(Tagged):
    """A suspension of an award. Schools read its days; the reasons are between council and provider (else null)."""

    id: Id
    lot_award_id: Id
    council_id: Id
    provider_id: Id
    state: AwardSuspensionState
    from_on: Day
    until_on: Day | None
    reason: ShortText | None
    lifted_on: Day | None
    lifted_because: ShortText | None
    created_at: Instant
    changed_at: Instant
