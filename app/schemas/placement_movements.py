"""The placements that schools commissioned and that ended in a period, on the wire."""

from pydantic import Field

from app.rules.outcomes import Destination, MoveReason
from app.rules.placements import PlacementTier, PrimaryReason
from app.rules.procurement import AttendancePattern
from app.schemas.wire import Day, Id, Name, Read


class PlacementMovementRow(Read):
    """A placement that a school commissioned and that began or ended in the period, or both."""

    placement_id: Id = Field(description="The placement in this service.")
    pupil_id: Id = Field(description="The pupil in this service.")
    family_name: Name = Field(description="The pupil's family name.")
    given_name: Name = Field(description="The pupil's given name.")
    date_of_birth: Day = Field(description="The pupil's date of birth.")
    commissioner_id: Id = Field(description="The school that commissioned it.")
    commissioner_name: Name | None = Field(description="That school's name.")
    host_school_id: Id | None = Field(description="The school whose roll the pupil is on; empty for one on no roll.")
    provider_id: Id = Field(description="The provider in this service.")
    provider_name: Name | None = Field(description="The provider's name.")
    commissioned: bool = Field(description="Whether it began in the period.")
    ended: bool = Field(description="Whether it ended in the period, and its last day is over.")
    tier: PlacementTier = Field(description="What kind of placement it is, by the three tiers.")
    primary_reason: PrimaryReason = Field(description="Why it was commissioned.")
    pattern: AttendancePattern = Field(description="Full time or part time.")
    starts_on: Day = Field(description="Its first day.")
    planned_end_on: Day = Field(description="Its last day as it was planned.")
    ends_on: Day = Field(description="Its last day as it stands now.")
    destination: Destination | None = Field(description="Where the pupil went, by the outcome that stands.")
    reason: MoveReason | None = Field(description="Why, by that outcome.")
