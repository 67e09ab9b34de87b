"""Suspensions, and the agreements that the parties give to them."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.models.columns import INSTANT, TEXTS, Record, slug
from app.rules.agreements import AgreementAnswer
from app.rules.suspensions import SuspensionState


class Suspension(Record, table=True):
    """A provider's request that a pupil not attend for some days; nothing until all who must agree have agreed.

    `takes_effect_at` is the start of the first session missed; it follows the timetable while the request is open.
    """

    __tablename__ = "suspensions"
    __table_args__ = (
        UniqueConstraint("id", "placement_id"),
        CheckConstraint("starts_on <= ends_on", name="dates_in_order"),
        Index("ix_suspensions_lapsing", "takes_effect_at", postgresql_where=text("state = 'requested'")),
    )

    placement_id: UUID = Field(foreign_key="placements.id", index=True)
    requested_by_id: UUID = Field(foreign_key="organisations.id")
    state: SuspensionState = Field(sa_type=slug(SuspensionState))
    starts_on: date
    ends_on: date
    takes_effect_at: datetime = Field(sa_type=INSTANT)
    reason: str = Field(max_length=500)
    settled_at: datetime | None = Field(default=None, sa_type=INSTANT)


class Agreement(SQLModel, table=True):
    """One organisation's own word on a suspension, in every role it holds there. Given once; never by another."""

    __tablename__ = "agreements"
    __table_args__ = (
        ForeignKeyConstraint(["suspension_id", "placement_id"], ["suspensions.id", "suspensions.placement_id"]),
        UniqueConstraint("suspension_id", "organisation_id"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    placement_id: UUID = Field(foreign_key="placements.id", index=True)
    suspension_id: UUID
    organisation_id: UUID = Field(foreign_key="organisations.id")
    roles: list[str] = Field(sa_type=TEXTS)
    answer: AgreementAnswer = Field(sa_type=slug(AgreementAnswer))
    given_by: str = Field(max_length=200)
    note: str | None = Field(default=None, max_length=500)
    given_at: datetime = Field(sa_type=INSTANT)
