"""Placements: who placed which child where, who may see it, and when the child is expected."""

from datetime import date, datetime, time
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.models.columns import INSTANT, TEXTS, Record, slug
from app.rules.calendars import SchoolSession
from app.rules.governing_calendars import CalendarBasis
from app.rules.placements import PlacementState, PlacementTier, PrimaryReason
from app.rules.procurement import AttendancePattern, DeliveryOption, KeyStage
from app.rules.timetables import Weekday
from app.rules.viewers import ViewerBasis


class Placement(Record, table=True):
    """Its commissioner, host school, provider and pupil never change; a change opens a successor (`continues_id`).

    A successor that `takes_over` ends the placement it continues on the day before its own first. `released_to_id` is
    the organisation that may take this one over as its commissioner. `ends_on` is the last day that stands now: the
    planned end, until a termination or a successor brings it forward.
    """

    __tablename__ = "placements"
    __table_args__ = (
        UniqueConstraint("id", "provider_id"),
        UniqueConstraint("id", "pupil_id"),
        CheckConstraint("starts_on <= ends_on and ends_on <= planned_end_on", name="dates_in_order"),
        CheckConstraint("spot_purchase = (lot_id is null)", name="lot_or_spot_purchase"),
        CheckConstraint("continues_id is not null or not takes_over", name="takes_over_from_one"),
        Index(
            "uq_placements_taking_over",
            "continues_id",
            unique=True,
            postgresql_where=text("takes_over and state in ('proposed', 'accepted')"),
        ),
        Index(
            "ix_placements_start_untold", "starts_on", postgresql_where=text("state = 'accepted' and not start_told")
        ),
        Index("ix_placements_end_untold", "ends_on", postgresql_where=text("state = 'accepted' and not end_told")),
    )

    pupil_id: UUID = Field(foreign_key="pupils.id", index=True)
    commissioner_id: UUID = Field(foreign_key="organisations.id")
    host_school_id: UUID | None = Field(default=None, foreign_key="organisations.id")
    provider_id: UUID = Field(foreign_key="organisations.id", index=True)
    lot_id: UUID | None = Field(default=None, foreign_key="lots.id", index=True)
    spot_purchase: bool
    calendar_id: UUID = Field(foreign_key="calendars.id", index=True)
    calendar_basis: CalendarBasis = Field(
        default=CalendarBasis.COMMISSIONER,
        sa_type=slug(CalendarBasis),
        sa_column_kwargs={"server_default": CalendarBasis.COMMISSIONER.value},
    )
    continues_id: UUID | None = Field(default=None, foreign_key="placements.id", index=True)
    takes_over: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    released_to_id: UUID | None = Field(default=None, foreign_key="organisations.id")
    state: PlacementState = Field(sa_type=slug(PlacementState))
    declined_because: str | None = Field(default=None, max_length=500)
    tier: PlacementTier = Field(sa_type=slug(PlacementTier))
    primary_reason: PrimaryReason = Field(sa_type=slug(PrimaryReason))
    pattern: AttendancePattern = Field(sa_type=slug(AttendancePattern))
    online: bool
    delivery: DeliveryOption | None = Field(default=None, sa_type=slug(DeliveryOption))
    key_stage: KeyStage | None = Field(default=None, sa_type=slug(KeyStage))
    objectives: list[str] = Field(sa_type=TEXTS)
    intended_next_step: str = Field(max_length=500)
    starts_on: date
    planned_end_on: date
    ends_on: date
    start_told: bool = Field(default=False)
    end_told: bool = Field(default=False)


class PlacementViewer(SQLModel, table=True):
    """An organisation that may see a placement, why, and from and until which day (null: open).

    The database adds the parties itself when a placement is inserted, and a home council when the child moves; every
    read of a child's records starts here. An organisation may see it twice: for two reasons, or at two times.
    """

    __tablename__ = "placement_viewers"
    __table_args__ = (
        Index("ix_placement_viewers_placement_id", "placement_id", "organisation_id"),
        Index(
            "uq_placement_viewers_seeing",
            "organisation_id",
            "placement_id",
            "basis",
            "from_on",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: UUID = Field(
        default_factory=uuid4, primary_key=True, sa_column_kwargs={"server_default": text("gen_random_uuid()")}
    )
    organisation_id: UUID = Field(foreign_key="organisations.id")
    placement_id: UUID = Field(foreign_key="placements.id")
    basis: ViewerBasis = Field(sa_type=slug(ViewerBasis))
    from_on: date | None = None
    until_on: date | None = None


class Timetable(Record, table=True):
    """The weekly sessions of a placement from a day on; the version with the latest `applies_from` rules a day."""

    __tablename__ = "timetables"
    __table_args__ = (
        UniqueConstraint("placement_id", "applies_from"),
        UniqueConstraint("id", "placement_id"),
    )

    placement_id: UUID = Field(foreign_key="placements.id")
    applies_from: date


class TimetableSlot(SQLModel, table=True):
    """One weekly session; times are wall-clock times in Europe/London."""

    __tablename__ = "timetable_slots"
    __table_args__ = (
        ForeignKeyConstraint(["timetable_id", "placement_id"], ["timetables.id", "timetables.placement_id"]),
        UniqueConstraint("timetable_id", "weekday", "session"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    timetable_id: UUID
    placement_id: UUID
    weekday: Weekday = Field(sa_type=slug(Weekday))
    session: SchoolSession = Field(sa_type=slug(SchoolSession))
    starts_at: time
    ends_at: time
    online: bool
    site_id: UUID | None = Field(default=None, foreign_key="sites.id")


class TerminationNotice(Record, table=True):
    """Notice that a placement ends early, on the last open pupil day of a half-term.

    Several may stand, each for an earlier day than the one before; the earliest ends the placement.
    `previous_end_on` is the end that stood when it was given.
    """

    __tablename__ = "termination_notices"
    __table_args__ = (
        Index(
            "uq_termination_notices_standing",
            "placement_id",
            "effective_on",
            unique=True,
            postgresql_where=text("withdrawn_at is null"),
        ),
    )

    placement_id: UUID = Field(foreign_key="placements.id")
    given_by_id: UUID = Field(foreign_key="organisations.id")
    given_at: datetime = Field(sa_type=INSTANT)
    effective_on: date
    reason: str = Field(max_length=500)
    previous_end_on: date
    withdrawn_at: datetime | None = Field(default=None, sa_type=INSTANT)
