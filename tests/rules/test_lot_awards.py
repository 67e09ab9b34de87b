"""Lots, awards and contacts: a row for each clause."""

from datetime import date

import pytest

from app.rules.contacts import check_contact
from app.rules.lot_awards import (
    Period,
    lot_is_consistent,
    may_award,
    may_bring_end_forward,
    may_declare_vacancies,
    vacancies,
)
from app.rules.procurement import DeliveryOption
from app.rules.verdict import Refused, Verdict

YEAR = Period(date(2026, 9, 1), date(2027, 8, 31))
AUTUMN = Period(date(2026, 9, 1), date(2026, 12, 18))
SPRING = Period(date(2026, 12, 19), date(2027, 3, 26))
IN_PERSON, ONLINE = DeliveryOption.IN_PERSON_ONE_TO_ONE, DeliveryOption.ONLINE_GROUP


def code(verdict: Verdict) -> str | None:
    return verdict.code if isinstance(verdict, Refused) else None


@pytest.mark.parametrize(
    ("online", "options", "refused"),
    [
        pytest.param(None, [IN_PERSON, ONLINE], None, id="a lot that leaves it open has any delivery"),
        pytest.param(True, [ONLINE], None, id="an online lot is delivered online"),
        pytest.param(True, [], None, id="an online lot may leave the delivery open"),
        pytest.param(True, [ONLINE, IN_PERSON], "delivery_contradicts_online", id="an online lot not in person"),
        pytest.param(False, [ONLINE], "delivery_contradicts_online", id="a lot in person not online"),
    ],
)
def test_a_lot_is_consistent(online: bool | None, options: list[DeliveryOption], refused: str | None) -> None:
    assert code(lot_is_consistent(online, options)) == refused


@pytest.mark.parametrize(
    ("wanted", "options", "held", "refused"),
    [
        pytest.param(YEAR, [IN_PERSON], [], None, id="the whole framework"),
        pytest.param(SPRING, [], [AUTUMN], None, id="the day after another award"),
        pytest.param(
            Period(date(2026, 8, 31), date(2026, 9, 30)), [], [], "award_outside_framework", id="a day too early"
        ),
        pytest.param(
            Period(date(2027, 8, 1), date(2027, 9, 1)), [], [], "award_outside_framework", id="a day too late"
        ),
        pytest.param(YEAR, [ONLINE], [], "delivery_not_in_lot", id="a delivery the lot does not have"),
        pytest.param(SPRING, [], [SPRING], "award_overlaps", id="the same days again"),
        pytest.param(YEAR, [], [AUTUMN], "award_overlaps", id="days around another award"),
    ],
)
def test_an_award(wanted: Period, options: list[DeliveryOption], held: list[Period], refused: str | None) -> None:
    assert code(may_award(YEAR, [IN_PERSON], wanted, options, held)) == refused


def test_a_lot_that_leaves_delivery_open_is_awarded_with_any() -> None:
    assert may_award(YEAR, [], AUTUMN, [ONLINE], [])


@pytest.mark.parametrize(
    ("award", "new_end", "refused"),
    [
        pytest.param(YEAR, date(2026, 11, 24), None, id="today"),
        pytest.param(YEAR, date(2027, 8, 31), None, id="the day it ends anyway"),
        pytest.param(YEAR, date(2027, 9, 1), "award_end_not_earlier", id="a day later"),
        pytest.param(YEAR, date(2026, 11, 23), "award_end_in_past", id="yesterday"),
        pytest.param(SPRING, date(2026, 12, 18), "award_ends_before_start", id="the day before it starts"),
        pytest.param(SPRING, date(2026, 12, 19), None, id="its first day"),
    ],
)
def test_the_end_of_an_award_comes_forward(award: Period, new_end: date, refused: str | None) -> None:
    assert code(may_bring_end_forward(award, new_end, date(2026, 11, 24))) == refused


@pytest.mark.parametrize(
    ("capacity", "taken", "declared", "free"),
    [
        pytest.param(12, 5, None, 7, id="what placements leave"),
        pytest.param(12, 5, 2, 2, id="fewer where the provider says so"),
        pytest.param(12, 11, 4, 1, id="never more than are left"),
        pytest.param(12, 13, None, 0, id="none where more are placed"),
        pytest.param(None, 5, 3, 3, id="the provider's word where places are not counted"),
        pytest.param(None, 5, None, None, id="unknown where nobody said"),
    ],
)
def test_vacancies(capacity: int | None, taken: int, declared: int | None, free: int | None) -> None:
    assert vacancies(capacity, taken, declared) == free


@pytest.mark.parametrize(
    ("declared", "capacity", "refused"),
    [
        pytest.param(7, 12, None, id="all that are left"),
        pytest.param(8, 12, "more_vacancies_than_places", id="one more than are left"),
        pytest.param(None, 12, None, id="a word taken back"),
        pytest.param(8, None, None, id="where places are not counted"),
    ],
)
def test_declared_vacancies(declared: int | None, capacity: int | None, refused: str | None) -> None:
    assert code(may_declare_vacancies(declared, capacity, 5)) == refused


@pytest.mark.parametrize(
    ("of_police", "kept_by_council", "reachable", "refused"),
    [
        pytest.param(True, True, True, None, id="a council keeps the police's contact"),
        pytest.param(True, False, True, "police_contact_not_of_council", id="nobody else does"),
        pytest.param(False, False, True, None, id="anybody keeps others"),
        pytest.param(False, True, False, "contact_unreachable", id="a contact needs a way to be reached"),
    ],
)
def test_a_contact(of_police: bool, kept_by_council: bool, reachable: bool, refused: str | None) -> None:
    verdict = check_contact(of_police=of_police, kept_by_council=kept_by_council, reachable=reachable)
    assert code(verdict) == refused
