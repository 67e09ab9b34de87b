"""Quality assurance: a council's frameworks of criteria, its visits to providers, and findings."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint, false, text
from sqlmodel import Field, SQLModel

from app.models.columns import INSTANT, JSON, Record, slug
from app.rules.qa_frameworks import FrameworkState
from app.rules.qa_structures import StructureSlug
from app.rules.qa_visits import VisitState


class QaFramework(Record, table=True):
    """Areas with their criteria, as a council works by them: `[{"slug", "name", "criteria": [{"slug", "text"}]}]`.

    Its activity types are what the council does: `[{"slug", "name", "minimum_frequency", "done_by"}]`. A row is one
    edition of the framework `series_id`, and never changes but for its state. `structure` is what it was adopted from.
    """

    __tablename__ = "qa_frameworks"
    __table_args__ = (
        UniqueConstraint("id", "council_id"),
        UniqueConstraint("series_id", "edition"),
        Index(
            "uq_qa_frameworks_structure",
            "council_id",
            "structure",
            unique=True,
            postgresql_where=text("state = 'current'"),
        ),
    )

    council_id: UUID = Field(foreign_key="organisations.id", index=True)
    series_id: UUID
    edition: int = Field(default=1)
    state: FrameworkState = Field(default=FrameworkState.CURRENT, sa_type=slug(FrameworkState))
    structure: StructureSlug | None = Field(default=None, sa_type=slug(StructureSlug))
    name: str = Field(max_length=200)
    areas: list[dict[str, Any]] = Field(sa_type=JSON)
    activity_types: list[dict[str, str]] = Field(sa_type=JSON)


class QaVisit(Record, table=True):
    """A visit that the council `council_id` leads; those that joined it are in `qa_visit_partners`.

    `published_at` is when schools could first read it, `lead_published_at` when those of the leading council could.
    `reschedulings` are `[{"from_on", "to_on", "reason", "at"}]`.
    """

    __tablename__ = "qa_visits"
    __table_args__ = (
        ForeignKeyConstraint(["framework_id", "council_id"], ["qa_frameworks.id", "qa_frameworks.council_id"]),
        UniqueConstraint("id", "council_id", "provider_id"),
        Index("ix_qa_visits_missed", "planned_on", postgresql_where=text("state = 'planned' and not overdue_told")),
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
    lead_published_at: datetime | None = Field(default=None, sa_type=INSTANT)
    reschedulings: list[dict[str, str]] = Field(
        default_factory=list, sa_type=JSON, sa_column_kwargs={"server_default": "[]"}
    )
    overdue_told: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    cancelled_because: str | None = Field(default=None, max_length=2000)
    discussed_on: date | None = None
    discussed_with: list[str] = Field(default_factory=list, sa_type=JSON, sa_column_kwargs={"server_default": "[]"})
    discussion_note: str | None = Field(default=None, max_length=8000)
    undiscussed_because: str | None = Field(default=None, max_length=2000)


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
