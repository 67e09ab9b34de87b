"""What every code counts as, and the rates that are made of the counts."""

from datetime import date, timedelta

import pytest

from app.rules.attendance_codes import ATTENDANCE_CODES
from app.rules.attendance_summaries import (
    CountedAs,
    Share,
    Tally,
    absence,
    attendance,
    change_in_absence,
    check_period,
    codes_counted_as,
    is_persistently_absent,
    is_severely_absent,
    waivers_counted_as,
    waivers_not_counted,
)
from app.rules.attendance_waivers import Waiver
from app.rules.verdict import Refused

COUNTED = {
    "attended": "/ \\ L K V P W B",
    "authorised": "C C1 C2 E I J1 M R S T H J",
    "unauthorised": "G N O U",
    "not_possible": "D Q X Y1 Y2 Y3 Y4 Y5 Y6 Y7 Y Z #",
}


@pytest.mark.parametrize(
    ("code", "counted_as"),
    [
        pytest.param(code, counted_as, id=f"{code} is {counted_as}")
        for counted_as, codes in COUNTED.items()
        for code in codes.split()
    ],
)
def test_what_a_code_counts_as(code: str, counted_as: str) -> None:
    assert [each.value for each in CountedAs if code in codes_counted_as(each)] == [counted_as]


def test_every_code_counts_as_something() -> None:
    assert {code for codes in COUNTED.values() for code in codes.split()} == {each.code for each in ATTENDANCE_CODES}


@pytest.mark.parametrize(
    ("waiver", "counted_as"),
    [
        pytest.param("suspension", "authorised", id="suspended with nothing arranged is E"),
        pytest.param("part_time_plan", "authorised", id="not attended under a part-time plan is C2"),
        pytest.param("closure", "not_possible", id="closed on the day is Y4"),
        pytest.param("not_timetabled", None, id="no part of the timetable any more"),
        pytest.param("placement_over", None, id="after the placement"),
    ],
)
def test_what_a_waived_session_counts_as(waiver: str, counted_as: str | None) -> None:
    found = [each.value for each in CountedAs if Waiver(waiver) in waivers_counted_as(each)]
    assert found == ([counted_as] if counted_as else [])
    assert (Waiver(waiver) in waivers_not_counted()) is (counted_as is None)


@pytest.mark.parametrize(
    ("attended", "authorised", "unauthorised", "percent", "persistent", "severe"),
    [
        pytest.param(0, 0, 0, None, None, None, id="no possible session, no rate and no flag"),
        pytest.param(10, 0, 0, 0.0, False, False, id="never away"),
        pytest.param(901, 99, 0, 9.9, False, False, id="just below a tenth"),
        pytest.param(9, 1, 0, 10.0, True, False, id="a tenth is persistent"),
        pytest.param(9, 0, 1, 10.0, True, False, id="unauthorised weighs the same"),
        pytest.param(501, 250, 249, 49.9, True, False, id="just below a half"),
        pytest.param(1, 1, 0, 50.0, True, True, id="a half is severe, of two sessions too"),
        pytest.param(0, 1, 0, 100.0, True, True, id="always away"),
    ],
)
def test_rates_and_flags(
    attended: int, authorised: int, unauthorised: int, percent: float | None, persistent: bool, severe: bool
) -> None:
    elsewhere = {"not_possible": 7, "not_reported": 5, "not_yet_due": 3, "late": 2, "online": 1, "online_came": 1}
    tally = Tally(attended=attended, authorised=authorised, unauthorised=unauthorised, **elsewhere)
    assert absence(tally) == Share(authorised + unauthorised, attended + authorised + unauthorised)
    assert absence(tally).percent == percent
    assert attendance(tally).numerator == attended
    assert (is_persistently_absent(tally), is_severely_absent(tally)) == (persistent, severe)


@pytest.mark.parametrize(
    ("at_start", "now", "change"),
    [
        pytest.param((3, 10), (1, 10), -20.0, id="less than at first"),
        pytest.param((1, 10), (3, 10), 20.0, id="more than at first"),
        pytest.param((1, 3), (1, 3), 0.0, id="the same"),
        pytest.param((1, 3), (2, 3), 33.3, id="points of one decimal place"),
        pytest.param((0, 0), (1, 3), None, id="nothing was possible at first"),
        pytest.param((1, 3), (0, 0), None, id="nothing is possible now"),
    ],
)
def test_the_change_since_the_beginning(at_start: tuple[int, int], now: tuple[int, int], change: float | None) -> None:
    assert change_in_absence(Share(*at_start), Share(*now)) == change


@pytest.mark.parametrize(
    ("days", "refusal"),
    [
        pytest.param(0, "", id="one day"),
        pytest.param(399, "", id="400 days"),
        pytest.param(400, "period_too_long", id="401 days"),
        pytest.param(-1, "period_backwards", id="backwards"),
    ],
)
def test_how_long_a_period_may_be(days: int, refusal: str) -> None:
    first = date(2027, 9, 1)
    verdict = check_period(first, first + timedelta(days=days))
    assert (verdict.code if isinstance(verdict, Refused) else "") == refusal
