"""Procurement: a council's frameworks, their windows and lots, and the lots awarded to providers."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from app.models.columns import JSON, TEXTS, Record, slug
from app.rules.frameworks import WindowKind
from app.rules.procurement import AttendancePattern


class Framework(Record, table=True):
    """`ends_on` is the last day as it stands, extensions made included."""

    __tablename__ = "frameworks"
    __table_args__ = (
        UniqueConstraint("id", "council_id"),
        UniqueConstraint("succeeds_id"),
        ForeignKeyConstraint(["succeeds_id", "council_id"], ["frameworks.id", "frameworks.council_id"]),
        CheckConstraint("extensions_made between 0 and extensions_allowed", name="extensions_counted"),
    )

    council_id: UUID = Field(foreign_key="organisations.id", index=True)
    name: str = Field(max_length=200)
    starts_on: date
    ends_on: date
    extensions_allowed: int = Field(default=0)
    extension_months: int = Field(default=0)
    extensions_made: int = Field(default=0)
    insurance_required: bool = Field(default=True)
    safeguarding_confirmation_required: bool = Field(default=True)
    succeeds_id: UUID | None = None


class FrameworkWindow(Record, table=True):
    """The days, both included, on which providers may apply for the lots of a framework."""

    __tablename__ = "framework_windows"
    __table_args__ = (
        UniqueConstraint("id", "framework_id"),
        CheckConstraint("opens_on <= closes_on", name="dates_in_order"),
    )

    framework_id: UUID = Field(foreign_key="frameworks.id", index=True)
    kind: WindowKind = Field(sa_type=slug(WindowKind))
    opens_on: date
    closes_on: date


class Lot(Record, table=True):
    """What a placement bought under it may be; null or an empty list leaves that open. Lots are a council's own.

    `group_limits` are the most pupils of a group: `[{"delivery", "key_stage", "most"}]`.
    """

    __tablename__ = "lots"
    __table_args__ = (UniqueConstraint("framework_id", "number"), UniqueConstraint("id", "framework_id"))

    framework_id: UUID = Field(foreign_key="frameworks.id")
    number: int
    name: str = Field(max_length=200)
    pattern: AttendancePattern | None = Field(default=None, sa_type=slug(AttendancePattern))
    online: bool | None = None
    key_stages: list[str] = Field(sa_type=TEXTS)
    delivery_options: list[str] = Field(sa_type=TEXTS)
    group_limits: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)


class LotAward(Record, table=True):
    """A lot that a provider holds for a period, with the delivery options it offers and the places it has.

    `expiry_told` counts what the clock has told of its end: 1 that it comes near, 2 that it has come.
    """

    __tablename__ = "lot_awards"
    __table_args__ = (
        UniqueConstraint("id", "council_id", "provider_id"),
        Index("ix_lot_awards_expiry_untold", "ends_on", postgresql_where=text("expiry_told < 2")),
    )

    lot_id: UUID = Field(foreign_key="lots.id", index=True)
    council_id: UUID = Field(foreign_key="organisations.id", index=True)
    provider_id: UUID = Field(foreign_key="organisations.id", index=True)
    starts_on: date
    ends_on: date
    delivery_options: list[str] = Field(sa_type=TEXTS)
    capacity: int | None = None
    vacancies_declared: int | None = None
    vacancies_declared_on: date | None = None
    expiry_told: int = Field(default=0)


class AwardSuspension(Record, table=True):
    """The days for which a council suspends an award: no placement begins under it then."""

    __tablename__ = "lot_award_suspensions"
    __table_args__ = (
        ForeignKeyConstraint(
            ["lot_award_id", "council_id", "provider_id"],
            ["lot_awards.id", "lot_awards.council_id", "lot_awards.provider_id"],
        ),
        CheckConstraint("from_on <= until_on", name="dates_in_order"),
    )

    lot_award_id: UUID = Field(index=True)
    council_id: UUID
    provider_id: UUID
    from_on: date
    until_on: date | None = None
    reason: str = Field(max_length=500)
    lifted_on: date | None = None
    lifted_because: str | None = Field(default=None, max_length=500)
