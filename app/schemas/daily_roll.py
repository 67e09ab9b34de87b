"""The day's roll on the wire: who comes, when, where, and what is known already."""

from typing import Annotated

from pydantic import Field

from app.rules.attendance_due import SessionState
from app.rules.attendance_waivers import Waiver
from app.rules.calendars import SchoolSession
from app.schemas.attendance_marks import ClockTimeRead, Code
from app.schemas.wire import Day, Email, Id, Instant, Name, Phone, Read, Tagged


class RollSession(Read):
    """One session of the day. `site_id` and `site_name` are null where the timetable names none.

    `suggested_code` is what the host school would enter for a session that is waived.
    """

    session: SchoolSession
    starts_at: ClockTimeRead
    ends_at: ClockTimeRead
    online: bool
    site_id: Id | None
    site_name: Name | None
    due_at: Instant
    state: SessionState
    waived_by: Waiver | None
    suggested_code: Code | None


class RollLead(Read):
    """The AP lead whom the host school has named for the placement."""

    name: Name
    email: Email | None
    phone: Phone | None


class RollEntry(Read):
    """One pupil of the day. The names and the date of birth are null for a client without the scope `pupils:read`."""

    placement_id: Id
    pupil_id: Id
    given_name: Name | None
    family_name: Name | None
    date_of_birth: Day | None
    provider_id: Id
    commissioner_id: Id
    host_school_id: Id | None
    host_school_name: Name | None
    ap_leads: Annotated[list[RollLead], Field(max_length=20)]
    sessions: Annotated[list[RollSession], Field(max_length=2)]


class DailyRoll(Tagged):
    """The pupils of a day, by placement. `next_cursor` is null on the last page.

    The ETag changes with anything shown here, a deadline that passes included.
    """

    on_date: Day
    items: Annotated[list[RollEntry], Field(max_length=200)]
    next_cursor: Annotated[str | None, Field(max_length=600)]
