"""Concerns about providers. Who raised one is shown to its provider only where the raiser allows it."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from app.models.columns import INSTANT, Record, slug
from app.rules.concerns import ConcernState


class Concern(Record, table=True):
    """What a school or council is worried about: heard by the council, read by the provider from `shared_at` on.

    `due_on` is when the council says what becomes of it, or the provider answers; `overdue_told_for` the day that the
    clock has told of.
    """

    __tablename__ = "concerns"
    __table_args__ = (
        ForeignKeyConstraint(["visit_id", "provider_id"], ["qa_visits.id", "qa_visits.provider_id"]),
        UniqueConstraint("id", "council_id", "provider_id"),
        Index("ix_concerns_due", "due_on", postgresql_where=text("state in ('raised', 'shared', 'answered')")),
    )

    council_id: UUID = Field(foreign_key="organisations.id", index=True)
    provider_id: UUID = Field(foreign_key="organisations.id", index=True)
    raised_by_id: UUID = Field(foreign_key="organisations.id", index=True)
    raiser_may_be_named: bool
    visit_id: UUID | None = None
    text: str = Field(max_length=8000)
    state: ConcernState = Field(sa_type=slug(ConcernState))
    due_on: date
    shared_at: datetime | None = Field(default=None, sa_type=INSTANT)
    answer: str | None = Field(default=None, max_length=8000)
    answered_at: datetime | None = Field(default=None, sa_type=INSTANT)
    settled_because: str | None = Field(default=None, max_length=2000)
    settled_at: datetime | None = Field(default=None, sa_type=INSTANT)
    overdue_told_for: date | None = None
