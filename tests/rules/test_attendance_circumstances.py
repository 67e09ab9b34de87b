"""What is known of a session beside the provider's fact, and the code that follows."""

from datetime import date
from uuid import UUID

import pytest

from app.rules.attendance_circumstances import (
    KNOWN_OF_A_SESSION,
    Circumstance,
    Known,
    circumstance_of,
    compulsory_age_ends_on,
    known_of,
)
from app.rules.attendance_facts import Fact, MarkFact, suggest_code
from app.rules.attendance_waivers import Waiver
from app.rules.calendars import SchoolSession
from app.rules.dual_registrations import DualRegistration, WeeklySession
from app.rules.timetables import Weekday

MONDAY, TUESDAY = date(2028, 7, 3), date(2028, 7, 4)
MAIN, OTHER = UUID(int=1), UUID(int=2)
ELSEWHERE = DualRegistration(
    MAIN, OTHER, date(2026, 9, 1), None, frozenset({WeeklySession(Weekday("monday"), SchoolSession.AM)})
)
IN_YEAR_11 = date(2012, 3, 4)


@pytest.mark.parametrize(
    ("born", "last"),
    [
        pytest.param("2012-03-04", "2028-06-30", id="the last Friday in June is the 30th"),
        pytest.param("2012-08-31", "2028-06-30", id="the youngest of a school year"),
        pytest.param("2012-09-01", "2029-06-29", id="the oldest of the next"),
        pytest.param("2009-12-31", "2026-06-26", id="the last Friday in June is the 26th"),
        pytest.param("2010-01-01", "2026-06-26", id="sixteen in January"),
        pytest.param("2012-02-29", "2028-06-30", id="born on a leap day"),
    ],
)
def test_compulsory_age_ends_on_the_last_friday_in_june(born: str, last: str) -> None:
    assert str(compulsory_age_ends_on(date.fromisoformat(born))) == last


@pytest.mark.parametrize(
    ("day", "session", "registered", "required", "born", "known"),
    [
        pytest.param(MONDAY, "am", True, False, IN_YEAR_11, "at_other_registered_school", id="elsewhere comes first"),
        pytest.param(MONDAY, "pm", True, False, IN_YEAR_11, "not_required_after_16", id="not that session"),
        pytest.param(TUESDAY, "am", True, None, IN_YEAR_11, None, id="another day, and nobody said"),
        pytest.param(TUESDAY, "am", False, True, IN_YEAR_11, None, id="required after 16"),
        pytest.param(date(2028, 6, 30), "am", False, False, IN_YEAR_11, None, id="the last day of compulsory age"),
        pytest.param(date(2028, 7, 1), "am", False, False, IN_YEAR_11, "not_required_after_16", id="a day later"),
        pytest.param(TUESDAY, "am", False, False, date(2012, 9, 1), None, id="a year younger"),
    ],
)
def test_what_is_known_of_a_session(
    day: date, session: str, registered: bool, required: bool | None, born: date, known: str | None
) -> None:
    registrations = [ELSEWHERE] if registered else []
    found = circumstance_of(
        day, SchoolSession(session), registrations=registrations, date_of_birth=born, required_after_16=required
    )
    assert found == known


@pytest.mark.parametrize(
    ("known", "absent", "came"),
    [
        pytest.param(None, "N", "K", id="nothing known"),
        pytest.param(Circumstance.AT_OTHER_REGISTERED_SCHOOL, "D", "D", id="at the other school, whatever happened"),
        pytest.param(Circumstance.NOT_REQUIRED_AFTER_16, "X", "K", id="not required, and came all the same"),
        pytest.param(Waiver.PART_TIME_PLAN, "C2", "K", id="left out by a plan, and came all the same"),
        pytest.param(Waiver.SUSPENSION, "E", "K", id="suspended, and came all the same"),
        pytest.param(Waiver.CLOSURE, "Y4", "K", id="closed, and came all the same"),
        pytest.param(Waiver.NOT_TIMETABLED, "N", "K", id="taken off the timetable decides no code"),
        pytest.param(Waiver.PLACEMENT_OVER, "N", "K", id="nor does a placement that is over"),
    ],
)
def test_the_code_that_follows(known: Known, absent: str, came: str) -> None:
    circumstances = known_of(known, online=False, council_commissioned=True)
    assert suggest_code(MarkFact(Fact.ABSENT), circumstances).code.code == absent
    assert suggest_code(MarkFact(Fact.PRESENT), circumstances).code.code == came


def test_everything_that_may_be_known_is_named_once() -> None:
    undecided = {Waiver.NOT_TIMETABLED, Waiver.PLACEMENT_OVER}
    assert len(KNOWN_OF_A_SESSION) == len(set(KNOWN_OF_A_SESSION))
    assert set(KNOWN_OF_A_SESSION) == {None, *Circumstance, *(set(Waiver) - undecided)}
