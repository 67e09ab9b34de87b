"""Pupils who were sent home or kept away without agreement: what a party reported, and what followed."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.models.columns import INSTANT, TEXTS, Record, slug
from app.rules.agreements import PartyRole
from app.rules.unagreed_absences import ReviewOutcome, UnagreedAbsenceState, UnagreedKind


class UnagreedAbsence(Record, table=True):
    """One party's report. What it says never changes, and the flag `potential_unlawful_exclusion` never goes.

    `agreement_missing` holds the roles that had not agreed when it happened; `flags` what looked odd when it was taken.
    """

    __tablename__ = "unagreed_absences"
    __table_args__ = (
        ForeignKeyConstraint(
            ["early_departure_id", "placement_id"], ["early_departures.id", "early_departures.placement_id"]
        ),
        ForeignKeyConstraint(["suspension_id", "placement_id"], ["suspensions.id", "suspensions.placement_id"]),
        UniqueConstraint("id", "placement_id"),
        CheckConstraint("starts_on <= ends_on", name="dates_in_order"),
        CheckConstraint("potential_unlawful_exclusion", name="stays_flagged"),
        CheckConstraint("(state = 'reviewed') = (outcome is not null)", name="reviewed_with_outcome"),
        Index("ix_unagreed_absences_placement_id", "placement_id", "starts_on"),
    )

    placement_id: UUID = Field(foreign_key="placements.id")
    reported_by_id: UUID = Field(foreign_key="organisations.id")
    reported_as: PartyRole = Field(sa_type=slug(PartyRole))
    kind: UnagreedKind = Field(sa_type=slug(UnagreedKind))
    starts_on: date
    ends_on: date
    happened_at: datetime | None = Field(default=None, sa_type=INSTANT)
    what_happened: str | None = Field(default=None, max_length=8000)
    decided_by: str | None = Field(default=None, max_length=200)
    agreement_missing: list[str] = Field(sa_type=TEXTS)
    flags: list[str] = Field(sa_type=TEXTS)
    potential_unlawful_exclusion: bool = Field(default=True)
    early_departure_id: UUID | None = Field(default=None, index=True)
    suspension_id: UUID | None = Field(default=None, index=True)
    state: UnagreedAbsenceState = Field(sa_type=slug(UnagreedAbsenceState))
    outcome: ReviewOutcome | None = Field(default=None, sa_type=slug(ReviewOutcome))
    reviewed_by: str | None = Field(default=None, max_length=200)
    reviewed_at: datetime | None = Field(default=None, sa_type=INSTANT)
    review_note: str | None = Field(default=None, max_length=8000)


class UnagreedAbsenceNote(SQLModel, table=True):
    """What a party adds to a report: the provider's response, what the school did. Added and never changed."""

    __tablename__ = "unagreed_absence_notes"
    __table_args__ = (
        ForeignKeyConstraint(
            ["unagreed_absence_id", "placement_id"], ["unagreed_absences.id", "unagreed_absences.placement_id"]
        ),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    unagreed_absence_id: UUID = Field(index=True)
    placement_id: UUID = Field(foreign_key="placements.id", index=True)
    organisation_id: UUID = Field(foreign_key="organisations.id")
    role: PartyRole = Field(sa_type=slug(PartyRole))
    written_by: str = Field(max_length=200)
    text: str = Field(max_length=8000)
    written_at: datetime = Field(sa_type=INSTANT)
