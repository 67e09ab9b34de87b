"""Attendance summaries on the wire: counts of sessions, and rates with numerator and denominator."""

from typing import Annotated

from pydantic import Field

from app.rules.attendance_summaries import SummaryGroup
from app.schemas.wire import Day, Id, Instant, Read

Sessions = Annotated[int, Field(ge=0, le=1_000_000_000, examples=[120])]
Month = Annotated[
    str,
    Field(
        pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$",
        json_schema_extra={"minLength": 7, "maxLength": 7},
        examples=["2026-11"],
    ),
]
Points = Annotated[float, Field(ge=-100, le=100, examples=[-4.2])]


class RateRead(Read):
    """A part of a whole: `percent` has one decimal place and is null where the denominator is 0."""

    numerator: Sessions
    denominator: Sessions
    percent: Annotated[float | None, Field(ge=0, le=100, examples=[12.5])]


class SessionCounts(Read):
    """Sessions of the period. `expected` is `possible` + `not_possible` + `not_reported` + `not_yet_due`.

    `possible` is `attended` + `authorised` + `unauthorised`. `not_reported` are past their deadline with nothing
    received: neither attended nor absent. `late` are those to which the pupil came late, however they are coded;
    `online` those taught online, and `online_came` those of them to which the pupil came, whose code is nevertheless
    one of absence.
    """

    expected: Sessions
    possible: Sessions
    attended: Sessions
    authorised: Sessions
    unauthorised: Sessions
    not_possible: Sessions
    not_reported: Sessions
    not_yet_due: Sessions
    late: Sessions
    online: Sessions
    online_came: Sessions


class PupilCounts(Read):
    """`with_possible_sessions` are those of whom a rate can be told; the shares are of them. Severe ones are both."""

    total: Sessions
    with_possible_sessions: Sessions
    persistently_absent: RateRead
    severely_absent: RateRead


class SinceTheBeginning(Read):
    """Absence in the first half-term of the same placements, and by how many percentage points it is higher now."""

    absence_at_first: RateRead
    change: Points | None


class AttendanceSummaryRead(Read):
    """A pupil, a placement or an organisation in the period, as far as the caller may see it.

    `persistently_absent` (10 % or more of the possible sessions missed) and `severely_absent` (50 % or more) are null
    where no session was possible, and where the summary is of an organisation. `organisation_id` is null for
    placements of children on no school's roll, or of no council.
    """

    placement_id: Id | None
    pupil_id: Id | None
    organisation_id: Id | None
    placements: Sessions
    pupils: PupilCounts
    sessions: SessionCounts
    absence: RateRead
    attendance: RateRead
    persistently_absent: bool | None
    severely_absent: bool | None
    since_the_beginning: SinceTheBeginning


class AttendanceSummaries(Read):
    """One page of the summaries of a period, as of an instant. `next_cursor` is null on the last page."""

    by: SummaryGroup
    first_on: Day
    last_on: Day
    as_of: Instant
    items: Annotated[list[AttendanceSummaryRead], Field(max_length=200)]
    next_cursor: Annotated[str | None, Field(max_length=600)]
