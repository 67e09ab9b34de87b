"""Referrals on the wire: what their requesting side writes and reads."""

from typing import Annotated

from pydantic import Field

from app.rules.placements import PlacementTier, PrimaryReason
from app.rules.procurement import AttendancePattern, DeliveryOption, KeyStage
from app.rules.referrals import DeclineReason, ReferralState, ReferralStep, Urgency
from app.rules.timetables import Weekday
from app.schemas.placements import Objectives, PlacementPurpose
from app.schemas.wire import Body, Day, Id, Instant, LongText, Name, Read, ShortText, Tagged, left_out

PreferredDays = Annotated[
    list[Annotated[Weekday, Field(strict=False)]], Field(max_length=5, examples=[["monday", "tuesday"]])
]
NEEDS_HINT = "What a provider must know to decide. It goes to every provider with an offer: name nobody in it."


class ReferralRequest(PlacementPurpose):
    """A child for whom a place is wanted.

    `commissioner_id` is the caller, or the calling school's own council, which then takes the referral up or declines.
    `host_school_id` is null for a child on no roll.
    """

    pupil_id: Id
    host_school_id: Id | None = None
    commissioner_id: Id
    needs: LongText = Field(description=NEEDS_HINT, examples=["Small groups; anxious in corridors; likes to cook"])
    pattern: AttendancePattern = Field(strict=False)
    online: bool = Field(default=False, examples=[False])
    delivery: DeliveryOption | None = Field(default=None, strict=False)
    wanted_start_on: Day
    wanted_end_on: Day
    preferred_days: PreferredDays = []
    urgency: Urgency = Field(strict=False)
    transport_needed: bool


class ReferralChange(Body):
    """A change while nothing is offered. Members left out stay as they are."""

    tier: PlacementTier = Field(strict=False, default_factory=left_out)
    primary_reason: PrimaryReason = Field(strict=False, default_factory=left_out)
    key_stage: KeyStage | None = Field(default=None, strict=False)
    objectives: Objectives = Field(default_factory=left_out)
    intended_next_step: ShortText = Field(default_factory=left_out)
    needs: LongText = Field(description=NEEDS_HINT, default_factory=left_out)
    pattern: AttendancePattern = Field(strict=False, default_factory=left_out)
    online: bool = Field(default_factory=left_out)
    delivery: DeliveryOption | None = Field(default=None, strict=False)
    wanted_start_on: Day = Field(default_factory=left_out)
    wanted_end_on: Day = Field(default_factory=left_out)
    preferred_days: PreferredDays = Field(default_factory=left_out)
    urgency: Urgency = Field(strict=False, default_factory=left_out)
    transport_needed: bool = Field(default_factory=left_out)


class ReferralReason(Body):
    """Why; the requesting side reads it, providers do not."""

    reason: ShortText = Field(examples=["Another way was found at the school"])


class ReferralRead(Tagged):
    """A referral as its requesting side reads it: requester, commissioner, host school and that school's council.

    `offered_until` is when the last standing offer lapses; with none left the referral is `taken_up` again.
    """

    id: Id
    state: ReferralState
    pupil_id: Id
    requested_by_id: Id
    commissioner_id: Id
    host_school_id: Id | None
    council_id: Id | None
    tier: PlacementTier
    primary_reason: PrimaryReason
    key_stage: KeyStage | None
    objectives: Objectives
    intended_next_step: ShortText
    needs: LongText
    pattern: AttendancePattern
    online: bool
    delivery: DeliveryOption | None
    wanted_start_on: Day
    wanted_end_on: Day
    preferred_days: PreferredDays
    urgency: Urgency
    transport_needed: bool
    offered_until: Instant | None
    closed_because: ShortText | None
    placement_id: Id | None
    settled_at: Instant | None
    created_at: Instant
    changed_at: Instant


class ReferralStepRead(Read):
    """One step of a referral's life. `by_id` is null for what the clock or another step brought about."""

    number: Annotated[int, Field(ge=1, le=1_000_000)]
    step: ReferralStep
    at: Instant
    by_id: Id | None
    by_name: Name | None
    offer_id: Id | None
    provider_id: Id | None
    provider_name: Name | None
    declined_for: DeclineReason | None
    reason: ShortText | None
