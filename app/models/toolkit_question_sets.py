"""The original questions of the toolkit, as councils import them."""

from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from app.models.columns import JSON, Record, slug
from app.rules.toolkit_question_sets import QuestionSetState


class ToolkitQuestionSet(Record, table=True):
    """One edition of a council's questions: `[{"area", "questions": [text]}]`, of areas and sub-areas by slug."""

    __tablename__ = "toolkit_question_sets"
    __table_args__ = (
        UniqueConstraint("council_id", "edition"),
        Index(
            "uq_toolkit_question_sets_current", "council_id", unique=True, postgresql_where=text("state = 'current'")
        ),
    )

    council_id: UUID = Field(foreign_key="organisations.id")
    edition: int
    state: QuestionSetState = Field(sa_type=slug(QuestionSetState))
    title: str = Field(max_length=200)
    permission: str = Field(max_length=500)
    areas: list[dict[str, Any]] = Field(sa_type=JSON)
