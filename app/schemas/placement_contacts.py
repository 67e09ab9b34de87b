"""Contacts and named services of a placement, on the wire."""

from typing import Annotated

from pydantic import Field

from app.rules.placement_contacts import PlacementContactRole
from app.schemas.wire import Body, Day, Email, Id, Instant, Name, Phone, Read, Tagged


class PlacementContactWrite(Body):
    """A named person of a party or service. Daily attendance is told by email; alerts by email or phone."""

    role: PlacementContactRole = Field(strict=False)
    name: Name = Field(examples=["S. Worker"])
    organisation: Name | None = Field(default=None, examples=["Northshire children's services"])
    email: Email | None = Field(default=None, examples=["s.worker@northshire.example"])
    phone: Phone | None = Field(default=None, examples=["0161 496 0123"])
    told_daily_attendance: bool = Field(default=False, examples=[False])
    told_alerts: bool = Field(default=False, examples=[False])


class PlacementContactsReplace(Body):
    """All contacts that the calling party lists, in place of those that it had listed. Other parties' stay."""

    contacts: Annotated[list[PlacementContactWrite], Field(max_length=20)]


class PlacementContactRead(Read):
    """`kept_by_id` is the party that lists it, `listed_on` the day since when."""

    id: Id
    kept_by_id: Id
    role: PlacementContactRole
    name: Name
    organisation: Name | None
    email: Email | None
    phone: Phone | None
    told_daily_attendance: bool
    told_alerts: bool
    listed_on: Day


class PlacementContactsRead(Tagged):
    """The contacts that every party lists. The ETag is the placement's, which moves with them."""

    contacts: Annotated[list[PlacementContactRead], Field(max_length=60)]
    changed_at: Instant
