"""When attendance is due, and whether it came in time.

Source: Salford AP contract slides, read in the primary source: by 09:30 London time, or within 30 minutes of
the provider's scheduled start where that differs from normal school hours.
"""

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from app.rules.calendars import SchoolSession
from app.rules.london import LONDON
from app.rules.sources import OUR_OWN
from app.rules.verdict import Allowed, Refused, Verdict

DUE_IN_NORMAL_HOURS = time(9, 30)
DUE_AFTER_START = timedelta(minutes=30)
NORMAL_WINDOW = (time(8, 30), time(9, 15))


class Punctuality(StrEnum):
    ON_TIME = "on_time"
    LATE = "late"


class SessionState(StrEnum):
    """The state of an expected session, derived each time it is read."""

    EXPECTED = "expected"
    RECEIVED_ON_TIME = "received_on_time"
    RECEIVED_LATE = "received_late"
    MISSING = "missing"
    WAIVED = "waived"


def due_at(day: date, session: SchoolSession, scheduled_start: time) -> datetime:
    """The instant, in UTC, by which attendance of a session must have been received.

    09:30 when a morning starts within normal school hours, both ends included; otherwise, and for
    every afternoon, 30 minutes after the scheduled start. Times are by the clock in London. Source: Salford
    AP contract slides, read in the primary source.
    """
    earliest, latest = NORMAL_WINDOW
    if session is SchoolSession.AM and earliest <= scheduled_start <= latest:
        return _instant(day, DUE_IN_NORMAL_HOURS)
    return _instant(day, scheduled_start) + DUE_AFTER_START


def punctuality(received_at: datetime, due: datetime) -> Punctuality:
    """On time up to and including the instant at which it is due.

    Source: Salford AP contract slides ("by 09:30"), read in the primary source.
    """
    return Punctuality.ON_TIME if received_at <= due else Punctuality.LATE


def session_state(
    now: datetime, due: datetime, first_received_at: datetime | None, *, waived_at: datetime | None = None
) -> SessionState:
    """What an expected session is at `now`; what was late once stays late, whatever is received after it.

    A session that is waived (the pupil is suspended) since `waived_at` owes nothing from then on: it never goes
    missing, and what is stated of it all the same is not late.

    Source: Salford AP contract slides, read in the primary source.
    """
    if first_received_at is None:
        if waived_at is not None:
            return SessionState.WAIVED
        return SessionState.MISSING if now > due else SessionState.EXPECTED
    if waived_at is not None and waived_at <= first_received_at:
        return SessionState.RECEIVED_ON_TIME
    if punctuality(first_received_at, due) is Punctuality.LATE:
        return SessionState.RECEIVED_LATE
    return SessionState.RECEIVED_ON_TIME


def may_submit_for_day(day: date, today: date) -> Verdict:
    """Attendance is stated for today or an earlier day: nobody knows tomorrow's.

    Source: Waymark's own.
    """
    if day > today:
        return Refused("session_in_future", f"{day} has not come yet; attendance is stated on the day.", OUR_OWN)
    return Allowed()


def on_the_clock_in_london(instant: datetime) -> datetime:
    return instant.astimezone(LONDON)


def _instant(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, LONDON).astimezone(UTC)
