"""Suspensions of placed pupils."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from app.models.columns import INSTANT, Record, slug
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
