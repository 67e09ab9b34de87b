"""Part-time timetable plans, and the reviews held of them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.models.columns import DAYS, INSTANT, JSON, TEXTS, Record, slug
from app.rules.part_time_plans import ParentsAgreedHow, PlanReason, PlanState, ReviewDecision


class PartTimePlan(Record, table=True):
    """Weekly sessions that a pupil does not attend from `starts_on` to `ends_on`, once all who must have agreed.

    `sessions_not_attended` holds weekday and session as `monday_pm`. `extends_id` is the plan that this one follows.
    `settled_at`: when it was agreed, refused, withdrawn or had lapsed; `ended_at`: when an agreed one was formally
    ended, or its extension agreed. What it was proposed as never changes, save that it is cut with its placement.
    """

    __tablename__ = "part_time_plans"
    __table_args__ = (
        UniqueConstraint("id", "placement_id"),
        ForeignKeyConstraint(["extends_id", "placement_id"], ["part_time_plans.id", "part_time_plans.placement_id"]),
        CheckConstraint("starts_on <= ends_on", name="dates_in_order"),
        CheckConstraint("weeks in (6, 12)", name="weeks"),
        Index("ix_part_time_plans_lapsing", "starts_on", postgresql_where=text("state = 'proposed'")),
    )

    placement_id: UUID = Field(foreign_key="placements.id", index=True)
    proposed_by_id: UUID = Field(foreign_key="organisations.id")
    extends_id: UUID | None = Field(default=None, index=True)
    state: PlanState = Field(sa_type=slug(PlanState))
    reason: PlanReason = Field(sa_type=slug(PlanReason))
    explanation: str = Field(max_length=500)
    starts_on: date
    weeks: int
    ends_on: date
    sessions_not_attended: list[str] = Field(sa_type=TEXTS)
    targets: list[dict[str, Any]] = Field(sa_type=JSON)
    review_dates: list[date] = Field(sa_type=DAYS)
    risk_assessed_on: date
    risk_assessed_by: str = Field(max_length=200)
    parents_agreed_by: str = Field(max_length=200)
    parents_agreed_how: ParentsAgreedHow = Field(sa_type=slug(ParentsAgreedHow))
    parents_agreed_on: date
    settled_at: datetime | None = Field(default=None, sa_type=INSTANT)
    ended_at: datetime | None = Field(default=None, sa_type=INSTANT)
    ended_because: str | None = Field(default=None, max_length=500)


class PartTimePlanReview(SQLModel, table=True):
    """A review as it was held, and what it decided. Never changed."""

    __tablename__ = "part_time_plan_reviews"
    __table_args__ = (
        ForeignKeyConstraint(["plan_id", "placement_id"], ["part_time_plans.id", "part_time_plans.placement_id"]),
        UniqueConstraint("plan_id", "held_on"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    plan_id: UUID
    placement_id: UUID = Field(foreign_key="placements.id", index=True)
    recorded_by_id: UUID = Field(foreign_key="organisations.id")
    recorded_at: datetime = Field(sa_type=INSTANT)
    held_on: date
    led_by: str = Field(max_length=200)
    note: str = Field(max_length=500)
    decision: ReviewDecision = Field(sa_type=slug(ReviewDecision))
