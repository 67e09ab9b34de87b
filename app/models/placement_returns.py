"""What schools returned to their councils of placements commissioned and ended."""

from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.models.columns import Record


class PlacementReturn(Record, table=True):
    """A school's return of one period, filed at `created_at`; never changed, but superseded by one filed later.

    `number` counts those of a school and period from 1; the one that no other supersedes stands. `commissioned`,
    `ended` and `lines` count what it said when it was filed.
    """

    __tablename__ = "placement_returns"
    __table_args__ = (
        UniqueConstraint("school_id", "period", "number"),
        UniqueConstraint("superseded_by_id"),
        CheckConstraint("nil_return = (lines = 0)", name="nil_where_nothing"),
    )

    school_id: UUID = Field(foreign_key="organisations.id")
    council_id: UUID = Field(foreign_key="organisations.id", index=True)
    period: str = Field(max_length=20)
    first_on: date
    last_on: date
    number: int
    nil_return: bool
    commissioned: int
    ended: int
    lines: int
    filed_by: str = Field(max_length=200)
    note: str | None = Field(default=None, max_length=500)
    superseded_by_id: UUID | None = Field(default=None, foreign_key="placement_returns.id")


class PlacementReturnLine(SQLModel, table=True):
    """A placement that a return names, and whether it began or ended in the period."""

    __tablename__ = "placement_return_lines"
    __table_args__ = (
        UniqueConstraint("return_id", "placement_id"),
        CheckConstraint("commissioned or ended", name="says_something"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    return_id: UUID = Field(foreign_key="placement_returns.id")
    placement_id: UUID = Field(foreign_key="placements.id", index=True)
    commissioned: bool
    ended: bool
