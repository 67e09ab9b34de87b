"""The ledger of expected sessions on the wire."""

from typing import Annotated

from pydantic import Field

from app.rules.attendance_circumstances import Circumstance
from app.rules.attendance_due import SessionState
from app.rules.attendance_facts import AbsenceReason, Fact
from app.rules.attendance_waivers import Waiver
from app.rules.calendars import SchoolSession
from app.schemas.attendance_marks import ClockTimeRead, Code, MinutesLate, RuleName
from app.schemas.wire import Count, Day, Id, Instant, Name, Read

MOST_PROVIDERS = 5000
MOST_MISSING = 20_000


class CurrentMark(Read):
    """The mark that stands for a session now."""

    id: Id
    fact: Fact
    code: Code | None
    arrived_at: ClockTimeRead | None
    left_at: ClockTimeRead | None
    minutes_late: MinutesLate | None
    reason: AbsenceReason | None
    suggested_code: Code
    suggested_by: RuleName
    received_at: Instant


class ExpectedSessionRead(Read):
    """A session at which a placed pupil is expected, and what has been received for it.

    `state` is as of now, and follows `first_received_at`: what was late once stays late, whatever corrects it.
    `waived_by` says why nothing is expected after all, since `waived_at`, and `suggested_code` what the host school
    would then enter. A session for which something was received stays, with its code in `mark`, also where it is
    expected no longer; `waived_by` then says so. `circumstance` is what decides the suggested code besides: the session
    is scheduled at the other registered school, or a pupil past compulsory age need not come.
    """

    placement_id: Id
    provider_id: Id
    on_date: Day
    session: SchoolSession
    starts_at: ClockTimeRead
    ends_at: ClockTimeRead
    online: bool
    due_at: Instant
    state: SessionState
    waived_by: Waiver | None
    circumstance: Circumstance | None
    waived_at: Instant | None
    suggested_code: Code | None
    first_received_at: Instant | None
    mark: CurrentMark | None


class MissingSession(Read):
    """A session that is past its deadline with nothing received."""

    placement_id: Id
    session: SchoolSession
    due_at: Instant


class ProviderOutstanding(Read):
    """A provider that has not reported all that was due."""

    provider_id: Id
    provider_name: Name
    expected: Count
    not_yet_due: Count
    due: Count
    received: Count
    missing: Count
    sessions: Annotated[list[MissingSession], Field(max_length=MOST_MISSING)]


class OutstandingRead(Read):
    """Who has not reported on a day, as of an instant.

    The figures are of all sessions of that day that the caller may see and that are not waived. `expected` is all of
    them: `not_yet_due` and `due`, whose deadline has passed. `received` is those with a mark, due or not; `missing`
    those due without one, so that `due` less `missing` has been received. `providers` holds those with anything
    missing, most first.
    """

    on_date: Day
    as_of: Instant
    expected: Count
    not_yet_due: Count
    due: Count
    received: Count
    missing: Count
    providers: Annotated[list[ProviderOutstanding], Field(max_length=MOST_PROVIDERS)]
