"""What is stated of a session fits its hours, and the time at which it is stated. The session runs from 09:00 to 12:00."""

from datetime import UTC, date, datetime, time

import pytest

from app.rules.attendance_facts import Fact, MarkFact
from app.rules.attendance_times import check_happened, check_hours, moment
from app.rules.verdict import Refused

DAY, DAY_AFTER = date(2026, 11, 24), date(2026, 11, 25)
PRESENT, LATE, ABSENT = Fact.PRESENT, Fact.LATE, Fact.ABSENT


def at(clock: str) -> datetime:
    """That time of the day in London, which keeps UTC in November."""
    return datetime.combine(DAY, time.fromisoformat(clock), UTC)


def mark(fact: Fact, arrived: str | None = None, left: str | None = None, minutes: int | None = None) -> MarkFact:
    arrived_at, left_at = (time.fromisoformat(each) if each else None for each in (arrived, left))
    return MarkFact(fact, arrived_at, left_at, minutes)


# tests/test_attendance_times.py sends the same rows through the ledger.
CASES = [
    pytest.param(mark(PRESENT), at("08:00"), "", id="present an hour before"),
    pytest.param(mark(PRESENT), at("07:59:59"), "session_not_begun", id="present more than an hour before"),
    pytest.param(mark(LATE), at("07:30"), "session_not_begun", id="late before the register opens"),
    pytest.param(mark(ABSENT), at("06:00"), "", id="absent in advance"),
    pytest.param(mark(PRESENT, "08:40"), at("08:50"), "", id="came before the start"),
    pytest.param(mark(PRESENT, "08:52"), at("08:50"), "", id="a clock two minutes ahead"),
    pytest.param(mark(PRESENT, "08:53"), at("08:50"), "arrived_in_future", id="a clock further ahead"),
    pytest.param(mark(PRESENT, "23:59"), at("08:50"), "arrived_in_future", id="came at midnight, at breakfast"),
    pytest.param(mark(PRESENT, None, "11:00"), at("10:00"), "left_in_future", id="left later today"),
    pytest.param(mark(PRESENT, "11:59"), at("15:00"), "", id="came in the last minute"),
    pytest.param(mark(PRESENT, "12:00"), at("15:00"), "arrived_after_end", id="came at the end"),
    pytest.param(mark(PRESENT, None, "09:01"), at("15:00"), "", id="left in the second minute"),
    pytest.param(mark(PRESENT, None, "09:00"), at("15:00"), "left_before_start", id="left at the start"),
    pytest.param(mark(LATE, "09:01"), at("15:00"), "", id="a minute late"),
    pytest.param(mark(LATE, "09:00"), at("15:00"), "late_but_on_time", id="late, yet there at the start"),
    pytest.param(mark(LATE, "07:00"), at("15:00"), "late_but_on_time", id="late, yet there at seven"),
    pytest.param(mark(LATE, None, None, 179), at("15:00"), "", id="late by all but a minute"),
    pytest.param(mark(LATE, None, None, 180), at("15:00"), "late_past_end", id="late by the whole session"),
    pytest.param(mark(LATE, None, None, 500), at("15:00"), "late_past_end", id="late by 500 minutes"),
    pytest.param(mark(LATE, None, None, 30), at("09:28"), "", id="half an hour late, by a clock ahead"),
    pytest.param(mark(LATE, None, None, 31), at("09:28"), "arrived_in_future", id="late by more than has passed"),
]


def judged(said: MarkFact, now: datetime, day: date = DAY) -> str:
    verdict = check_happened(said, day, moment(now)) and check_hours(said, day, time(9), time(12), moment(now))
    return verdict.code if isinstance(verdict, Refused) else ""


@pytest.mark.parametrize(("said", "now", "code"), CASES)
def test_what_fits_and_what_does_not(said: MarkFact, now: datetime, code: str) -> None:
    assert judged(said, now) == code


@pytest.mark.parametrize(
    ("said", "code"),
    [
        pytest.param(mark(PRESENT, "11:00"), "", id="everything has happened by the day after"),
        pytest.param(mark(LATE, None, None, 100), "", id="minutes late too"),
        pytest.param(mark(PRESENT, "12:30"), "arrived_after_end", id="but the hours are still the session's"),
    ],
)
def test_the_day_after(said: MarkFact, code: str) -> None:
    assert judged(said, datetime.combine(DAY_AFTER, time(6), UTC)) == code


def test_the_clock_is_londons() -> None:
    assert moment(datetime(2026, 6, 10, 7, 30, tzinfo=UTC)).latest_start == time(9, 30)
    assert moment(datetime(2026, 6, 10, 23, 30, tzinfo=UTC)).today == date(2026, 6, 11)


def test_an_hour_before_midnight_does_not_become_the_morning() -> None:
    assert moment(at("23:30")).latest_start == time.max
