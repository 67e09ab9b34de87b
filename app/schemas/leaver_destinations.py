"""Destinations of year 11 leavers on the wire."""

from typing import Annotated

from pydantic import Field

from app.rules.leaver_destinations import LeaverDestination, LeaverDestinationState
from app.schemas.outcomes import StatementNumber, Warnings
from app.schemas.wire import Body, Day, Id, Instant, Name, ShortText, Tagged

Ukprn = Annotated[
    str, Field(pattern=r"^[0-9]{8}$", json_schema_extra={"minLength": 8, "maxLength": 8}, examples=["10000001"])
]


class LeaverDestinationStatement(Body):
    """Where a pupil went after year 11. `from_on`, the first day there, is needed wherever there is somewhere to go."""

    destination: LeaverDestination = Field(strict=False)
    provider_name: Name | None = Field(default=None, examples=["Northshire College"])
    provider_ukprn: Ukprn | None = None
    from_on: Day | None = Field(default=None, examples=["2027-09-06"])
    note: ShortText | None = Field(default=None, examples=["Level 1 motor vehicle"])
    recorded_by: Name = Field(examples=["J. Okafor, AP officer"])


class LeaverDestinationCreate(LeaverDestinationStatement):
    """`placement_id`: a placement that the pupil had, by which it is known who may see this."""

    placement_id: Id


class LeaverDestinationCorrect(LeaverDestinationStatement):
    """The whole statement anew, and why it takes the place of the one before."""

    correction_reason: ShortText = Field(examples=["The college told us that the pupil began later"])


class LeaverDestinationRead(Tagged):
    """A statement about a leaver's destination. It never changes; a correction supersedes it and keeps it."""

    id: Id
    placement_id: Id
    state: LeaverDestinationState
    number: StatementNumber
    supersedes_id: Id | None
    superseded_by_id: Id | None
    correction_reason: ShortText | None
    destination: LeaverDestination
    provider_name: Name | None
    provider_ukprn: Ukprn | None
    from_on: Day | None
    note: ShortText | None
    warnings: Warnings
    recorded_by_id: Id
    recorded_by: Name
    recorded_at: Instant
    changed_at: Instant
