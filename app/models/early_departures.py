"""Early departures: pupils sent home during the school day by agreement, with what their parents said."""

from datetime import date, datetime, time
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.models.columns import INSTANT, Record, slug
from app.rules.consents import ConsentAnswer, ConsentChannel, Relationship
from app.rules.early_departures import EarlyDepartureState, WayHome


class EarlyDeparture(Record, table=True):
    """A provider's request to send a pupil home before the day is over; nothing until all who must agree have agreed.

    `leaving_at` is `leaving_time` on that day as an instant. `collected_by` and `handed_to` are names of people beside
    the child: they leave in no event and no stored reply.
    """

    __tablename__ = "early_departures"
    __table_args__ = (
        UniqueConstraint("id", "placement_id"),
        CheckConstraint("(state = 'departed') = (left_at is not null)", name="departed_when_left"),
        Index("ix_early_departures_lapsing", "leaving_at", postgresql_where=text("state = 'requested'")),
        Index(
            "uq_early_departures_agreed_day",
            "placement_id",
            "on_date",
            unique=True,
            postgresql_where=text("state in ('agreed', 'departed')"),
        ),
    )

    placement_id: UUID = Field(foreign_key="placements.id", index=True)
    requested_by_id: UUID = Field(foreign_key="organisations.id")
    state: EarlyDepartureState = Field(sa_type=slug(EarlyDepartureState))
    on_date: date
    leaving_time: time
    leaving_at: datetime = Field(sa_type=INSTANT)
    reason: str = Field(max_length=500)
    way_home: WayHome = Field(sa_type=slug(WayHome))
    collected_by: str | None = Field(default=None, max_length=200)
    settled_at: datetime | None = Field(default=None, sa_type=INSTANT)
    left_at: datetime | None = Field(default=None, sa_type=INSTANT)
    handed_to: str | None = Field(default=None, max_length=200)
    departure_recorded_at: datetime | None = Field(default=None, sa_type=INSTANT)


class ParentalConsent(SQLModel, table=True):
    """What a parent or carer answered, as the provider recorded it: evidence, added and never changed.

    `given_by` is the name of a person beside the child, `taken_by` of the one who asked.
    """

    __tablename__ = "parental_consents"
    __table_args__ = (
        ForeignKeyConstraint(
            ["early_departure_id", "placement_id"], ["early_departures.id", "early_departures.placement_id"]
        ),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    early_departure_id: UUID = Field(index=True)
    placement_id: UUID = Field(foreign_key="placements.id", index=True)
    recorded_by_id: UUID = Field(foreign_key="organisations.id")
    answer: ConsentAnswer = Field(sa_type=slug(ConsentAnswer))
    relationship: Relationship = Field(sa_type=slug(Relationship))
    given_by: str = Field(max_length=200)
    how: ConsentChannel = Field(sa_type=slug(ConsentChannel))
    given_at: datetime = Field(sa_type=INSTANT)
    taken_by: str = Field(max_length=200)
    note: str | None = Field(default=None, max_length=500)
    recorded_at: datetime = Field(sa_type=INSTANT)
