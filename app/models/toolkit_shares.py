"""Shares of complete toolkit assessments with one more organisation each."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlmodel import Field

from app.models.columns import INSTANT, Record, slug
from app.rules.toolkit_shares import ShareState


class ToolkitShare(Record, table=True):
    """That one more organisation reads an assessment, by leave of the one assessed."""

    __tablename__ = "toolkit_shares"
    __table_args__ = (
        ForeignKeyConstraint(
            ["assessment_id", "provider_id", "assessor_id"],
            ["toolkit_assessments.id", "toolkit_assessments.provider_id", "toolkit_assessments.assessor_id"],
        ),
        CheckConstraint("shared_with_id not in (provider_id, assessor_id)", name="with_another"),
        CheckConstraint("(state = 'retracted') = (retracted_at is not null)", name="retracted_at_a_time"),
        Index(
            "uq_toolkit_shares_standing",
            "assessment_id",
            "shared_with_id",
            unique=True,
            postgresql_where=text("state = 'standing'"),
        ),
    )

    assessment_id: UUID
    provider_id: UUID = Field(index=True)
    assessor_id: UUID
    shared_with_id: UUID = Field(foreign_key="organisations.id", index=True)
    state: ShareState = Field(sa_type=slug(ShareState))
    retracted_at: datetime | None = Field(default=None, sa_type=INSTANT)
