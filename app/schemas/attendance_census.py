"""The monthly attendance census on the wire: a row for each placement with a session in the month."""

from typing import Annotated

from pydantic import Field

from app.rules.census_setting import SettingType
from app.rules.placements import PrimaryReason
from app.schemas.attendance_marks import Code
from app.schemas.attendance_summaries import Month, RateRead, SessionCounts, Sessions
from app.schemas.leaver_destinations import Ukprn
from app.schemas.outcomes import Urn
from app.schemas.wire import Day, Id, Instant, Name, Read


class CensusSetting(Read):
    """Exactly one member is filled."""

    urn: Urn | None
    ukprn: Ukprn | None
    setting_type: SettingType | None


class CodeCount(Read):
    """The sessions that a national code counts for; `slug` is the same code where signs would be in the way."""

    code: Code
    slug: Annotated[str, Field(max_length=60, examples=["other-off-site"])]
    sessions: Sessions


class CensusRow(Read):
    """A placement and its sessions of the month.

    `host_school_id` is null for a child on no school's roll. `upn` is null for a client without the scope
    `pupils:read-upn`; `upn_held` says whether there is one. `census_code` is null where we do not have the census's.
    """

    placement_id: Id
    pupil_id: Id
    given_name: Name
    family_name: Name
    date_of_birth: Day
    upn: Annotated[str | None, Field(max_length=13)]
    upn_held: bool
    on_school_roll: bool
    host_school_id: Id | None
    provider_id: Id
    provider_name: Name | None
    setting: CensusSetting
    primary_reason: PrimaryReason
    census_code: Annotated[str | None, Field(max_length=10)]
    sessions: SessionCounts
    absence: RateRead
    codes: Annotated[list[CodeCount], Field(max_length=100)]


class AttendanceCensusRead(Read):
    """One page of a month's census, and what the whole of it holds.

    `provisional` is true until the month has ended in London. `nil_return` is true where the month has no session of
    any placement that the caller answers for. A pupil with two placements has two rows and is one of `pupils`.
    """

    month: Month
    first_on: Day
    last_on: Day
    as_of: Instant
    provisional: bool
    nil_return: bool
    placements: Sessions
    pupils: Sessions
    items: Annotated[list[CensusRow], Field(max_length=200)]
    next_cursor: Annotated[str | None, Field(max_length=600)]
