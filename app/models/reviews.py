"""Reviews of a placement, and what each left its objectives and next step at."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from app.models.columns import JSON, TEXTS, Record


class Review(Record, table=True):
    """A review that was held; never changed.

    `objectives` and `intended_next_step` are what it left them at, `previous_…` what they were before it.
    """

    __tablename__ = "reviews"
    __table_args__ = (Index("ix_reviews_placement_id", "placement_id", "held_on"),)

    placement_id: UUID = Field(foreign_key="placements.id")
    recorded_by_id: UUID = Field(foreign_key="organisations.id")
    held_on: date
    attended_by: list[str] = Field(sa_type=TEXTS)
    findings: str = Field(max_length=8000)
    progress: list[dict[str, Any]] = Field(sa_type=JSON)
    objectives: list[str] = Field(sa_type=TEXTS)
    previous_objectives: list[str] = Field(sa_type=TEXTS)
    intended_next_step: str = Field(max_length=500)
    previous_next_step: str = Field(max_length=500)
    next_review_by: date | None = None
