"""AP Quality Toolkit assessments. There is no score, average or ranking here, by design of its authors and ours."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKeyConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.models.columns import INSTANT, TEXTS, Record, slug
from app.rules.toolkit import AssessmentState, ToolkitUse


class ToolkitAssessment(Record, table=True):
    """An assessment of one provider, written by one organisation, over all areas of the toolkit."""

    __tablename__ = "toolkit_assessments"
    __table_args__ = (
        UniqueConstraint("id", "provider_id", "assessor_id"),
        UniqueConstraint("id", "provider_id"),
    )

    provider_id: UUID = Field(foreign_key="organisations.id", index=True)
    assessor_id: UUID = Field(foreign_key="organisations.id", index=True)
    use: ToolkitUse = Field(sa_type=slug(ToolkitUse))
    state: AssessmentState = Field(sa_type=slug(AssessmentState))
    assessors: str = Field(max_length=500)
    completed_at: datetime | None = Field(default=None, sa_type=INSTANT)


class ToolkitEntry(SQLModel, table=True):
    """What an assessment says about one area."""

    __tablename__ = "toolkit_entries"
    __table_args__ = (
        ForeignKeyConstraint(
            ["assessment_id", "provider_id", "assessor_id"],
            ["toolkit_assessments.id", "toolkit_assessments.provider_id", "toolkit_assessments.assessor_id"],
        ),
        UniqueConstraint("assessment_id", "area"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    assessment_id: UUID
    provider_id: UUID
    assessor_id: UUID
    area: str = Field(max_length=60)
    strengths: list[str] = Field(sa_type=TEXTS)
    development_areas: list[str] = Field(sa_type=TEXTS)
    evidence: list[str] = Field(sa_type=TEXTS)
    actions: list[str] = Field(sa_type=TEXTS)
    not_applicable_because: str | None = Field(default=None, max_length=2000)
