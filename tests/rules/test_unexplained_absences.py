"""Absences to be resolved within five school days."""

from datetime import date

import pytest

from app.rules.calendars import Closure, HalfTerm, SchoolCalendar, Term
from app.rules.clocks import ClockState
from app.rules.unexplained_absences import resolve_by, unexplained_clocks

CALENDAR = SchoolCalendar(
    (
        HalfTerm(Term.AUTUMN, 1, date(2026, 9, 3), date(2026, 10, 23)),
        HalfTerm(Term.AUTUMN, 2, date(2026, 11, 2), date(2026, 12, 18)),
    ),
    (Closure(date(2026, 11, 27), "INSET"),),
)


@pytest.mark.parametrize(
    ("on_date", "by"),
    [
        pytest.param("2026-11-02", "2026-11-09", id="a Monday: the Monday after"),
        pytest.param("2026-11-06", "2026-11-13", id="a Friday: the Friday after"),
        pytest.param("2026-11-24", "2026-12-02", id="a closure is no school day"),
        pytest.param("2026-10-20", "2026-11-03", id="nor are holidays"),
        pytest.param("2026-12-11", "2026-12-18", id="the last day that is published"),
        pytest.param("2026-12-14", None, id="no calendar has been published so far"),
    ],
)
def test_five_school_days(on_date: str, by: str | None) -> None:
    found = resolve_by(CALENDAR, date.fromisoformat(on_date))
    assert (None if found is None else str(found)) == by


def test_one_clock_for_each_day_by_which_something_is_to_be_resolved() -> None:
    days = [date(2026, 11, 2), date(2026, 11, 2), date(2026, 11, 3), date(2026, 12, 14)]
    clocks = list(unexplained_clocks("/v1/x", CALENDAR, days, date(2026, 11, 10)))
    assert [(str(each.due_on), each.counted, each.state) for each in clocks] == [
        ("2026-11-09", 2, ClockState.OVERDUE),
        ("2026-11-10", 1, ClockState.DUE),
    ]
    [before, _] = unexplained_clocks("/v1/x", CALENDAR, days, date(2026, 11, 8))
    assert before.state is ClockState.UPCOMING
