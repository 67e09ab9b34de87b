"""AP Quality Toolkit assessments. There is no score, average or ranking here, by design of its authors and ours."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.models.columns import INSTANT, JSON, TEXTS, Record, slug
from app.rules.toolkit import AssessmentState, ToolkitUse
from app.rules.toolkit_uses import AssessorRole


class ToolkitAssessment(Record, table=True):
    """An assessment of one provider, written by one organisation, over all areas of the toolkit.

    The people who carry it out are `assessors` in words, and `named_assessors` as `[{"name", "role"}]`.
    `lot_council_id` is the council whose lot is applied for; of an assessment for an application, the one council that
    reads it.
    """

    __tablename__ = "toolkit_assessments"
    __table_args__ = (
        UniqueConstraint("id", "provider_id", "assessor_id"),
        ForeignKeyConstraint(
            ["peer_review_id", "provider_id", "assessor_id"],
            ["toolkit_peer_reviews.id", "toolkit_peer_reviews.reviewed_id", "toolkit_peer_reviews.reviewer_id"],
        ),
        ForeignKeyConstraint(
            ["lot_application_id", "lot_council_id", "provider_id"],
            ["lot_applications.id", "lot_applications.council_id", "lot_applications.provider_id"],
        ),
        CheckConstraint("(lot_application_id is null) = (lot_council_id is null)", name="of_an_application"),
        CheckConstraint("peer_review_id is null or use = 'peer_review'", name="of_a_peer_review"),
        CheckConstraint(
            "(assessor_role in ('itself', 'school_itself')) = (assessor_id = provider_id)", name="role_is_its_own"
        ),
        UniqueConstraint("id", "provider_id"),
    )

    provider_id: UUID = Field(foreign_key="organisations.id", index=True)
    assessor_id: UUID = Field(foreign_key="organisations.id", index=True)
    use: ToolkitUse = Field(sa_type=slug(ToolkitUse))
    assessor_role: AssessorRole = Field(sa_type=slug(AssessorRole))
    state: AssessmentState = Field(sa_type=slug(AssessmentState))
    assessors: str = Field(max_length=500)
    named_assessors: list[dict[str, str]] = Field(sa_type=JSON)
    question_set_id: UUID | None = Field(default=None, foreign_key="toolkit_question_sets.id")
    peer_review_id: UUID | None = Field(default=None, unique=True)
    lot_application_id: UUID | None = Field(default=None, index=True)
    lot_council_id: UUID | None = None
    completed_at: datetime | None = Field(default=None, sa_type=INSTANT)


class ToolkitEntry(SQLModel, table=True):
    """What an assessment says about one area.

    Sources are `[{"kind", "title", "seen_on", "found_at", "note"}]`, actions `[{"text", "owner", "due_on"}]`.
    """

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
    sources: list[dict[str, str | None]] = Field(sa_type=JSON)
    actions: list[str] = Field(sa_type=TEXTS)
    planned_actions: list[dict[str, str]] = Field(sa_type=JSON)
    not_applicable_because: str | None = Field(default=None, max_length=2000)
