"""When a clock is upcoming, due, overdue or done, and when it is told of."""

from datetime import date

import pytest

from app.rules.clocks import (
    KINDS,
    Clock,
    ClockKind,
    ClockState,
    counting,
    not_applicable,
    on_its_day,
    told_as,
)

KIND = ClockKind.PLANNED_END
DUE_ON = date(2026, 12, 18)


@pytest.mark.parametrize(
    ("today", "done_on", "state"),
    [
        pytest.param(date(2026, 12, 3), None, "upcoming", id="fifteen days before"),
        pytest.param(date(2026, 12, 4), None, "due", id="fourteen days before"),
        pytest.param(DUE_ON, None, "due", id="on its day"),
        pytest.param(date(2026, 12, 19), None, "overdue", id="the day after"),
        pytest.param(date(2026, 12, 1), date(2026, 12, 1), "done", id="done before"),
        pytest.param(date(2027, 1, 1), date(2026, 12, 30), "done", id="done late"),
    ],
)
def test_a_clock_with_a_day(today: date, done_on: date | None, state: str) -> None:
    assert on_its_day(KIND, "/x", DUE_ON, today, done_on=done_on) == Clock(
        KIND, "/x", ClockState(state), DUE_ON, done_on
    )


def test_without_a_day_it_is_upcoming() -> None:
    assert on_its_day(KIND, "/x", None, DUE_ON).state is ClockState.UPCOMING


@pytest.mark.parametrize(("reached", "state"), [(True, "due"), (False, "upcoming")])
def test_a_counter_is_due_once_its_limit_is_reached(reached: bool, state: str) -> None:
    clock = counting(KIND, "/x", 3, 5, reached=reached)
    assert (clock.state, clock.counted, clock.limit, clock.due_on) == (state, 3, 5, None)


def test_a_clock_with_a_day_may_count_besides() -> None:
    clock = on_its_day(KIND, "/x", DUE_ON, DUE_ON, counted=3, limit=12)
    assert (clock.state, clock.counted, clock.limit) == ("due", 3, 12)


def test_a_clock_that_does_not_run_says_so() -> None:
    assert not_applicable(KIND, "/x").state is ClockState.NOT_APPLICABLE


@pytest.mark.parametrize("kind", ClockKind)
def test_every_kind_says_where_it_comes_from_and_what_to_do(kind: ClockKind) -> None:
    clock = not_applicable(kind, "/x")
    assert (clock.source, clock.to_do) == (KINDS[kind].source, KINDS[kind].to_do)
    assert clock.to_do.endswith(".")


DUE, OVERDUE = ClockState.DUE, ClockState.OVERDUE


@pytest.mark.parametrize(
    ("swept_on", "today", "told"),
    [
        pytest.param(date(2026, 12, 2), date(2026, 12, 3), [], id="upcoming"),
        pytest.param(date(2026, 12, 3), date(2026, 12, 4), [(DUE, date(2026, 12, 4))], id="due from today"),
        pytest.param(date(2026, 12, 3), date(2026, 12, 10), [(DUE, date(2026, 12, 4))], id="due since days unswept"),
        pytest.param(date(2026, 12, 9), date(2026, 12, 10), [(DUE, date(2026, 12, 10))], id="found due today"),
        pytest.param(None, date(2026, 12, 10), [(DUE, date(2026, 12, 10))], id="due in a first sweep"),
        pytest.param(date(2026, 12, 18), date(2026, 12, 19), [(OVERDUE, date(2026, 12, 19))], id="overdue from today"),
        pytest.param(
            date(2026, 12, 3),
            date(2026, 12, 20),
            [(DUE, date(2026, 12, 4)), (OVERDUE, date(2026, 12, 19))],
            id="due and overdue since days unswept",
        ),
        pytest.param(None, date(2026, 12, 20), [(OVERDUE, date(2026, 12, 20))], id="overdue in a first sweep"),
        pytest.param(date(2026, 12, 20), date(2026, 12, 20), [(OVERDUE, date(2026, 12, 20))], id="on a day swept"),
    ],
)
def test_what_is_told_of_a_clock(swept_on: date | None, today: date, told: list[tuple[ClockState, date]]) -> None:
    assert told_as(on_its_day(KIND, "/x", DUE_ON, today), swept_on, today) == told


def test_a_counter_is_told_on_the_day_on_which_it_is_found() -> None:
    reached = counting(KIND, "/x", 5, 5, reached=True)
    assert told_as(reached, date(2026, 12, 3), date(2026, 12, 4)) == [(DUE, date(2026, 12, 4))]


def test_what_is_done_is_not_told() -> None:
    assert told_as(on_its_day(KIND, "/x", DUE_ON, DUE_ON, done_on=DUE_ON), None, DUE_ON) == []
