"""What an organisation wants by email, on the wire."""

from typing import Annotated

from pydantic import Field

from app.rules.emails import ChildNaming
from app.schemas.attendance_marks import ClockTimeRead
from app.schemas.wire import Body, ClockTime, Email, Instant, Read, Tagged

Addresses = Annotated[list[Email], Field(max_length=10)]


class DailyAttendanceWrite(Body):
    """An email for each half-day, and one at the end of the day where something came in after them.

    Without addresses they go to the first contact of the organisation that has one. Times are London's.
    """

    on: bool = Field(examples=[True])
    addresses: Addresses = Field(examples=[["attendance@hill-school.example"]])
    morning_at: ClockTime = Field(examples=["09:45"])
    afternoon_at: ClockTime = Field(examples=["14:15"])


class MissingListWrite(Body):
    """Who has not reported, at this time of day and once more an hour later; for a provider, its own pupils."""

    on: bool = Field(examples=[True])
    addresses: Addresses = Field(examples=[["ap-team@northshire.example"]])
    at: ClockTime = Field(examples=["09:31"])


class NotificationSettingsReplace(Body):
    """All settings, in place of those before. `child_named_as` is a council's; left out it is `full_name`."""

    daily_attendance: DailyAttendanceWrite
    missing_list: MissingListWrite
    child_named_as: Annotated[ChildNaming, Field(strict=False, examples=["initials"])] | None = None


class DailyAttendanceRead(Read):
    """`default_address` is the contact's that is used while `addresses` is empty; null where none has one."""

    on: bool
    addresses: Addresses
    default_address: Email | None
    morning_at: ClockTimeRead
    afternoon_at: ClockTimeRead


class MissingListRead(Read):
    """`default_address` as for the daily attendance; the AP officer comes first here."""

    on: bool
    addresses: Addresses
    default_address: Email | None
    at: ClockTimeRead


class NotificationSettingsRead(Tagged):
    """What the caller's organisation wants by email; before it says anything, what holds for everybody.

    `child_named_as` says how emails name the children whose placements a council commissions, alerts included; it is
    null for any other organisation, and `changed_at` for one that has never said anything.
    """

    daily_attendance: DailyAttendanceRead
    missing_list: MissingListRead
    child_named_as: ChildNaming | None
    changed_at: Instant | None
