"""Qualifications and accredited outcomes of placed pupils."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.models.columns import INSTANT, Record, slug
from app.rules.directory_entries import QualificationLevel
from app.rules.qualifications import QualificationKind, QualificationState


class Qualification(Record, table=True):
    """One qualification of a pupil in a placement; the statement with the number `said` tells what is known of it."""

    __tablename__ = "qualifications"
    __table_args__ = (UniqueConstraint("id", "placement_id"),)

    placement_id: UUID = Field(foreign_key="placements.id", index=True)
    state: QualificationState = Field(sa_type=slug(QualificationState))
    said: int


class QualificationStatement(SQLModel, table=True):
    """What a party said of a qualification, whole and for ever: a result or a correction is a further statement."""

    __tablename__ = "qualification_statements"
    __table_args__ = (
        ForeignKeyConstraint(
            ["qualification_id", "placement_id"], ["qualifications.id", "qualifications.placement_id"]
        ),
        UniqueConstraint("qualification_id", "number"),
        CheckConstraint("number > 1 or reason is null", name="first_needs_no_reason"),
        CheckConstraint("(kind = 'unit') = (unit is not null)", name="unit_named"),
        CheckConstraint("(state = 'achieved') <= (achieved_on is not null)", name="achieved_on_a_day"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    qualification_id: UUID
    placement_id: UUID = Field(foreign_key="placements.id", index=True)
    number: int
    state: QualificationState = Field(sa_type=slug(QualificationState))
    kind: QualificationKind = Field(sa_type=slug(QualificationKind))
    title: str = Field(max_length=200)
    unit: str | None = Field(default=None, max_length=200)
    awarding_body: str = Field(max_length=200)
    level: QualificationLevel | None = Field(default=None, sa_type=slug(QualificationLevel))
    qualification_number: str | None = Field(default=None, max_length=20)
    entered_on: date | None = None
    achieved_on: date | None = None
    grade: str | None = Field(default=None, max_length=60)
    evidence: str | None = Field(default=None, max_length=500)
    reason: str | None = Field(default=None, max_length=500)
    recorded_by_id: UUID = Field(foreign_key="organisations.id")
    recorded_by: str = Field(max_length=200)
    recorded_at: datetime = Field(sa_type=INSTANT)
