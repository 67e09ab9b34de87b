"""Weekly timetables, and the sessions that follow from one."""

from datetime import date, time
from uuid import UUID

import pytest

from app.rules.calendars import SchoolSession
from app.rules.timetables import TimetableSlot, Weekday, expected_sessions, validate_timetable
from tests.rules.published_calendars import AWKWARD, PORTSMOUTH

AM, PM = SchoolSession.AM, SchoolSession.PM
MONDAY_AM = TimetableSlot(Weekday.MONDAY, AM, time(9), time(12))
MONDAY_PM = TimetableSlot(Weekday.MONDAY, PM, time(13), time(15), online=True)
FRIDAY_AM = TimetableSlot(Weekday.FRIDAY, AM, time(9), time(12), site_id=UUID(int=1))


def test_timetable_times_calendar_gives_the_sessions_in_order() -> None:
    # Friday 1 May 2026 is INSET and Monday the 4th a bank holiday in this calendar.
    found = expected_sessions((MONDAY_PM, FRIDAY_AM, MONDAY_AM), PORTSMOUTH, date(2026, 4, 27), date(2026, 5, 11))
    assert [(each.day, each.session, each.online, each.site_id) for each in found] == [
        (date(2026, 4, 27), AM, False, None),
        (date(2026, 4, 27), PM, True, None),
        (date(2026, 5, 8), AM, False, UUID(int=1)),
        (date(2026, 5, 11), AM, False, None),
        (date(2026, 5, 11), PM, True, None),
    ]


def test_a_session_carries_its_times() -> None:
    first = next(expected_sessions((MONDAY_AM,), PORTSMOUTH, date(2026, 4, 27), date(2026, 4, 27)))
    assert (first.scheduled_start, first.scheduled_end) == (time(9), time(12))


@pytest.mark.parametrize(
    ("first", "last", "count"),
    [
        pytest.param(date(2025, 10, 20), date(2025, 10, 20), 1, id="one day, both ends included"),
        pytest.param(date(2025, 10, 21), date(2025, 11, 2), 0, id="none in the holidays"),
        pytest.param(date(2026, 4, 20), date(2026, 4, 20), 0, id="none on a closure"),
        pytest.param(date(1900, 1, 1), date(9999, 12, 31), 34, id="no more than the calendar has, however long"),
    ],
)
def test_how_many_mondays(first: date, last: date, count: int) -> None:
    assert len(list(expected_sessions((MONDAY_AM,), AWKWARD, first, last))) == count


@pytest.mark.parametrize(
    ("timetable", "codes"),
    [
        pytest.param((MONDAY_AM, MONDAY_PM, FRIDAY_AM), [], id="a sound timetable"),
        pytest.param((), ["timetable_empty"], id="no session at all"),
        pytest.param((MONDAY_AM, MONDAY_AM), ["session_repeated"], id="one session twice"),
        pytest.param(
            (TimetableSlot(Weekday.MONDAY, AM, time(9), time(9)),), ["session_backwards"], id="no time at all"
        ),
        pytest.param(
            (TimetableSlot(Weekday.MONDAY, AM, time(13), time(14)),), ["am_starts_too_late"], id="a morning at one"
        ),
        pytest.param((TimetableSlot(Weekday.MONDAY, AM, time(12, 59), time(14)),), [], id="a morning just before one"),
        pytest.param(
            (TimetableSlot(Weekday.MONDAY, PM, time(10, 59), time(14)),),
            ["pm_starts_too_early"],
            id="an afternoon before eleven",
        ),
        pytest.param((TimetableSlot(Weekday.MONDAY, PM, time(11), time(14)),), [], id="an afternoon from eleven"),
        pytest.param(
            (MONDAY_AM, TimetableSlot(Weekday.MONDAY, PM, time(11, 59), time(14))),
            ["sessions_overlap"],
            id="the afternoon before the morning has ended",
        ),
        pytest.param(
            (MONDAY_AM, TimetableSlot(Weekday.MONDAY, PM, time(12), time(14))), [], id="the afternoon at once after"
        ),
        pytest.param(
            (TimetableSlot(Weekday.MONDAY, AM, time(9), time(12), online=True, site_id=UUID(int=1)),),
            ["online_at_site"],
            id="online and yet at a site",
        ),
    ],
)
def test_a_timetable_is_told_its_faults(timetable: tuple[TimetableSlot, ...], codes: list[str]) -> None:
    assert [fault.code for fault in validate_timetable(timetable)] == codes
