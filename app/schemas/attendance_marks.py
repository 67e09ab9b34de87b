"""Attendance marks on the wire."""

from datetime import time
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from app.rules.attendance_facts import MOST_MINUTES_LATE, AbsenceReason, Fact
from app.rules.calendars import SchoolSession
from app.schemas.wire import ClockTime, Day, Id, Instant, Tagged

Code = Annotated[str, Field(min_length=1, max_length=2, examples=["B"])]
MinutesLate = Annotated[int, Field(ge=1, le=MOST_MINUTES_LATE)]
RuleName = Annotated[str, Field(max_length=60, examples=["attended_in_person_school_commissioned"])]


def _as_clock_time(value: Any) -> Any:
    return f"{value:%H:%M}" if isinstance(value, time) else value


ClockTimeRead = Annotated[ClockTime, BeforeValidator(_as_clock_time)]


class MarkRead(Tagged):
    """What a provider stated of one session. Marks are never changed: a later one supersedes an earlier.

    `code` is the code that the provider stated, if any; `suggested_code` the one that the host school would probably
    enter, and `suggested_by` the rule that led to it. `current` says whether nothing has superseded the mark.
    """

    id: Id
    placement_id: Id
    provider_id: Id
    on_date: Day
    session: SchoolSession
    submission_id: Id
    fact: Fact
    code: Code | None
    arrived_at: ClockTimeRead | None
    left_at: ClockTimeRead | None
    minutes_late: MinutesLate | None
    reason: AbsenceReason | None
    suggested_code: Code
    suggested_by: RuleName
    received_at: Instant
    supersedes_id: Id | None
    current: bool
