"""A provider's bulk submission of attendance on the wire."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, SkipValidation

from app.rules.attendance_due import Punctuality
from app.rules.attendance_facts import MOST_MINUTES_LATE, AbsenceReason, Fact
from app.rules.calendars import SchoolSession
from app.schemas.attendance_marks import Code, MarkRead, RuleName
from app.schemas.wire import Body, ClockTime, Count, Day, Id, Instant, Read, ShortText, Tagged

MOST_ROWS = 2000
Index = Annotated[int, Field(ge=0, lt=MOST_ROWS, description="The row's place in `rows`, counted from 0.")]
Pointer = Annotated[str, Field(max_length=200, examples=["/rows/3/code"])]
FaultCode = Annotated[str, Field(max_length=100, examples=["session_not_timetabled"])]
Detail = Annotated[str, Field(max_length=500)]


class AttendanceRow(Body):
    """One pupil in one session: a fact, a national code (or its slug), or both.

    Times are by the clock in London. Where only a code is given the fact follows from it. A pupil who came late has
    `fact` `late`, with `arrived_at` or `minutes_late` where they are known. `correction_reason` says why a row differs
    from what was stated before; it is kept with a mark that takes another's place, and otherwise ignored.
    """

    placement_id: Id
    on_date: Day
    session: SchoolSession = Field(strict=False)
    fact: Fact | None = Field(default=None, strict=False, examples=["late"])
    code: Annotated[str, Field(min_length=1, max_length=40)] | None = Field(default=None, examples=["other-off-site"])
    arrived_at: ClockTime | None = Field(default=None, examples=["09:12"])
    left_at: ClockTime | None = Field(default=None, examples=["11:40"])
    minutes_late: Annotated[int, Field(ge=1, le=MOST_MINUTES_LATE)] | None = Field(default=None, examples=[12])
    reason: AbsenceReason | None = Field(default=None, strict=False, examples=["ill"])
    correction_reason: ShortText | None = Field(default=None, examples=["Signed in at reception, missed at the door"])


class AttendanceSubmit(Body):
    """A setting's attendance, 1 to 2,000 rows. Good rows are stored and faulty ones named, one by one.

    `all_or_nothing` refuses the whole submission instead where any row has a fault.
    """

    rows: Annotated[list[SkipValidation[AttendanceRow]], Field(min_length=1, max_length=MOST_ROWS)]
    all_or_nothing: bool = Field(default=False, examples=[False])


class MarkState(StrEnum):
    """What became of an accepted row: first for its session, superseding another, or the same as what stands."""

    RECORDED = "recorded"
    CORRECTED = "corrected"
    UNCHANGED = "unchanged"


class AcceptedRow(Read):
    """A row that stands now, with the code suggested to the host school and the rule that led to it.

    `mark_id` is the mark that stands for the session; for an unchanged row, the earlier one. `punctuality` is the
    session's: whether its first mark came by the deadline. What was late once stays late.
    """

    index: Index
    state: MarkState
    mark_id: Id
    punctuality: Punctuality
    suggested_code: Code
    suggested_by: RuleName


class RejectedRow(Read):
    """A row that changed nothing, and why: the first fault found in it."""

    index: Index
    pointer: Pointer
    code: FaultCode
    detail: Detail


class SubmissionResult(Read):
    """What became of each row. `recorded_count` counts new marks, superseding ones included."""

    id: Id
    received_at: Instant
    recorded_count: Count
    unchanged_count: Count
    rejected_count: Count
    accepted: Annotated[list[AcceptedRow], Field(max_length=MOST_ROWS)]
    rejected: Annotated[list[RejectedRow], Field(max_length=MOST_ROWS)]


class SubmissionRead(Tagged):
    """A submission and those of its marks that the caller may see.

    `unchanged_count` and `rejected_count` are the provider's own figures: they are null for everybody else.
    """

    id: Id
    provider_id: Id
    received_at: Instant
    recorded_count: Annotated[Count, Field(description="How many marks it stored, as far as the caller may see.")]
    unchanged_count: Count | None
    rejected_count: Count | None
    marks: Annotated[list[MarkRead], Field(max_length=MOST_ROWS)]
