"""Quality assurance: a council's frameworks of criteria, its visits to providers, and findings."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKeyConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.models.columns import INSTANT, JSON, Record, slug
from app.rules.qa import VisitState


class QaFramework(Record, table=True):
    """Areas with their criteria, as a council works by them: `[{"slug", "name", "criteria": [{"slug", "text"}]}]`.

    Its activity types are the kinds of visit that it knows: `[{"slug", "name", "minimum_frequency"}]`.
    """

    __tablename__ = "qa_frameworks"
    __table_args__ = (UniqueConstraint("id", "council_id"),)

    council_id: UUID = Field(foreign_key="organisations.id", index=True)
    name: str = Field(max_length=200)
    areas: list[dict[str, Any]] = Field(sa_type=JSON)
    activity_types: list[dict[str, str]] = Field(sa_type=JSON)


class QaVisit(Record, table=True):
    __tablename__ = "qa_visits"
    __table_args__ = (
        ForeignKeyConstraint(["framework_id", "council_id"], ["qa_frameworks.id", "qa_frameworks.council_id"]),
        UniqueConstraint("id", "council_id", "provider_id"),
        UniqueConstraint("id", "provider_id"),
    )

    council_id: UUID = Field(foreign_key="organisations.id", index=True)
    provider_id: UUID = Field(foreign_key="organisations.id", index=True)
    framework_id: UUID
    activity_type: str = Field(max_length=60)
    state: VisitState = Field(sa_type=slug(VisitState))
    planned_on: date
    carried_out_on: date | None = None
    officers: list[str] = Field(sa_type=JSON)
    report: str | None = None
    provider_response: str | None = Field(default=None, max_length=8000)
    published_at: datetime | None = Field(default=None, sa_type=INSTANT)


class QaFinding(SQLModel, table=True):
    """What a visit found on one criterion of its framework: evidence seen or not, and notes. Never a score."""

    __tablename__ = "qa_findings"
    __table_args__ = (
        ForeignKeyConstraint(
            ["visit_id", "council_id", "provider_id"],
            ["qa_visits.id", "qa_visits.council_id", "qa_visits.provider_id"],
        ),
        UniqueConstraint("visit_id", "criterion"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    visit_id: UUID
    council_id: UUID
    provider_id: UUID
    criterion: str = Field(max_length=120)
    evidence_seen: bool
    notes: str | None = Field(default=None, max_length=8000)
