"""Attendance marks on the wire."""

from datetime import time
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from app.rules.attendance_facts import MOST_MINUTES_LATE, AbsenceReason, Fact
from app.rules.attendance_marks import MarkOrigin
from app.rules.calendars import SchoolSession
from app.schemas.register_codes import RegisterCodeRead
from app.schemas.wire import Body, ClockTime, Day, Id, Instant, Read, ShortText, Tagged

MOST_OF_A_SESSION = 200
Code = Annotated[str, Field(min_length=1, max_length=2, examples=["B"])]
MinutesLate = Annotated[int, Field(ge=1, le=MOST_MINUTES_LATE)]
RuleName = Annotated[str, Field(max_length=60, examples=["attended_in_person_school_commissioned"])]


def _as_clock_time(value: Any) -> Any:
    return f"{value:%H:%M}" if isinstance(value, time) else value


ClockTimeRead = Annotated[ClockTime, BeforeValidator(_as_clock_time)]


class MarkRead(Tagged):
    """What a provider stated of one session. Marks are never changed: a later one supersedes an earlier.

    `code` is the code that the provider stated, if any; `suggested_code` the one that the host school would probably
    enter, and `suggested_by` the rule that led to it (`GET /v1/reference-data/attendance-suggestions` lists them in
    order of precedence). `current` says whether nothing has superseded the mark. `origin`, `correction_reason`,
    `client_id` and `acting_for` (the `On-Behalf-Of` of the request) say how it came about, why and who stated it; the
    last three are null where Waymark suggests another code for an unchanged statement (`circumstances`).

    `register_code` is what the host school (the commissioner where there is none) entered in its register.
    `unresolved`: the mark stands, `N` is suggested, and the register has no other code; `resolve_by` is the fifth
    school day after the session, null where the calendar has not been published so far.
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
    origin: MarkOrigin
    correction_reason: ShortText | None
    client_id: Id | None
    acting_for: Annotated[str, Field(max_length=200, examples=["S. Turner"])] | None
    register_code: Code | None
    unresolved: bool
    resolve_by: Day | None


class MarkCorrect(Body):
    """What is to stand in a mark's place: the whole statement, as a row of a submission has it, and why."""

    fact: Fact | None = Field(default=None, strict=False, examples=["absent"])
    code: Annotated[str, Field(min_length=1, max_length=40)] | None = Field(default=None, examples=["illness"])
    arrived_at: ClockTime | None = Field(default=None, examples=[None])
    left_at: ClockTime | None = Field(default=None, examples=[None])
    minutes_late: MinutesLate | None = Field(default=None, examples=[None])
    reason: AbsenceReason | None = Field(default=None, strict=False, examples=["ill"])
    correction_reason: ShortText = Field(examples=["The carer rang at ten"])


class MarkHistory(Read):
    """Every mark of a session, the first one first, and what was entered in the register; the latest 200 of each."""

    placement_id: Id
    on_date: Day
    session: SchoolSession
    marks: Annotated[list[MarkRead], Field(max_length=MOST_OF_A_SESSION)]
    register_codes: Annotated[list[RegisterCodeRead], Field(max_length=MOST_OF_A_SESSION)]
