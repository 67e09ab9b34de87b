"""Requests for a later planned end."""

from datetime import date

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from app.models.agreements import AskedOfBothSides


class Extension(AskedOfBothSides, table=True):
    """That the planned end move to `new_end_on`, from the `previous_planned_end_on` that stood when it was asked for.

    `end_by_agreement` says that the day need not be the last open pupil day of a half-term.
    """

    __tablename__ = "extensions"
    __table_args__ = (
        UniqueConstraint("id", "placement_id"),
        CheckConstraint("previous_planned_end_on < new_end_on", name="later"),
        Index("ix_extensions_lapsing", "answer_by", postgresql_where=text("state = 'requested'")),
    )

    new_end_on: date
    end_by_agreement: bool
    reason: str = Field(max_length=500)
    previous_planned_end_on: date
