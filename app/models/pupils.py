"""Pupils. A UPN is a blind number: a protected field, never a key."""

from datetime import date
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from app.models.columns import Record


class Pupil(Record, table=True):
    """A child as one organisation registered it. Two organisations' records of one child are never linked by UPN."""

    __tablename__ = "pupils"
    __table_args__ = (UniqueConstraint("registered_by_id", "upn"),)

    registered_by_id: UUID = Field(foreign_key="organisations.id")
    given_name: str = Field(max_length=200)
    family_name: str = Field(max_length=200)
    date_of_birth: date
    upn: str | None = Field(default=None, max_length=13)
    home_council_id: UUID | None = Field(default=None, foreign_key="organisations.id", index=True)
