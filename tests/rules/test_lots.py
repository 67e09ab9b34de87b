"""What a lot may still become, and how many pupils a group of it may have."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from app.rules.lots import GroupLimit, group_limits_fit, may_change_lot
from app.rules.procurement import AttendancePattern, DeliveryOption, KeyStage, Lot, PlacementFacts
from app.rules.verdict import Refused, Verdict

FULL, PART = AttendancePattern.FULL_TIME, AttendancePattern.PART_TIME
ALONE, SMALL, LARGE, ONLINE = (
    DeliveryOption.IN_PERSON_ONE_TO_ONE,
    DeliveryOption.IN_PERSON_GROUP_2_TO_4,
    DeliveryOption.IN_PERSON_GROUP_5_TO_8,
    DeliveryOption.ONLINE_GROUP,
)
NINE = Lot(UUID(int=9), PART, key_stages=(KeyStage.KS1, KeyStage.KS2), delivery_options=(SMALL, LARGE, ONLINE))
OPEN = Lot(UUID(int=1))
FACTS = PlacementFacts(UUID(int=2), date(2026, 9, 1), FULL, online=False, delivery=SMALL, key_stage=KeyStage.KS4)


def code(verdict: Verdict) -> str | None:
    return verdict.code if isinstance(verdict, Refused) else None


@pytest.mark.parametrize(
    ("lot", "limits", "refused"),
    [
        pytest.param(
            NINE, [GroupLimit(ONLINE, 30, KeyStage.KS1)], None, id="Salford's lot 9: 30 online at key stage 1"
        ),
        pytest.param(NINE, [], None, id="none: the size is open"),
        pytest.param(OPEN, [GroupLimit(ONLINE, 12), GroupLimit(ONLINE, 6, KeyStage.KS1)], None, id="one for each"),
        pytest.param(NINE, [GroupLimit(ALONE, 1)], "group_limit_not_in_lot", id="a delivery that the lot lacks"),
        pytest.param(
            NINE, [GroupLimit(ONLINE, 9, KeyStage.KS4)], "group_limit_not_in_lot", id="a key stage it is not for"
        ),
        pytest.param(NINE, [GroupLimit(SMALL, 5)], "group_limit_too_large", id="five in a group of 2 to 4"),
        pytest.param(NINE, [GroupLimit(LARGE, 9)], "group_limit_too_large", id="nine in a group of 5 to 8"),
        pytest.param(OPEN, [GroupLimit(ALONE, 2)], "group_limit_too_large", id="two taught one-to-one"),
        pytest.param(NINE, [GroupLimit(ONLINE, 9), GroupLimit(ONLINE, 8)], "group_limit_repeated", id="two for one"),
    ],
)
def test_the_size_of_a_group(lot: Lot, limits: list[GroupLimit], refused: str | None) -> None:
    assert code(group_limits_fit(lot, limits)) == refused


@pytest.mark.parametrize(
    ("before", "change", "procured", "awarded", "placed", "refused"),
    [
        pytest.param({"pattern": PART}, {"pattern": FULL}, False, [], [], None, id="anything while nobody applied"),
        pytest.param({}, {"pattern": FULL}, True, [], [FACTS], None, id="an open pattern is fixed as it is used"),
        pytest.param({}, {"online": False}, True, [], [FACTS], None, id="an open place is fixed as it is used"),
        pytest.param({"pattern": PART}, {"pattern": FULL}, True, [], [], "lot_point_is_fixed", id="another pattern"),
        pytest.param({"pattern": PART}, {"pattern": None}, True, [], [], "lot_point_is_fixed", id="the pattern opened"),
        pytest.param({"online": False}, {"online": True}, True, [], [], "lot_point_is_fixed", id="online after all"),
        pytest.param(
            {"key_stages": (KeyStage.KS3,)},
            {"key_stages": (KeyStage.KS3, KeyStage.KS4)},
            True,
            [],
            [],
            "lot_point_is_fixed",
            id="a key stage more",
        ),
        pytest.param(
            {}, {"delivery_options": (SMALL,)}, True, [(SMALL, ALONE)], [], "lot_change_breaks_award", id="one awarded"
        ),
        pytest.param({}, {"delivery_options": (SMALL,)}, True, [(SMALL,), ()], [], None, id="those awarded remain"),
        pytest.param(
            {}, {"pattern": PART}, True, [], [FACTS], "lot_change_breaks_placement", id="a placement's pattern"
        ),
        pytest.param(
            {},
            {"key_stages": (KeyStage.KS3,)},
            True,
            [],
            [FACTS],
            "lot_change_breaks_placement",
            id="a key stage placed",
        ),
    ],
)
def test_a_change_of_a_lot(
    before: dict[str, Any],
    change: dict[str, Any],
    procured: bool,
    awarded: list[tuple[DeliveryOption, ...]],
    placed: list[PlacementFacts],
    refused: str | None,
) -> None:
    lot = replace(OPEN, **before)
    verdict = may_change_lot(lot, replace(lot, **change), procured=procured, awarded_options=awarded, placements=placed)
    assert code(verdict) == refused
