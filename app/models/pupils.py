"""Pupils. A UPN is a blind number: a protected field, never a key."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.models.columns import INSTANT, Record


class Pupil(Record, table=True):
    """A child as one organisation registered it. Two organisations' records of one child are never linked by UPN.

    From `severed_at` on nobody sees the pupil; a duty then takes the history to the sealed archive and erases the row.
    """

    __tablename__ = "pupils"
    __table_args__ = (
        UniqueConstraint("registered_by_id", "upn"),
        Index("ix_pupils_severed", "severed_at", postgresql_where=text("severed_at is not null")),
    )

    registered_by_id: UUID = Field(foreign_key="organisations.id")
    given_name: str = Field(max_length=200)
    family_name: str = Field(max_length=200)
    date_of_birth: date
    upn: str | None = Field(default=None, max_length=13)
    home_council_id: UUID | None = Field(default=None, foreign_key="organisations.id", index=True)
    severed_at: datetime | None = Field(default=None, sa_type=INSTANT)


class ClosedPlacement(SQLModel, table=True):
    """What is left of a placement whose child's identity was severed: that it was this provider's, and is no more.

    It leads to no child. The provider's system is told to use the present placement, above all for an alert.
    """

    __tablename__ = "closed_placements"

    placement_id: UUID = Field(primary_key=True)
    provider_id: UUID = Field(foreign_key="organisations.id", index=True)
    closed_on: date
