"""Pupils. A UPN is a blind number: a protected field, never a key."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.models.columns import INSTANT, Record


class Pupil(Record, table=True):
    """A child as one organisation registered it. Two organisations' records of one child are never linked for a caller.

    The home council is changed by a function of the database alone, which moves the dated viewers with it. From
    `severed_at` on nobody sees the pupil; a duty then takes the history to the sealed archive and erases the row.
    """

    __tablename__ = "pupils"
    __table_args__ = (
        UniqueConstraint("registered_by_id", "upn"),
        Index("ix_pupils_upn", "upn", postgresql_where=text("upn is not null")),
        Index("ix_pupils_registered_by_id_date_of_birth", "registered_by_id", "date_of_birth"),
        Index("ix_pupils_severed", "severed_at", postgresql_where=text("severed_at is not null")),
    )

    registered_by_id: UUID = Field(foreign_key="organisations.id")
    given_name: str = Field(max_length=200)
    family_name: str = Field(max_length=200)
    date_of_birth: date
    upn: str | None = Field(default=None, max_length=13)
    home_council_id: UUID | None = Field(default=None, foreign_key="organisations.id", index=True)
    home_council_since: date | None = None
    severed_at: datetime | None = Field(default=None, sa_type=INSTANT)


class ChildIdentity(SQLModel, table=True):
    """Which records are of one child: those of one world that hold the same UPN.

    A trigger keeps it, and no role but the owner reads it. It serves one question: is a child timetabled elsewhere?
    """

    __tablename__ = "child_identities"

    pupil_id: UUID = Field(primary_key=True, foreign_key="pupils.id", ondelete="CASCADE")
    child_id: UUID = Field(index=True)


class ClosedPlacement(SQLModel, table=True):
    """What is left of a placement whose child's identity was severed: that it was this provider's, and is no more.

    It leads to no child. The provider's system is told to use the present placement, above all for an alert.
    """

    __tablename__ = "closed_placements"

    placement_id: UUID = Field(primary_key=True)
    provider_id: UUID = Field(foreign_key="organisations.id", index=True)
    closed_on: date
