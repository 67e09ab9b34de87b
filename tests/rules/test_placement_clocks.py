"""The clocks of one placement, a row for each clause; and who counts towards registration."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from app.rules.attendance_waivers import PRECEDENCE, Waiver, code_of_waiver
from app.rules.calendars import SchoolCalendar, SchoolSession
from app.rules.day_six import ExclusionKind, asks_for_provision, day_six, may_state_exclusion
from app.rules.part_time_plans import PlanState
from app.rules.placement_clocks import (
    Exclusion,
    Placed,
    Planned,
    day_six_clock,
    non_school_clock,
    plan_clocks,
    planned_end_clock,
    sessions_a_week,
)
from app.rules.registration_threshold import (
    ProviderCount,
    births_of_compulsory_age,
    registration_clock,
    threshold_is_reached,
)
from app.rules.timetables import Weekday
from app.rules.verdict import Refused
from tests.rules.published_calendars import AWKWARD

PERMANENT, SUSPENSION = ExclusionKind.PERMANENT, ExclusionKind.SUSPENSION
PATH = "/v1/placements/x"
PLACED = Placed(PATH, True, date(2025, 11, 5), date(2026, 2, 13), True, False)


@pytest.mark.parametrize(
    ("kind", "days", "asked"),
    [
        pytest.param(PERMANENT, None, True, id="a permanent exclusion"),
        pytest.param(SUSPENSION, 6, True, id="a suspension of six days"),
        pytest.param(SUSPENSION, 5, False, id="a suspension of five"),
        pytest.param(SUSPENSION, None, False, id="a suspension of which the length is not known"),
    ],
)
def test_when_provision_must_be_arranged(kind: ExclusionKind, days: int | None, asked: bool) -> None:
    assert asks_for_provision(kind, days) is asked


@pytest.mark.parametrize(
    ("excluded_on", "sixth"),
    [
        pytest.param(date(2025, 11, 5), date(2025, 11, 13), id="a Wednesday: over one weekend"),
        pytest.param(date(2025, 11, 10), date(2025, 11, 18), id="a Monday"),
        pytest.param(date(2025, 11, 8), date(2025, 11, 17), id="a Saturday: from Monday"),
        pytest.param(date(2025, 10, 20), date(2025, 11, 6), id="the half-term holiday between, which ends mid-week"),
        pytest.param(date(2025, 12, 15), date(2026, 1, 7), id="an INSET day, and Christmas, between"),
        pytest.param(date(2026, 2, 10), date(2026, 2, 25), id="a half-term that ends on a Sunday"),
        pytest.param(date(2026, 4, 1), date(2026, 6, 5), id="Good Friday, and a half-term that is closed throughout"),
        pytest.param(date(2026, 7, 13), None, id="no later day published"),
    ],
)
def test_the_sixth_school_day(excluded_on: date, sixth: date | None) -> None:
    assert day_six(AWKWARD, excluded_on) == sixth


def test_an_exclusion_is_stated_once_it_has_begun() -> None:
    assert may_state_exclusion(date(2025, 11, 5), date(2025, 11, 5))
    refused = may_state_exclusion(date(2025, 11, 6), date(2025, 11, 5))
    assert isinstance(refused, Refused)
    assert refused.code == "exclusion_in_future"


@pytest.mark.parametrize(
    ("changes", "exclusion", "today", "state", "done_on"),
    [
        pytest.param({}, {}, date(2025, 11, 6), "done", date(2025, 11, 5), id="full time, before the day"),
        pytest.param({"accepted": False}, {}, date(2025, 11, 6), "due", None, id="only proposed"),
        pytest.param({"full_time": False}, {}, date(2025, 11, 11), "due", None, id="part time does not do"),
        pytest.param({"full_time": False}, {}, date(2025, 11, 12), "overdue", None, id="part time, past the day"),
        pytest.param({"starts_on": date(2025, 11, 13)}, {}, date(2025, 11, 12), "overdue", None, id="begins too late"),
        pytest.param(
            {"starts_on": date(2025, 11, 13)}, {}, date(2025, 11, 13), "done", date(2025, 11, 13), id="begun late"
        ),
        pytest.param({}, {}, date(2026, 3, 1), "done", date(2025, 11, 5), id="over, it was done"),
        pytest.param({"accepted": False}, {}, date(2026, 3, 1), "not_applicable", None, id="over and never accepted"),
        pytest.param(
            {}, {"kind": SUSPENSION, "pupil_days": 5}, date(2025, 11, 6), "not_applicable", None, id="too short"
        ),
        pytest.param(
            {"accepted": False}, {"on": date(2026, 7, 13)}, date(2025, 11, 6), "upcoming", None, id="no day published"
        ),
    ],
)
def test_day_6(
    changes: dict[str, Any], exclusion: dict[str, Any], today: date, state: str, done_on: date | None
) -> None:
    """Excluded on Monday 3 November: the sixth school day after it is Tuesday 11."""
    said = replace(Exclusion(PERMANENT, date(2025, 11, 3), None), **exclusion)
    clock = day_six_clock(replace(PLACED, **changes), said, AWKWARD, today)
    assert (clock.state, clock.done_on, clock.subject) == (state, done_on, PATH)


def test_day_6_without_any_calendar_is_upcoming() -> None:
    said = Exclusion(PERMANENT, date(2025, 11, 3), None)
    clock = day_six_clock(replace(PLACED, accepted=False), said, SchoolCalendar(()), date(2025, 11, 6))
    assert (clock.state, clock.due_on) == ("upcoming", None)


@pytest.mark.parametrize(
    ("today", "state", "done_on"),
    [
        pytest.param(date(2026, 1, 29), "upcoming", None, id="fifteen days before"),
        pytest.param(date(2026, 2, 13), "due", None, id="on the last day"),
        pytest.param(date(2026, 2, 14), "done", date(2026, 2, 13), id="the day after it has ended"),
    ],
)
def test_the_planned_end(today: date, state: str, done_on: date | None) -> None:
    clock = planned_end_clock(PLACED, today)
    assert (clock.state, clock.due_on, clock.done_on) == (state, date(2026, 2, 13), done_on)


REVIEWS = (date(2025, 11, 21), date(2025, 12, 12))
PLAN = Planned(
    plan_id=UUID(int=2),
    state=PlanState.AGREED,
    starts_on=date(2025, 11, 10),
    ends_on=date(2025, 12, 21),
    review_dates=REVIEWS,
    held_on=(date(2025, 11, 21),),
    ended_on=None,
    sessions_not_attended=frozenset({(Weekday.FRIDAY, SchoolSession.PM)}),
)


@pytest.mark.parametrize(
    ("changes", "today", "clocks"),
    [
        pytest.param({}, date(2025, 11, 24), ["review done", "review upcoming", "end upcoming"], id="one review held"),
        pytest.param({}, date(2025, 12, 13), ["review done", "review overdue", "end due"], id="one is missing"),
        pytest.param({}, date(2025, 12, 22), ["review done", "review overdue", "end overdue"], id="run over"),
        pytest.param(
            {"ends_on": date(2025, 12, 1)}, date(2025, 11, 24), ["review done", "end due"], id="cut before a review"
        ),
        pytest.param(
            {"state": PlanState.ENDED, "ended_on": date(2025, 12, 1)}, date(2025, 12, 13), ["end done"], id="ended"
        ),
        pytest.param(
            {"state": PlanState.EXTENDED, "ended_on": date(2025, 12, 1)},
            date(2025, 12, 13),
            ["review done", "review overdue", "end done"],
            id="extended, and still running",
        ),
        pytest.param(
            {"state": PlanState.EXTENDED, "ended_on": date(2025, 12, 1)},
            date(2025, 12, 22),
            ["end done"],
            id="extended, and over",
        ),
        pytest.param({}, date(2026, 2, 14), ["end done"], id="ended with its placement"),
        pytest.param({"state": PlanState.PROPOSED}, date(2025, 11, 9), [], id="only proposed"),
    ],
)
def test_the_clocks_of_a_plan(changes: dict[str, Any], today: date, clocks: list[str]) -> None:
    found = list(plan_clocks(PLACED, replace(PLAN, **changes), today))
    assert [f"{each.kind.rpartition('_')[2]} {each.state}" for each in found] == clocks


@pytest.mark.parametrize(
    ("changes", "today", "sessions"),
    [
        pytest.param({}, date(2025, 11, 9), 2, id="before the plan begins"),
        pytest.param({}, date(2025, 11, 10), 1, id="from its first day"),
        pytest.param({}, date(2025, 12, 21), 1, id="to its last"),
        pytest.param({}, date(2025, 12, 22), 2, id="afterwards all is expected again"),
        pytest.param({"state": PlanState.EXTENDED}, date(2025, 12, 1), 1, id="one extended still runs"),
        pytest.param({"state": PlanState.ENDED}, date(2025, 12, 1), 2, id="one that ended does not"),
    ],
)
def test_sessions_a_week(changes: dict[str, Any], today: date, sessions: int) -> None:
    timetabled = {(Weekday.FRIDAY, SchoolSession.PM), (Weekday.FRIDAY, SchoolSession.AM)}
    assert sessions_a_week(timetabled, [replace(PLAN, **changes)], today) == sessions


@pytest.mark.parametrize(
    ("changes", "sessions", "today", "expected"),
    [
        pytest.param({"by_school": True}, 10, date(2025, 12, 1), ("twelve_weeks", "not_applicable", None), id="school"),
        pytest.param({}, 4, date(2025, 12, 1), ("four_sessions", "upcoming", 4), id="four sessions a week"),
        pytest.param({}, 5, date(2025, 11, 4), ("twelve_weeks", "upcoming", 0), id="intensive, not yet begun"),
        pytest.param({}, 5, date(2025, 11, 5), ("twelve_weeks", "upcoming", 1), id="in its first week"),
        pytest.param({}, 5, date(2025, 11, 12), ("twelve_weeks", "upcoming", 2), id="in its second"),
        pytest.param({}, 5, date(2026, 1, 27), ("twelve_weeks", "due", 12), id="on the last day of twelve weeks"),
        pytest.param({}, 5, date(2026, 1, 28), ("twelve_weeks", "overdue", 13), id="in its thirteenth week"),
        pytest.param({}, 5, date(2026, 6, 1), ("twelve_weeks", "done", 15), id="over"),
    ],
)
def test_provision_outside_a_school(
    changes: dict[str, Any], sessions: int, today: date, expected: tuple[str, str, int | None]
) -> None:
    clock = non_school_clock(replace(PLACED, **changes), sessions, today)
    assert (clock.kind, clock.state, clock.counted) == expected


@pytest.mark.parametrize(
    ("provider", "expected"),
    [
        pytest.param(ProviderCount("x", False, False, 4), ("upcoming", 4), id="not reached"),
        pytest.param(ProviderCount("x", False, True, 1), ("due", 1), id="reached, mostly by others"),
        pytest.param(ProviderCount("x", True, True, 9), ("not_applicable", None), id="a school"),
    ],
)
def test_the_registration_counter(provider: ProviderCount, expected: tuple[str, int | None]) -> None:
    clock = registration_clock(provider)
    assert (clock.state, clock.counted, clock.subject) == (*expected, "/v1/providers/x")


@pytest.mark.parametrize(
    ("pupils", "of_them", "reached"),
    [
        pytest.param(4, 0, False, id="four"),
        pytest.param(5, 0, True, id="five"),
        pytest.param(1, 1, True, id="one, who is looked after"),
    ],
)
def test_the_registration_threshold(pupils: int, of_them: int, reached: bool) -> None:
    assert threshold_is_reached(pupils, of_them) is reached


@pytest.mark.parametrize(
    ("day", "oldest", "youngest"),
    [
        pytest.param(date(2026, 11, 24), date(2010, 9, 1), date(2021, 8, 31), id="in autumn"),
        pytest.param(date(2026, 12, 31), date(2010, 9, 1), date(2021, 12, 31), id="on a prescribed day"),
        pytest.param(date(2027, 1, 4), date(2010, 9, 1), date(2021, 12, 31), id="in January"),
        pytest.param(date(2027, 3, 31), date(2010, 9, 1), date(2022, 3, 31), id="on the next prescribed day"),
        pytest.param(date(2027, 6, 25), date(2010, 9, 1), date(2022, 3, 31), id="the last Friday in June"),
        pytest.param(date(2027, 6, 26), date(2011, 9, 1), date(2022, 3, 31), id="the day after it"),
        pytest.param(date(2028, 6, 30), date(2011, 9, 1), date(2023, 3, 31), id="a last Friday on the 30th"),
    ],
)
def test_who_is_of_compulsory_age(day: date, oldest: date, youngest: date) -> None:
    assert births_of_compulsory_age(day) == (oldest, youngest)


@pytest.mark.parametrize(
    ("waiver", "code"),
    [
        pytest.param(Waiver.PART_TIME_PLAN, "C2", id="a plan"),
        pytest.param(Waiver.SUSPENSION, "E", id="a suspension"),
        pytest.param(Waiver.CLOSURE, "Y4", id="a day that was closed"),
        pytest.param(Waiver.NOT_TIMETABLED, None, id="a session taken off the timetable"),
        pytest.param(Waiver.PLACEMENT_OVER, None, id="a placement that is over"),
    ],
)
def test_the_code_of_a_session_that_is_waived(waiver: Waiver, code: str | None) -> None:
    suggested = code_of_waiver(waiver)
    assert (suggested and suggested.code.code) == code


def test_a_plan_comes_before_a_suspension() -> None:
    assert PRECEDENCE == (Waiver.PART_TIME_PLAN, Waiver.SUSPENSION)
