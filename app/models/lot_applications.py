"""Providers' applications for lots, and what the council found of them."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.models.columns import INSTANT, JSON, TEXTS, Record, slug
from app.rules.lot_applications import ApplicationState


class LotApplication(Record, table=True):
    """A provider's application for one lot, made in a window of its framework."""

    __tablename__ = "lot_applications"
    __table_args__ = (
        ForeignKeyConstraint(["lot_id", "framework_id"], ["lots.id", "lots.framework_id"]),
        ForeignKeyConstraint(["window_id", "framework_id"], ["framework_windows.id", "framework_windows.framework_id"]),
        ForeignKeyConstraint(["framework_id", "council_id"], ["frameworks.id", "frameworks.council_id"]),
        ForeignKeyConstraint(
            ["lot_award_id", "council_id", "provider_id"],
            ["lot_awards.id", "lot_awards.council_id", "lot_awards.provider_id"],
        ),
        UniqueConstraint("id", "council_id", "provider_id"),
        UniqueConstraint("lot_award_id"),
        CheckConstraint("(state = 'awarded') = (lot_award_id is not null)", name="award_where_awarded"),
        Index(
            "uq_lot_applications_standing",
            "lot_id",
            "window_id",
            "provider_id",
            unique=True,
            postgresql_where=text("state <> 'withdrawn'"),
        ),
    )

    lot_id: UUID
    framework_id: UUID = Field(index=True)
    window_id: UUID
    council_id: UUID = Field(index=True)
    provider_id: UUID = Field(foreign_key="organisations.id", index=True)
    state: ApplicationState = Field(sa_type=slug(ApplicationState))
    delivery_options: list[str] = Field(sa_type=TEXTS)
    capacity: int | None = None
    statement: str = Field(max_length=8000)
    decided_at: datetime | None = Field(default=None, sa_type=INSTANT)
    decided_because: str | None = Field(default=None, max_length=8000)
    lot_award_id: UUID | None = None


class LotEvaluation(SQLModel, table=True):
    """What a council found of an application, in words: `notes` are `[{"criterion", "note"}]`. Never a score.

    A table of its own, so that row security keeps it from the applicant until the decision.
    """

    __tablename__ = "lot_evaluations"
    __table_args__ = (
        ForeignKeyConstraint(
            ["application_id", "council_id", "provider_id"],
            ["lot_applications.id", "lot_applications.council_id", "lot_applications.provider_id"],
        ),
        UniqueConstraint("application_id"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    application_id: UUID
    council_id: UUID
    provider_id: UUID
    evaluators: list[str] = Field(sa_type=TEXTS)
    summary: str = Field(max_length=8000)
    notes: list[dict[str, str]] = Field(sa_type=JSON)
    recorded_at: datetime = Field(sa_type=INSTANT)
