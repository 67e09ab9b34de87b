"""The people to speak to about one placement, and its named services."""

from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from app.models.columns import slug
from app.rules.placement_contacts import PlacementContactRole


class PlacementContact(SQLModel, table=True):
    """A named person, kept by one party of the placement. `listed_on` is the day on which it was first listed."""

    __tablename__ = "placement_contacts"
    __table_args__ = (UniqueConstraint("id", "placement_id"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    placement_id: UUID = Field(foreign_key="placements.id", index=True)
    kept_by_id: UUID = Field(foreign_key="organisations.id")
    role: PlacementContactRole = Field(sa_type=slug(PlacementContactRole))
    name: str = Field(max_length=200)
    organisation: str | None = Field(default=None, max_length=200)
    email: str | None = Field(default=None, max_length=254)
    phone: str | None = Field(default=None, max_length=30)
    told_daily_attendance: bool
    told_alerts: bool
    listed_on: date
