"""Offers of a referral on the wire: to the provider asked, and to the referral's requesting side."""

from typing import Annotated

from pydantic import Field

from app.rules.placements import PlacementTier, PrimaryReason
from app.rules.procurement import AttendancePattern, DeliveryOption, KeyStage
from app.rules.referrals import DeclineReason, OfferState, Urgency
from app.schemas.placements import Objectives, PlacementTerms, SlotRead
from app.schemas.referrals import PreferredDays
from app.schemas.wire import Body, Day, Id, Instant, LongText, Read, ShortText, Tagged


class ReferralOfferMake(PlacementTerms):
    """What one provider is asked to take on, exactly as the placement would be, and until when it may answer."""

    answer_by: Instant = Field(examples=["2026-11-27T17:00:00Z"])


class ReferralOfferDecline(Body):
    """Why the provider declines; the referral's requesting side reads it, other providers do not."""

    declined_for: DeclineReason = Field(strict=False)
    reason: ShortText = Field(examples=["Both our groups for this age are full until February"])


class OfferedChild(Read):
    """What a provider must know to decide. Never the child's name, date of birth, UPN, id or school."""

    tier: PlacementTier
    primary_reason: PrimaryReason
    key_stage: KeyStage | None
    objectives: Objectives
    intended_next_step: ShortText
    needs: LongText
    preferred_days: PreferredDays
    urgency: Urgency
    transport_needed: bool


class ReferralOfferRead(Tagged):
    """An offer to one provider.

    To the provider `referral_id` and `withdrawn_because` are null, `state` is never `closed`, and `child` is there
    while the offer stands or once it is accepted. To the requesting side `child` is null: it reads the referral.
    """

    id: Id
    referral_id: Id | None
    state: OfferState
    commissioner_id: Id
    provider_id: Id
    lot_id: Id | None
    spot_purchase: bool
    calendar_id: Id
    pattern: AttendancePattern
    online: bool
    delivery: DeliveryOption | None
    starts_on: Day
    planned_end_on: Day
    planned_end_by_agreement: bool
    timetable: Annotated[list[SlotRead], Field(max_length=10)]
    answer_by: Instant
    child: OfferedChild | None
    declined_for: DeclineReason | None
    declined_because: ShortText | None
    withdrawn_because: ShortText | None
    placement_id: Id | None
    settled_at: Instant | None
    created_at: Instant
    changed_at: Instant
