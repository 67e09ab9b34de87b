"""Referrals, the offers made in them, and their history."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.models.columns import INSTANT, JSON, TEXTS, Record, slug
from app.rules.placements import PlacementTier, PrimaryReason
from app.rules.procurement import AttendancePattern, DeliveryOption, KeyStage
from app.rules.referrals import DeclineReason, OfferState, ReferralState, ReferralStep, Urgency


class Referral(Record, table=True):
    """A child for whom a place is wanted. Its parties and its pupil never change.

    `council_id` is the council of the host school, or of the requester where there is none: it sees the referral
    whoever commissions. `offered_until` is the latest `answer_by` of the offers that stand.
    """

    __tablename__ = "referrals"
    __table_args__ = (
        UniqueConstraint("id", "commissioner_id"),
        ForeignKeyConstraint(["placement_id"], ["placements.id"], deferrable=True, initially="DEFERRED"),
        CheckConstraint("wanted_start_on <= wanted_end_on", name="dates_in_order"),
        CheckConstraint("(state = 'placed') = (placement_id is not null)", name="placement_when_placed"),
        CheckConstraint("(state = 'offered') = (offered_until is not null)", name="offered_until_when_offered"),
    )

    pupil_id: UUID = Field(foreign_key="pupils.id", index=True)
    requested_by_id: UUID = Field(foreign_key="organisations.id", index=True)
    commissioner_id: UUID = Field(foreign_key="organisations.id", index=True)
    host_school_id: UUID | None = Field(default=None, foreign_key="organisations.id", index=True)
    council_id: UUID | None = Field(default=None, foreign_key="organisations.id", index=True)
    state: ReferralState = Field(sa_type=slug(ReferralState))
    placement_id: UUID | None = Field(default=None, index=True)
    tier: PlacementTier = Field(sa_type=slug(PlacementTier))
    primary_reason: PrimaryReason = Field(sa_type=slug(PrimaryReason))
    key_stage: KeyStage | None = Field(default=None, sa_type=slug(KeyStage))
    objectives: list[str] = Field(sa_type=TEXTS)
    intended_next_step: str = Field(max_length=500)
    needs: str = Field(max_length=8000)
    pattern: AttendancePattern = Field(sa_type=slug(AttendancePattern))
    online: bool
    delivery: DeliveryOption | None = Field(default=None, sa_type=slug(DeliveryOption))
    wanted_start_on: date
    wanted_end_on: date
    preferred_days: list[str] = Field(sa_type=TEXTS)
    urgency: Urgency = Field(sa_type=slug(Urgency))
    transport_needed: bool
    offered_until: datetime | None = Field(default=None, sa_type=INSTANT)
    closed_because: str | None = Field(default=None, max_length=500)
    settled_at: datetime | None = Field(default=None, sa_type=INSTANT)


class ReferralOffer(Record, table=True):
    """The terms on which one provider is asked; they never change.

    The offer is accepted before the placement is there, under the id that the placement will have: so the database
    lets one placement in for each acceptance, and none without. The offer's row holds nothing about the child.
    """

    __tablename__ = "referral_offers"
    __table_args__ = (
        ForeignKeyConstraint(["referral_id", "commissioner_id"], ["referrals.id", "referrals.commissioner_id"]),
        ForeignKeyConstraint(
            ["placement_id", "provider_id"],
            ["placements.id", "placements.provider_id"],
            deferrable=True,
            initially="DEFERRED",
        ),
        UniqueConstraint("placement_id"),
        UniqueConstraint("id", "referral_id"),
        CheckConstraint("starts_on <= planned_end_on", name="dates_in_order"),
        CheckConstraint("spot_purchase = (lot_id is null)", name="lot_or_spot_purchase"),
        CheckConstraint("(state = 'accepted') = (placement_id is not null)", name="placement_when_accepted"),
        CheckConstraint("(state = 'declined') = (declined_for is not null)", name="reason_when_declined"),
        Index("ix_referral_offers_lapsing", "answer_by", postgresql_where=text("state = 'offered'")),
        Index("uq_referral_offers_accepted", "referral_id", unique=True, postgresql_where=text("state = 'accepted'")),
    )

    referral_id: UUID = Field(index=True)
    commissioner_id: UUID = Field(foreign_key="organisations.id")
    provider_id: UUID = Field(foreign_key="organisations.id", index=True)
    state: OfferState = Field(sa_type=slug(OfferState))
    lot_id: UUID | None = Field(default=None, foreign_key="lots.id", index=True)
    spot_purchase: bool
    calendar_id: UUID = Field(foreign_key="calendars.id", index=True)
    pattern: AttendancePattern = Field(sa_type=slug(AttendancePattern))
    online: bool
    delivery: DeliveryOption | None = Field(default=None, sa_type=slug(DeliveryOption))
    starts_on: date
    planned_end_on: date
    planned_end_by_agreement: bool
    timetable: list[dict[str, Any]] = Field(sa_type=JSON)
    answer_by: datetime = Field(sa_type=INSTANT)
    declined_for: DeclineReason | None = Field(default=None, sa_type=slug(DeclineReason))
    declined_because: str | None = Field(default=None, max_length=500)
    withdrawn_because: str | None = Field(default=None, max_length=500)
    placement_id: UUID | None = Field(default=None)
    settled_at: datetime | None = Field(default=None, sa_type=INSTANT)


class ReferralStepTaken(SQLModel, table=True):
    """One line of a referral's history. The database writes it as a referral or an offer changes; nothing changes it.

    `by_id` is null for what the clock or another step brought about. Names are those of the day.
    """

    __tablename__ = "referral_steps"
    __table_args__ = (
        UniqueConstraint("referral_id", "number"),
        ForeignKeyConstraint(["offer_id", "referral_id"], ["referral_offers.id", "referral_offers.referral_id"]),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    referral_id: UUID = Field(foreign_key="referrals.id")
    number: int
    step: ReferralStep = Field(sa_type=slug(ReferralStep))
    at: datetime = Field(sa_type=INSTANT)
    by_id: UUID | None = Field(default=None, foreign_key="organisations.id")
    by_name: str | None = Field(default=None, max_length=200)
    offer_id: UUID | None = Field(default=None, index=True)
    provider_id: UUID | None = Field(default=None, foreign_key="organisations.id")
    provider_name: str | None = Field(default=None, max_length=200)
    declined_for: DeclineReason | None = Field(default=None, sa_type=slug(DeclineReason))
    reason: str | None = Field(default=None, max_length=500)
