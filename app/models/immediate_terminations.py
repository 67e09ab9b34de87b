"""Requests to end a placement at once."""

from datetime import date

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from app.models.agreements import AskedOfBothSides
from app.models.columns import slug
from app.rules.immediate_terminations import ExceptionalReason


class ImmediateTermination(AskedOfBothSides, table=True):
    """That `effective_on` be the placement's last day, in exceptional circumstances.

    `previous_end_on` is the end that stood when it was asked for.
    """

    __tablename__ = "immediate_terminations"
    __table_args__ = (
        UniqueConstraint("id", "placement_id"),
        Index("ix_immediate_terminations_lapsing", "answer_by", postgresql_where=text("state = 'requested'")),
    )

    effective_on: date
    reason: ExceptionalReason = Field(sa_type=slug(ExceptionalReason))
    circumstances: str = Field(max_length=500)
    previous_end_on: date
