"""The return of part-time timetables on the wire: a row for each plan that ran in the period."""

from typing import Annotated

from pydantic import Field

from app.rules.part_time_plans import ParentsAgreedHow, PlanReason, PlanState, PlanWarning
from app.schemas.wire import Count, Day, Id, Name, Read

WeeklySession = Annotated[str, Field(max_length=20, examples=["monday_pm"])]


class PartTimeTimetableRow(Read):
    """A part-time timetable that all who must have agreed to: why, for how long, and how it is watched over."""

    plan_id: Id = Field(description="The part-time plan in this service.")
    placement_id: Id = Field(description="The placement in this service.")
    pupil_id: Id = Field(description="The pupil in this service.")
    family_name: Name = Field(description="The pupil's family name.")
    given_name: Name = Field(description="The pupil's given name.")
    date_of_birth: Day = Field(description="The pupil's date of birth.")
    host_school_id: Id | None = Field(description="The school whose roll the pupil is on; empty for one on no roll.")
    host_school_name: Name | None = Field(description="That school's name.")
    commissioner_id: Id = Field(description="The school or council that commissioned the placement.")
    provider_id: Id = Field(description="The provider in this service.")
    provider_name: Name | None = Field(description="The provider's name.")
    state: PlanState = Field(description="Where the plan stands now; `overdue` is past its end and not formally ended.")
    reason: PlanReason = Field(description="Why the timetable is part time.")
    starts_on: Day = Field(description="The plan's first day.")
    ends_on: Day = Field(description="The plan's last day as agreed.")
    ended_on: Day | None = Field(description="The day on which it was ended, formally or with its placement.")
    weeks: Count = Field(description="Weeks chosen: 6 or 12.")
    extends_id: Id | None = Field(description="The plan that this one follows; it was extended with a new return.")
    sessions_not_attended: Annotated[list[WeeklySession], Field(max_length=10)] = Field(
        description="The weekly sessions that the pupil does not attend."
    )
    sessions_a_week_not_attended: Count = Field(description="How many those are.")
    targets: Count = Field(description="Targets in the plan.")
    risk_assessed_on: Day = Field(description="When the risk assessment was done.")
    parents_agreed_on: Day = Field(description="When the parents agreed.")
    parents_agreed_how: ParentsAgreedHow = Field(description="How they did.")
    review_dates: Annotated[list[Day], Field(max_length=12)] = Field(description="When reviews are planned.")
    reviews_held: Count = Field(description="Reviews held.")
    last_reviewed_on: Day | None = Field(description="When the last one was held.")
    warnings: Annotated[list[PlanWarning], Field(max_length=10)] = Field(
        description="What should be looked at; it stands in the way of nothing."
    )
