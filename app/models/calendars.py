"""Calendars: the half-terms and closures that an organisation publishes."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.models.columns import INSTANT, Record, slug
from app.rules.calendars import Term


class Calendar(Record, table=True):
    """`governs` is set by the database when a placement first rests on the calendar, and never taken back.

    `follow_from` and `follow_to` are the first and last changed day that the ledger of its placements has still to
    follow.
    """

    __tablename__ = "calendars"
    __table_args__ = (Index("ix_calendars_following", "id", postgresql_where=text("follow_from is not null")),)

    owner_id: UUID = Field(foreign_key="organisations.id", index=True)
    name: str = Field(max_length=200)
    governs: bool = Field(default=False)
    follow_from: date | None = None
    follow_to: date | None = None


class CalendarHalfTerm(SQLModel, table=True):
    """First and last days for pupils, both included. An exclusion constraint keeps half-terms from overlapping."""

    __tablename__ = "calendar_half_terms"
    __table_args__ = (CheckConstraint("first_on <= last_on", name="in_order"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    calendar_id: UUID = Field(foreign_key="calendars.id", index=True)
    term: Term = Field(sa_type=slug(Term))
    half: int
    first_on: date
    last_on: date


class CalendarClosure(SQLModel, table=True):
    """`declared_at` says since when it is known: one declared on its day or after it was no planned closure."""

    __tablename__ = "calendar_closures"
    __table_args__ = (UniqueConstraint("calendar_id", "day"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    calendar_id: UUID = Field(foreign_key="calendars.id")
    day: date
    reason: str = Field(max_length=200)
    declared_at: datetime = Field(sa_type=INSTANT)
