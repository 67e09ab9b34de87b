"""What has been told of the clocks, and how far each world has been swept. The worker's alone."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from app.models.columns import INSTANT, slug
from app.rules.clocks import ClockKind, ClockState


class ClockTelling(SQLModel, table=True):
    """That a clock in this state was told of: once. `due` is the day on which it is due, or empty for a counter."""

    __tablename__ = "clock_tellings"

    subject: str = Field(max_length=100, primary_key=True)
    kind: ClockKind = Field(sa_type=slug(ClockKind), primary_key=True)
    due: str = Field(max_length=10, primary_key=True)
    state: ClockState = Field(sa_type=slug(ClockState), primary_key=True)
    told_at: datetime = Field(sa_type=INSTANT)


class ClockSweep(SQLModel, table=True):
    """The last day swept in one world (`live`, or a sandbox's id); `after` is where a sweep of `day` has got to."""

    __tablename__ = "clock_sweeps"

    world: str = Field(max_length=40, primary_key=True)
    swept_on: date | None = None
    day: date
    after: UUID | None = None
