"""Frameworks: how often they are extended, when they are succeeded, and their windows."""

from datetime import date

import pytest

from app.rules.frameworks import (
    Extensions,
    WindowKind,
    WindowState,
    extended_end,
    may_extend,
    may_move_window,
    may_set_window,
    may_succeed,
    window_state,
)
from app.rules.lot_awards import Period
from app.rules.verdict import Refused, Verdict

TWO_YEARS = Period(date(2019, 9, 1), date(2021, 8, 31))
INITIAL = (WindowKind.INITIAL, Period(date(2019, 5, 1), date(2019, 6, 30)))
REFRESH = (WindowKind.REFRESH, Period(date(2020, 9, 1), date(2020, 9, 30)))


def code(verdict: Verdict) -> str | None:
    return verdict.code if isinstance(verdict, Refused) else None


@pytest.mark.parametrize(
    ("allowed", "done", "today", "refused"),
    [
        pytest.param(2, 0, date(2021, 8, 31), None, id="the first, on the last day"),
        pytest.param(2, 1, date(2020, 9, 1), None, id="the second"),
        pytest.param(2, 2, date(2020, 9, 1), "no_extension_left", id="a third of two"),
        pytest.param(0, 0, date(2020, 9, 1), "no_extension_left", id="where none was allowed"),
        pytest.param(2, 0, date(2021, 9, 1), "framework_has_ended", id="the day after it ended"),
    ],
)
def test_an_extension(allowed: int, done: int, today: date, refused: str | None) -> None:
    assert code(may_extend(Extensions(allowed, done, 12), TWO_YEARS.last_day, today)) == refused


@pytest.mark.parametrize(
    ("ends_on", "months", "extended"),
    [
        pytest.param(date(2021, 8, 31), 12, date(2022, 8, 31), id="twelve months"),
        pytest.param(date(2021, 8, 31), 6, date(2022, 2, 28), id="six, to the last of February"),
        pytest.param(date(2022, 2, 28), 6, date(2022, 8, 31), id="from the last of February to the last of August"),
        pytest.param(date(2023, 8, 31), 6, date(2024, 2, 29), id="to a leap day"),
        pytest.param(date(2021, 12, 15), 1, date(2022, 1, 15), id="over the new year"),
        pytest.param(date(2021, 1, 30), 1, date(2021, 2, 28), id="where the month has no such day"),
    ],
)
def test_the_end_after_an_extension(ends_on: date, months: int, extended: date) -> None:
    assert extended_end(ends_on, months) == extended


@pytest.mark.parametrize(
    ("starts_on", "refused"),
    [
        pytest.param(date(2019, 9, 2), None, id="a day later, with an overlap"),
        pytest.param(date(2019, 9, 1), "successor_not_later", id="the same day"),
        pytest.param(date(2018, 9, 1), "successor_not_later", id="before"),
    ],
)
def test_a_framework_is_succeeded_by_a_later_one(starts_on: date, refused: str | None) -> None:
    assert code(may_succeed(Period(starts_on, date(2027, 8, 31)), TWO_YEARS)) == refused


@pytest.mark.parametrize(
    ("day", "state"),
    [
        (date(2020, 8, 31), WindowState.UPCOMING),
        (date(2020, 9, 1), WindowState.OPEN),
        (date(2020, 9, 30), WindowState.OPEN),
        (date(2020, 10, 1), WindowState.CLOSED),
    ],
)
def test_the_state_of_a_window(day: date, state: WindowState) -> None:
    assert window_state(REFRESH[1], day) is state


@pytest.mark.parametrize(
    ("kind", "wanted", "others", "refused"),
    [
        pytest.param(*INITIAL, [], None, id="the initial window, before the framework starts"),
        pytest.param(*INITIAL, [REFRESH], None, id="recorded after a refresh was set"),
        pytest.param(*REFRESH, [INITIAL], None, id="a refresh"),
        pytest.param(*REFRESH, [], None, id="a refresh of a framework whose first window is not recorded"),
        pytest.param(*INITIAL, [INITIAL], "initial_window_exists", id="a second initial window"),
        pytest.param(
            WindowKind.REFRESH,
            Period(date(2020, 9, 30), date(2020, 10, 31)),
            [INITIAL, REFRESH],
            "windows_overlap",
            id="a day of another window",
        ),
        pytest.param(
            WindowKind.REFRESH,
            Period(date(2019, 3, 1), date(2019, 3, 31)),
            [INITIAL],
            "refresh_before_initial",
            id="a refresh before the initial window",
        ),
        pytest.param(
            WindowKind.INITIAL,
            Period(date(2020, 11, 1), date(2020, 11, 30)),
            [REFRESH],
            "refresh_before_initial",
            id="an initial window after a refresh",
        ),
        pytest.param(
            WindowKind.REFRESH,
            Period(date(2021, 8, 1), date(2021, 9, 1)),
            [],
            "window_outside_framework",
            id="it closes after the framework ends",
        ),
    ],
)
def test_a_window(
    kind: WindowKind, wanted: Period, others: list[tuple[WindowKind, Period]], refused: str | None
) -> None:
    assert code(may_set_window(TWO_YEARS, kind, wanted, others)) == refused


@pytest.mark.parametrize(
    ("today", "wanted", "refused"),
    [
        pytest.param(
            date(2020, 8, 1), Period(date(2020, 8, 1), date(2020, 8, 9)), None, id="before it opens, to today"
        ),
        pytest.param(
            date(2020, 8, 1), Period(date(2020, 7, 31), date(2020, 9, 30)), "window_opens_in_past", id="to yesterday"
        ),
        pytest.param(date(2020, 9, 5), Period(date(2020, 9, 1), date(2020, 10, 9)), None, id="open, to close later"),
        pytest.param(
            date(2020, 9, 5), Period(date(2020, 9, 1), date(2020, 9, 29)), "window_cut_short", id="to close sooner"
        ),
        pytest.param(
            date(2020, 9, 5),
            Period(date(2020, 9, 2), date(2020, 9, 30)),
            "window_cut_short",
            id="opened on another day",
        ),
        pytest.param(
            date(2020, 10, 1), Period(date(2020, 9, 1), date(2020, 10, 31)), "window_is_closed", id="once closed"
        ),
    ],
)
def test_moving_a_window(today: date, wanted: Period, refused: str | None) -> None:
    assert code(may_move_window(REFRESH[1], wanted, today)) == refused
