"""When attendance is due, over both sides of every boundary and of the clock changes."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from app.rules.attendance_due import (
    Punctuality,
    SessionState,
    due_at,
    may_submit_for_day,
    punctuality,
    session_state,
)
from app.rules.calendars import SchoolSession
from app.rules.verdict import Refused

WINTER, SUMMER = date(2026, 1, 12), date(2026, 6, 15)


def _utc(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "session", "start", "due"),
    [
        pytest.param(WINTER, "am", time(8, 30), _utc(WINTER, 9, 30), id="the window's first minute"),
        pytest.param(WINTER, "am", time(9, 15), _utc(WINTER, 9, 30), id="the window's last minute"),
        pytest.param(WINTER, "am", time(8, 29), _utc(WINTER, 8, 59), id="a minute before the window"),
        pytest.param(WINTER, "am", time(9, 16), _utc(WINTER, 9, 46), id="a minute after the window"),
        pytest.param(WINTER, "am", time(10), _utc(WINTER, 10, 30), id="a late morning"),
        pytest.param(WINTER, "pm", time(13), _utc(WINTER, 13, 30), id="an afternoon"),
        pytest.param(WINTER, "pm", time(9), _utc(WINTER, 9, 30), id="an afternoon never falls in the window"),
        pytest.param(SUMMER, "am", time(9), _utc(SUMMER, 8, 30), id="in summer an hour earlier by UTC"),
        pytest.param(date(2026, 3, 27), "am", time(9), datetime(2026, 3, 27, 9, 30, tzinfo=UTC), id="before spring"),
        pytest.param(date(2026, 3, 30), "am", time(9), datetime(2026, 3, 30, 8, 30, tzinfo=UTC), id="the Monday after"),
        pytest.param(date(2026, 10, 23), "am", time(9), datetime(2026, 10, 23, 8, 30, tzinfo=UTC), id="before autumn"),
        pytest.param(
            date(2026, 10, 26), "am", time(9), datetime(2026, 10, 26, 9, 30, tzinfo=UTC), id="the autumn Monday after"
        ),
    ],
)
def test_when_attendance_is_due(day: date, session: str, start: time, due: datetime) -> None:
    assert due_at(day, SchoolSession(session), start) == due


DUE = _utc(WINTER, 9, 30)
MOMENT = timedelta(microseconds=1)


def test_at_the_very_instant_is_on_time() -> None:
    assert punctuality(DUE, DUE) is Punctuality.ON_TIME
    assert punctuality(DUE + MOMENT, DUE) is Punctuality.LATE


@pytest.mark.parametrize(
    ("now", "received", "state"),
    [
        pytest.param(DUE, None, "expected", id="nothing yet, and still the instant"),
        pytest.param(DUE + MOMENT, None, "missing", id="nothing yet, and past it"),
        pytest.param(DUE + timedelta(days=9), DUE, "received_on_time", id="received at the instant"),
        pytest.param(DUE + timedelta(days=9), DUE + MOMENT, "received_late", id="late is late for ever"),
    ],
)
def test_the_state_of_an_expected_session(now: datetime, received: datetime | None, state: str) -> None:
    assert session_state(now, DUE, received) is SessionState(state)


def test_nobody_knows_tomorrows_attendance() -> None:
    assert may_submit_for_day(WINTER, WINTER)
    assert may_submit_for_day(WINTER, SUMMER)
    verdict = may_submit_for_day(SUMMER, WINTER)
    assert isinstance(verdict, Refused)
    assert verdict.code == "session_in_future"


def test_what_is_waived_is_neither_owed_nor_missing() -> None:
    assert session_state(DUE + MOMENT, DUE, None, waived_at=DUE) is SessionState.WAIVED
    assert session_state(DUE + MOMENT, DUE, DUE, waived_at=DUE) is SessionState.RECEIVED_ON_TIME
    assert session_state(DUE + MOMENT, DUE, DUE + MOMENT, waived_at=DUE + MOMENT) is SessionState.RECEIVED_ON_TIME


def test_what_was_late_before_it_was_waived_stays_late() -> None:
    later = DUE + 2 * MOMENT
    assert session_state(later, DUE, DUE + MOMENT, waived_at=later) is SessionState.RECEIVED_LATE
    assert session_state(later, DUE, DUE, waived_at=later) is SessionState.RECEIVED_ON_TIME
