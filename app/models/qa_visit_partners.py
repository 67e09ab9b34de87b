"""Councils that take part in a quality assurance visit beside the one that leads it."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, text
from sqlmodel import Field

from app.models.columns import INSTANT, JSON, Record, slug
from app.rules.qa_visit_partners import PartnerState


class QaVisitPartner(Record, table=True):
    """A council's part in a visit: invited, and once it has joined, its officers and its own publication.

    `activity_type` and `planned_on` are the visit's, which an invited council does not see. `framework_id` and
    `counts_as` say as which activity of its own framework the partner counts the visit.
    """

    __tablename__ = "qa_visit_partners"
    __table_args__ = (
        ForeignKeyConstraint(
            ["visit_id", "lead_id", "provider_id"],
            ["qa_visits.id", "qa_visits.council_id", "qa_visits.provider_id"],
        ),
        ForeignKeyConstraint(["framework_id", "council_id"], ["qa_frameworks.id", "qa_frameworks.council_id"]),
        Index(
            "uq_qa_visit_partners_standing",
            "visit_id",
            "council_id",
            unique=True,
            postgresql_where=text("state in ('invited', 'joined')"),
        ),
    )

    visit_id: UUID = Field(index=True)
    lead_id: UUID = Field(index=True)
    provider_id: UUID
    council_id: UUID = Field(foreign_key="organisations.id", index=True)
    activity_type: str = Field(max_length=60)
    planned_on: date
    state: PartnerState = Field(sa_type=slug(PartnerState))
    message: str | None = Field(default=None, max_length=2000)
    officers: list[str] = Field(default_factory=list, sa_type=JSON, sa_column_kwargs={"server_default": "[]"})
    framework_id: UUID | None = None
    counts_as: str | None = Field(default=None, max_length=60)
    answered_at: datetime | None = Field(default=None, sa_type=INSTANT)
    declined_because: str | None = Field(default=None, max_length=2000)
    published_at: datetime | None = Field(default=None, sa_type=INSTANT)
