"""Visits that fall due by minimum frequency, on the wire."""

from pydantic import Field

from app.rules.qa_frameworks import MinimumFrequency
from app.rules.qa_frequency import VisitDueState
from app.schemas.qa_frameworks import ActivitySlug
from app.schemas.wire import Day, Id, Name, Read


class QaVisitDueRead(Read):
    """By which day a provider is to be visited for an activity of a current framework of the council's.

    `due` from 30 days before that day; it stays so, or `overdue`, until a visit was carried out, planned or not.
    """

    provider_id: Id
    framework_id: Id
    activity_type: ActivitySlug
    activity_name: Name
    minimum_frequency: MinimumFrequency
    last_visit_id: Id | None
    last_carried_out_on: Day | None
    planned_visit_id: Id | None = Field(description="The next visit for this activity that is planned.")
    planned_on: Day | None
    due_on: Day
    state: VisitDueState
