"""A pupil on two rolls."""

from datetime import date
from uuid import UUID

import pytest

from app.rules.calendars import SchoolSession
from app.rules.dual_registrations import (
    DualRegistration,
    WeeklySession,
    may_register_twice,
    repeated_sessions,
    scheduled_elsewhere,
)
from app.rules.timetables import Weekday
from app.rules.verdict import Refused

HILL, FARM, VALE, FAR = (UUID(int=n) for n in range(4))
FIRST, LAST = date(2026, 11, 2), date(2026, 12, 18)
MONDAY_AM = WeeklySession(Weekday.MONDAY, SchoolSession.AM)


@pytest.mark.parametrize(
    ("main", "subsidiary", "first", "last", "code"),
    [
        pytest.param(HILL, FARM, FIRST, LAST, "", id="host school and provider"),
        pytest.param(HILL, VALE, FIRST, None, "", id="host school and another, open"),
        pytest.param(VALE, FARM, FIRST, LAST, "", id="another and the provider"),
        pytest.param(HILL, HILL, FIRST, LAST, "one_school_twice", id="one school"),
        pytest.param(VALE, FAR, FIRST, LAST, "not_of_this_placement", id="two strangers"),
        pytest.param(HILL, FARM, LAST, FIRST, "registration_backwards", id="ends before it begins"),
        pytest.param(HILL, FARM, FIRST, FIRST, "", id="one day"),
    ],
)
def test_who_may_be_registered_where(main: UUID, subsidiary: UUID, first: date, last: date | None, code: str) -> None:
    asked = DualRegistration(main, subsidiary, first, last)
    verdict = may_register_twice(asked, host_school=HILL, provider=FARM, standing=[])
    assert (verdict.code if isinstance(verdict, Refused) else "") == code


@pytest.mark.parametrize(
    ("first", "last", "overlaps"),
    [
        pytest.param(date(2026, 12, 19), None, False, id="from the day after on"),
        pytest.param(LAST, None, True, id="from the last day on"),
        pytest.param(date(2026, 9, 1), FIRST, True, id="to the first day"),
        pytest.param(date(2026, 9, 1), date(2026, 11, 1), False, id="to the day before"),
        pytest.param(date(2026, 9, 1), None, True, id="around it"),
    ],
)
def test_a_pair_has_one_period_for_any_day(first: date, last: date | None, overlaps: bool) -> None:
    standing = [DualRegistration(HILL, FARM, FIRST, LAST)]
    verdict = may_register_twice(
        DualRegistration(HILL, FARM, first, last), host_school=HILL, provider=FARM, standing=standing
    )
    assert isinstance(verdict, Refused) == overlaps
    other_way = DualRegistration(FARM, HILL, first, last)
    assert may_register_twice(other_way, host_school=HILL, provider=FARM, standing=standing)
    still_open = [DualRegistration(HILL, FARM, FIRST)]
    asked = DualRegistration(HILL, FARM, date(2030, 1, 1))
    refusal = may_register_twice(asked, host_school=HILL, provider=FARM, standing=still_open)
    assert isinstance(refusal, Refused)
    assert refusal.code == "dual_registration_overlaps"


def test_a_session_listed_twice_is_found() -> None:
    monday_pm = WeeklySession(Weekday.MONDAY, SchoolSession.PM)
    assert list(repeated_sessions([MONDAY_AM, monday_pm, MONDAY_AM])) == [2]


@pytest.mark.parametrize(
    ("day", "session", "elsewhere"),
    [
        pytest.param(date(2026, 11, 23), SchoolSession.AM, True, id="a Monday morning within"),
        pytest.param(date(2026, 11, 23), SchoolSession.PM, False, id="its afternoon"),
        pytest.param(date(2026, 11, 24), SchoolSession.AM, False, id="a Tuesday"),
        pytest.param(date(2026, 10, 26), SchoolSession.AM, False, id="a Monday before"),
        pytest.param(date(2026, 12, 21), SchoolSession.AM, False, id="a Monday after"),
        pytest.param(date(2026, 11, 28), SchoolSession.AM, False, id="a Saturday"),
    ],
)
def test_whether_a_session_lies_at_the_other_school(day: date, session: SchoolSession, elsewhere: bool) -> None:
    registration = DualRegistration(HILL, FARM, FIRST, LAST, frozenset({MONDAY_AM}))
    assert scheduled_elsewhere([registration], day, session) is elsewhere
