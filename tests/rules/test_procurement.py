"""Whether a placement fits its lot and award, and Salford's lots as they are shipped."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

import app
from app.rules.procurement import (
    AttendancePattern,
    Award,
    DeliveryOption,
    KeyStage,
    Lot,
    PlacementFacts,
    fits_award,
    misfits,
)
from app.rules.verdict import Refused

FULL, PART = AttendancePattern.FULL_TIME, AttendancePattern.PART_TIME
ALONE, SMALL, ONLINE = (
    DeliveryOption.IN_PERSON_ONE_TO_ONE,
    DeliveryOption.IN_PERSON_GROUP_2_TO_4,
    DeliveryOption.ONLINE_GROUP,
)
FIRST, LAST = date(2025, 9, 1), date(2026, 8, 31)
LOT = Lot(UUID(int=1), PART, online=False, key_stages=(KeyStage.KS3, KeyStage.KS4), delivery_options=(ALONE, SMALL))
AWARD = Award(LOT.lot_id, UUID(int=2), FIRST, LAST, (ALONE,))
FACTS = PlacementFacts(AWARD.provider_id, FIRST, PART, online=False, delivery=ALONE, key_stage=KeyStage.KS4)


@pytest.mark.parametrize(
    ("lot", "award", "facts", "codes"),
    [
        pytest.param({}, {}, {}, [], id="on the award's first day"),
        pytest.param({}, {}, {"starts_on": LAST}, [], id="on the award's last day"),
        pytest.param({}, {}, {"starts_on": date(2026, 9, 1)}, ["award_not_current"], id="a day too late"),
        pytest.param({}, {}, {"starts_on": date(2025, 8, 31)}, ["award_not_current"], id="a day too early"),
        pytest.param({}, {"lot_id": UUID(int=9)}, {}, ["lot_not_awarded"], id="under an award of another lot"),
        pytest.param({}, {"provider_id": UUID(int=9)}, {}, ["lot_not_awarded"], id="under another provider's award"),
        pytest.param({}, {}, {"pattern": FULL}, ["pattern_not_in_lot"], id="full time in a part-time lot"),
        pytest.param({"pattern": None}, {}, {"pattern": FULL}, [], id="full time where the lot leaves it open"),
        pytest.param({}, {}, {"online": True, "delivery": None}, ["online_not_in_lot"], id="online in person's lot"),
        pytest.param({"online": True}, {}, {"delivery": None}, ["online_not_in_lot"], id="in person in an online lot"),
        pytest.param(
            {"online": None},
            {"delivery_options": ()},
            {"delivery": ONLINE},
            ["delivery_contradicts_online", "delivery_not_in_lot"],
            id="in person and delivered online",
        ),
        pytest.param({}, {}, {"delivery": SMALL}, ["delivery_not_awarded"], id="a delivery that was not awarded"),
        pytest.param(
            {"delivery_options": ()},
            {"delivery_options": ()},
            {"delivery": SMALL},
            [],
            id="any delivery where both leave it open",
        ),
        pytest.param({}, {}, {"key_stage": KeyStage.KS1}, ["key_stage_not_in_lot"], id="key stage 1 in a lot for 3, 4"),
        pytest.param({}, {}, {"key_stage": None}, [], id="a key stage not said"),
        pytest.param({"key_stages": ()}, {}, {"key_stage": KeyStage.KS1}, [], id="a lot open to every key stage"),
        pytest.param(
            {},
            {},
            {"starts_on": date(2026, 9, 1), "pattern": FULL},
            ["award_not_current", "pattern_not_in_lot"],
            id="two faults at once",
        ),
    ],
)
def test_a_placement_under_a_lot(
    lot: dict[str, Any], award: dict[str, Any], facts: dict[str, Any], codes: list[str]
) -> None:
    asked = replace(LOT, **lot), replace(AWARD, **award), replace(FACTS, **facts)
    assert [fault.code for fault in misfits(*asked)] == codes
    verdict = fits_award(*asked)
    assert (verdict.code if isinstance(verdict, Refused) else None) == (codes[0] if codes else None)


@pytest.mark.parametrize(
    ("lot", "award", "spot", "codes"),
    [
        pytest.param(None, None, True, [], id="a spot purchase needs no lot"),
        pytest.param(None, None, False, ["lot_missing"], id="anything else does"),
        pytest.param(LOT, AWARD, True, ["spot_purchase_with_lot"], id="a spot purchase is under none"),
        pytest.param(LOT, None, False, ["lot_not_awarded"], id="a lot that was never awarded"),
    ],
)
def test_spot_purchases(lot: Lot | None, award: Award | None, spot: bool, codes: list[str]) -> None:
    assert [fault.code for fault in misfits(lot, award, FACTS, spot_purchase=spot)] == codes


def test_salfords_nine_lots_read_as_lots() -> None:
    lots = json.loads((Path(app.__file__).parent / "sandbox_data" / "salford_lots.json").read_text())["lots"]
    assert [lot["number"] for lot in lots] == list(range(1, 10))
    read = {
        each["number"]: Lot(
            UUID(int=each["number"]),
            each["pattern"] and AttendancePattern(each["pattern"]),
            each["online"],
            tuple(KeyStage(stage) for stage in each["key_stages"]),
            tuple(DeliveryOption(option) for option in each["delivery_options"]),
        )
        for each in lots
    }
    assert [number for number, lot in read.items() if lot.pattern is FULL] == [1]
    assert [number for number, lot in read.items() if lot.pattern is PART] == [2, 3, 4, 6, 9]
    assert [number for number, lot in read.items() if lot.online] == [4]
    assert read[9].key_stages == (KeyStage.KS1, KeyStage.KS2)
    assert all(option.is_online for option in read[4].delivery_options)
