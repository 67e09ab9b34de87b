"""Procurement: a council's frameworks, their lots, and the lots awarded to providers."""

from datetime import date
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from app.models.columns import TEXTS, Record, slug
from app.rules.procurement import AttendancePattern


class Framework(Record, table=True):
    __tablename__ = "frameworks"

    council_id: UUID = Field(foreign_key="organisations.id", index=True)
    name: str = Field(max_length=200)
    starts_on: date
    ends_on: date


class Lot(Record, table=True):
    """What a placement bought under it may be; null or an empty list leaves open. No two councils have the same lots."""

    __tablename__ = "lots"
    __table_args__ = (UniqueConstraint("framework_id", "number"),)

    framework_id: UUID = Field(foreign_key="frameworks.id")
    number: int
    name: str = Field(max_length=200)
    pattern: AttendancePattern | None = Field(default=None, sa_type=slug(AttendancePattern))
    online: bool | None = None
    key_stages: list[str] = Field(sa_type=TEXTS)
    delivery_options: list[str] = Field(sa_type=TEXTS)


class LotAward(Record, table=True):
    """A lot that a provider holds for a period, with the delivery options it offers."""

    __tablename__ = "lot_awards"

    lot_id: UUID = Field(foreign_key="lots.id", index=True)
    council_id: UUID = Field(foreign_key="organisations.id", index=True)
    provider_id: UUID = Field(foreign_key="organisations.id", index=True)
    starts_on: date
    ends_on: date
    delivery_options: list[str] = Field(sa_type=TEXTS)
