"""Termination takes effect only at a half-term's end: a row for every clause and every shape of calendar."""

from datetime import date

import pytest

from app.rules.calendars import SchoolCalendar
from app.rules.sources import OUR_OWN
from app.rules.termination import NoticeState, end_that_stands, may_terminate, notice_state
from app.rules.verdict import Refused, Verdict
from tests.rules.published_calendars import AWKWARD, STAFFORDSHIRE

STARTS = date(2025, 9, 8)
PLANNED = date(2026, 7, 21)


def _ask(
    effective_on: date,
    given_on: date = date(2025, 9, 15),
    *,
    calendar: SchoolCalendar = AWKWARD,
    planned_end_on: date = PLANNED,
    already_ends_on: date | None = None,
) -> Verdict:
    return may_terminate(
        calendar,
        effective_on=effective_on,
        given_on=given_on,
        starts_on=STARTS,
        planned_end_on=planned_end_on,
        already_ends_on=already_ends_on,
    )


@pytest.mark.parametrize(
    ("effective_on", "given_on"),
    [
        pytest.param(date(2025, 10, 22), date(2025, 9, 15), id="the last day of a half-term that ends mid-week"),
        pytest.param(date(2025, 12, 18), date(2025, 9, 15), id="the day before an INSET day that ends a term"),
        pytest.param(date(2026, 2, 13), date(2025, 9, 15), id="the Friday before a half-term ends on a Sunday"),
        pytest.param(date(2026, 4, 2), date(2025, 9, 15), id="the day before a bank holiday that ends a term"),
        pytest.param(date(2025, 10, 22), date(2025, 10, 22), id="notice on the very day"),
        pytest.param(date(2025, 10, 22), date(2025, 9, 1), id="notice before the placement has started"),
    ],
)
def test_a_termination_is_allowed_on(effective_on: date, given_on: date) -> None:
    assert _ask(effective_on, given_on)


NEXT = ["2025-12-18", "2026-02-13", "2026-04-02"]


@pytest.mark.parametrize(
    ("effective_on", "dates", "words"),
    [
        pytest.param(date(2025, 11, 11), NEXT, "not the last open pupil day", id="an ordinary Tuesday"),
        pytest.param(date(2025, 12, 19), ["2026-02-13", "2026-04-02"], "closure", id="the INSET day"),
        pytest.param(date(2025, 11, 22), NEXT, "weekend", id="a Saturday in term"),
        pytest.param(date(2025, 10, 28), NEXT, "in no half-term", id="a day in the holidays"),
        pytest.param(date(2025, 10, 23), NEXT, "in no half-term", id="the Thursday after the end mid-week"),
        pytest.param(
            date(2026, 4, 3),
            ["2025-10-22", "2025-12-18", "2026-02-13"],
            "closure",
            id="the bank holiday, after which only the planned end comes",
        ),
    ],
)
def test_another_day_is_refused_and_the_next_lawful_ones_named(
    effective_on: date, dates: list[str], words: str
) -> None:
    verdict = _ask(effective_on)
    assert isinstance(verdict, Refused)
    assert verdict.code == "not_last_day_of_half_term"
    assert words in verdict.reason
    assert verdict.next_steps["next_lawful_dates"] == dates


@pytest.mark.parametrize(
    ("effective_on", "given_on", "planned_end_on", "code"),
    [
        pytest.param(
            date(2025, 9, 5), date(2025, 9, 2), PLANNED, "termination_before_start", id="before the placement starts"
        ),
        pytest.param(
            date(2026, 2, 13),
            date(2025, 9, 15),
            date(2025, 12, 18),
            "termination_after_planned_end",
            id="after the planned end: that is an extension",
        ),
        pytest.param(
            PLANNED, date(2025, 9, 15), PLANNED, "termination_on_planned_end", id="on the planned end: nothing changes"
        ),
        pytest.param(date(2025, 10, 22), date(2025, 10, 23), PLANNED, "notice_after_effect", id="notice the day after"),
        pytest.param(
            date(2026, 7, 21), date(2026, 7, 22), PLANNED, "placement_already_ended", id="a placement that has ended"
        ),
    ],
)
def test_a_termination_only_brings_an_end_forward_with_notice(
    effective_on: date, given_on: date, planned_end_on: date, code: str
) -> None:
    verdict = _ask(effective_on, given_on, planned_end_on=planned_end_on)
    assert isinstance(verdict, Refused)
    assert verdict.code == code


def test_notice_for_the_planned_end_is_told_the_days_before_it() -> None:
    verdict = _ask(PLANNED)
    assert isinstance(verdict, Refused)
    assert verdict.next_steps["next_lawful_dates"] == ["2025-10-22", "2025-12-18", "2026-02-13"]
    assert verdict.source == OUR_OWN


@pytest.mark.parametrize(
    ("effective_on", "code", "dates"),
    [
        pytest.param(date(2025, 12, 18), "", [], id="may come earlier still"),
        pytest.param(date(2026, 2, 13), "termination_already_given", ["2025-10-22", "2025-12-18"], id="the same day"),
        pytest.param(date(2026, 4, 2), "termination_already_given", ["2025-10-22", "2025-12-18"], id="a later day"),
    ],
)
def test_second_notice(effective_on: date, code: str, dates: list[str]) -> None:
    verdict = _ask(effective_on, already_ends_on=date(2026, 2, 13))
    assert (verdict.code if isinstance(verdict, Refused) else "") == code
    if isinstance(verdict, Refused):
        assert verdict.next_steps["next_lawful_dates"] == dates


@pytest.mark.parametrize(
    ("effective_on", "planned_end_on", "calendar", "dates", "note"),
    [
        pytest.param(
            date(2027, 7, 22),
            date(2027, 12, 17),
            STAFFORDSHIRE,
            ["2025-10-24", "2025-12-19", "2026-02-13"],
            "No half-term after 2027-07-21 has been published",
            id="when no later half-term is published, says so and names the earlier ones",
        ),
        pytest.param(
            date(2027, 6, 15),
            date(2027, 12, 17),
            STAFFORDSHIRE,
            ["2027-07-21"],
            "No half-term after 2027-07-21 has been published",
            id="when the calendar ends soon, says after which day",
        ),
        pytest.param(
            date(2025, 9, 30),
            date(2025, 10, 10),
            AWKWARD,
            [],
            "fall on or after the end",
            id="when the planned end comes first, names none",
        ),
        pytest.param(
            date(2025, 9, 30),
            PLANNED,
            SchoolCalendar(()),
            [],
            "No half-term has been published",
            id="when nothing is published",
        ),
    ],
)
def test_a_refusal_with_few_dates(
    effective_on: date, planned_end_on: date, calendar: SchoolCalendar, dates: list[str], note: str
) -> None:
    verdict = _ask(effective_on, calendar=calendar, planned_end_on=planned_end_on)
    assert isinstance(verdict, Refused)
    assert verdict.next_steps["next_lawful_dates"] == dates
    assert note in verdict.next_steps["note"]


def test_with_dates_enough_nothing_is_noted() -> None:
    verdict = _ask(date(2025, 11, 11))
    assert isinstance(verdict, Refused)
    assert "note" not in verdict.next_steps


def test_second_notice_with_no_lawful_day_left_before_the_end() -> None:
    verdict = _ask(date(2025, 12, 18), already_ends_on=date(2025, 10, 22))
    assert isinstance(verdict, Refused)
    assert verdict.next_steps["next_lawful_dates"] == []


@pytest.mark.parametrize(
    ("today", "withdrawn", "state"),
    [
        pytest.param(date(2025, 10, 21), False, NoticeState.STANDING, id="until the day it stands"),
        pytest.param(date(2025, 10, 22), False, NoticeState.IN_EFFECT, id="on the day it is in effect"),
        pytest.param(date(2025, 10, 22), True, NoticeState.WITHDRAWN, id="what was withdrawn never takes effect"),
    ],
)
def test_the_state_of_a_notice(today: date, withdrawn: bool, state: NoticeState) -> None:
    assert notice_state(date(2025, 10, 22), today, withdrawn=withdrawn) is state


@pytest.mark.parametrize(
    ("effective_days", "end"),
    [
        pytest.param([], PLANNED, id="without notice the planned end"),
        pytest.param([date(2025, 12, 19), date(2025, 10, 22)], date(2025, 10, 22), id="the earliest of several"),
    ],
)
def test_the_end_that_stands(effective_days: list[date], end: date) -> None:
    assert end_that_stands(PLANNED, effective_days) == end
