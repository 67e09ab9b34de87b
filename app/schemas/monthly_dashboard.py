"""The monthly dashboard on the wire: a row for each placement that ran in the month."""

from typing import Annotated

from pydantic import Field, JsonValue

from app.access.scopes import Scope
from app.rules.calendars import Term
from app.rules.placements import PlacementTier
from app.rules.progress_reports import ReportState
from app.schemas.attendance_summaries import Sessions
from app.schemas.wire import Count, Day, Id, Instant, Name, Read

Percent = Annotated[float, Field(ge=0, le=100, examples=[91.3])]
Slug = Annotated[str, Field(max_length=40)]

_OF_REPORTS: dict[str, JsonValue] = {"x-needs": Scope.REPORTS_READ.value}


class DashboardRow(Read):
    """Attendance, progress to targets and readiness to return of one placed pupil.

    The report is the last one submitted by the end of the period; its targets are counted by how far each has come.
    """

    placement_id: Id = Field(description="The placement in this service.")
    pupil_id: Id = Field(description="The pupil in this service.")
    family_name: Name = Field(description="The pupil's family name.")
    given_name: Name = Field(description="The pupil's given name.")
    provider_id: Id = Field(description="The provider in this service.")
    provider_name: Name | None = Field(description="The provider's name.")
    commissioner_id: Id = Field(description="The school or council that commissioned the placement.")
    host_school_id: Id | None = Field(description="The school whose roll the pupil is on; empty for one on no roll.")
    host_school_name: Name | None = Field(description="That school's name.")
    tier: PlacementTier = Field(description="What kind of placement it is, by the three tiers.")
    starts_on: Day = Field(description="The placement's first day.")
    ends_on: Day = Field(description="The placement's last day as it stands now.")
    possible: Sessions = Field(description="Sessions of the period attended, and absences authorised or not.")
    attended: Sessions = Field(description="Sessions attended.")
    authorised: Sessions = Field(description="Authorised absences.")
    unauthorised: Sessions = Field(description="Unauthorised absences.")
    not_reported: Sessions = Field(description="Sessions past their deadline of which nothing was received.")
    came_late: Sessions = Field(description="Sessions to which the pupil came late, however they are coded.")
    attendance_percent: Percent | None = Field(
        description="Sessions attended of a hundred possible; empty where none was possible."
    )
    last_review_on: Day | None = Field(description="When the placement was last reviewed by the end of the period.")
    report_id: Id | None = Field(
        description="The progress report from which the columns after it are.", json_schema_extra=_OF_REPORTS
    )
    report_school_year: Slug | None = Field(
        description="The school year of that report.", json_schema_extra=_OF_REPORTS
    )
    report_term: Term | None = Field(description="The term of that report.", json_schema_extra=_OF_REPORTS)
    report_state: ReportState | None = Field(description="Where that report stands now.", json_schema_extra=_OF_REPORTS)
    report_submitted_at: Instant | None = Field(
        description="When it was last submitted.", json_schema_extra=_OF_REPORTS
    )
    readiness_to_return: Slug | None = Field(
        description="How ready the pupil is to return to school, in that report.", json_schema_extra=_OF_REPORTS
    )
    targets: Count | None = Field(description="Targets in that report, all told.", json_schema_extra=_OF_REPORTS)
    targets_achieved: Count | None = Field(
        description="Targets achieved, in that report.", json_schema_extra=_OF_REPORTS
    )
    targets_on_track: Count | None = Field(
        description="Targets on track, in that report.", json_schema_extra=_OF_REPORTS
    )
    targets_some_progress: Count | None = Field(
        description="Targets with some progress, in that report.", json_schema_extra=_OF_REPORTS
    )
    targets_not_started: Count | None = Field(
        description="Targets not started, in that report.", json_schema_extra=_OF_REPORTS
    )
    targets_no_longer_set: Count | None = Field(
        description="Targets no longer set, in that report.", json_schema_extra=_OF_REPORTS
    )
