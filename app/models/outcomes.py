"""Outcomes of placements, destinations of year 11 leavers, and the checks whether they were sustained."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.models.columns import INSTANT, JSON, Record, slug
from app.rules.leaver_destinations import LeaverDestination
from app.rules.outcomes import Destination, MoveReason
from app.rules.sustained_checks import CheckRecord, Finding


class Statement(SQLModel):
    """What a party said of a placement, once and for all: a correction is another statement that supersedes it.

    `number` counts the statements of a placement from 1; the one that no other supersedes stands.
    """

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    placement_id: UUID = Field(foreign_key="placements.id")
    number: int
    supersedes_id: UUID | None = None
    correction_reason: str | None = Field(default=None, max_length=500)
    recorded_by_id: UUID = Field(foreign_key="organisations.id")
    recorded_by: str = Field(max_length=200)
    recorded_at: datetime = Field(sa_type=INSTANT)


def _statements(table: str) -> tuple[Any, ...]:
    """One chain a placement: no two statements supersede the same one, and none supersedes another placement's."""
    return (
        UniqueConstraint("id", "placement_id"),
        UniqueConstraint("placement_id", "number"),
        UniqueConstraint("supersedes_id"),
        ForeignKeyConstraint(["supersedes_id", "placement_id"], [f"{table}.id", f"{table}.placement_id"]),
        CheckConstraint(
            "(number = 1) = (supersedes_id is null) and (supersedes_id is null) = (correction_reason is null)",
            name="first_or_correction",
        ),
    )


class Outcome(Statement, table=True):
    """How a placement came out. `objectives` holds each with its text and result; `moved_on` is the day of the move."""

    __tablename__ = "outcomes"
    __table_args__ = _statements("outcomes")

    destination: Destination = Field(sa_type=slug(Destination))
    destination_id: UUID | None = Field(default=None, foreign_key="organisations.id")
    destination_name: str | None = Field(default=None, max_length=200)
    destination_urn: str | None = Field(default=None, max_length=6)
    destination_from_on: date | None = None
    moved_on: date
    reason: MoveReason = Field(sa_type=slug(MoveReason))
    reason_note: str | None = Field(default=None, max_length=500)
    objectives: list[dict[str, Any]] = Field(sa_type=JSON)
    successful: bool | None = None
    success_reason: str = Field(max_length=500)


class LeaverDestinationRecord(Statement, table=True):
    """Where a pupil went after year 11."""

    __tablename__ = "leaver_destinations"
    __table_args__ = _statements("leaver_destinations")

    destination: LeaverDestination = Field(sa_type=slug(LeaverDestination))
    provider_name: str | None = Field(default=None, max_length=200)
    provider_ukprn: str | None = Field(default=None, max_length=8)
    from_on: date | None = None
    note: str | None = Field(default=None, max_length=500)


class SustainedCheck(Record, table=True):
    """Whether a move was sustained after two full terms, asked once for each destination.

    `due_on` is null until the calendar reaches so far; readers derive it, and the clock notes it. `finding` is that
    of the latest statement about it.
    """

    __tablename__ = "sustained_checks"
    __table_args__ = (
        UniqueConstraint("id", "placement_id"),
        ForeignKeyConstraint(["outcome_id", "placement_id"], ["outcomes.id", "outcomes.placement_id"]),
        ForeignKeyConstraint(
            ["leaver_destination_id", "placement_id"], ["leaver_destinations.id", "leaver_destinations.placement_id"]
        ),
        CheckConstraint("num_nonnulls(outcome_id, leaver_destination_id) = 1", name="one_subject"),
        CheckConstraint("(state = 'done') <= (finding is not null)", name="done_with_finding"),
        Index(
            "uq_sustained_checks_of_outcome",
            "placement_id",
            unique=True,
            postgresql_where=text("outcome_id is not null and state <> 'void'"),
        ),
        Index(
            "uq_sustained_checks_of_leaver",
            "placement_id",
            unique=True,
            postgresql_where=text("leaver_destination_id is not null and state <> 'void'"),
        ),
        Index("ix_sustained_checks_untold", "due_on", postgresql_where=text("state = 'open' and due_told_at is null")),
    )

    placement_id: UUID = Field(foreign_key="placements.id", index=True)
    outcome_id: UUID | None = Field(default=None, index=True)
    leaver_destination_id: UUID | None = Field(default=None, index=True)
    state: CheckRecord = Field(sa_type=slug(CheckRecord))
    moved_on: date
    due_on: date | None = None
    finding: Finding | None = Field(default=None, sa_type=slug(Finding))
    due_told_at: datetime | None = Field(default=None, sa_type=INSTANT)


class SustainedFinding(SQLModel, table=True):
    """What a party found, kept for ever; the one with the highest `number` counts."""

    __tablename__ = "sustained_findings"
    __table_args__ = (
        ForeignKeyConstraint(["check_id", "placement_id"], ["sustained_checks.id", "sustained_checks.placement_id"]),
        UniqueConstraint("check_id", "number"),
        CheckConstraint("(number = 1) = (correction_reason is null)", name="first_or_correction"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    check_id: UUID
    placement_id: UUID = Field(foreign_key="placements.id", index=True)
    number: int
    finding: Finding = Field(sa_type=slug(Finding))
    evidence: str = Field(max_length=500)
    correction_reason: str | None = Field(default=None, max_length=500)
    recorded_by_id: UUID = Field(foreign_key="organisations.id")
    recorded_by: str = Field(max_length=200)
    recorded_at: datetime = Field(sa_type=INSTANT)
