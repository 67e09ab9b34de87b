"""Frameworks and lots as Salford and Bolton run them: a row for each clause of what their documents say."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from app.rules.frameworks import Extensions, WindowKind, extended_end, may_extend, may_set_window, may_succeed
from app.rules.lot_applications import may_apply
from app.rules.lot_awards import Period, may_award, may_bring_end_forward
from app.rules.lots import GroupLimit, group_limits_fit
from app.rules.procurement import AttendancePattern, Award, DeliveryOption, KeyStage, Lot, PlacementFacts, fits_award
from app.rules.procurement_standing import Holding, may_place_under
from app.rules.verdict import Refused, Verdict

SALFORD = Period(date(2023, 9, 1), date(2027, 8, 31))
SEPTEMBER_2024 = Period(date(2024, 9, 1), date(2024, 9, 30))
BOLTON = Period(date(2019, 9, 1), date(2021, 8, 31))
IN_2019 = date(2019, 10, 1)
ALONE, SMALL, ONLINE = (
    DeliveryOption.IN_PERSON_ONE_TO_ONE,
    DeliveryOption.IN_PERSON_GROUP_2_TO_4,
    DeliveryOption.ONLINE_GROUP,
)
VOCATIONAL = Lot(UUID(int=3), AttendancePattern.PART_TIME, None, (), (ALONE, SMALL))
LOT_4 = Lot(UUID(int=4), AttendancePattern.PART_TIME, True, (), (ONLINE,))
LOT_9 = Lot(UUID(int=9), AttendancePattern.PART_TIME, None, (KeyStage.KS1, KeyStage.KS2), ())
HELD = Award(VOCATIONAL.lot_id, UUID(int=2), SALFORD.first_day, SALFORD.last_day, (SMALL,))
CHILD = PlacementFacts(
    HELD.provider_id,
    date(2024, 9, 2),
    AttendancePattern.PART_TIME,
    online=False,
    delivery=SMALL,
    key_stage=KeyStage.KS4,
)


def under(lot: Lot, facts: PlacementFacts) -> Verdict:
    return fits_award(lot, replace(HELD, lot_id=lot.lot_id), facts)


@pytest.mark.parametrize(
    ("verdict", "refused"),
    [
        pytest.param(
            may_set_window(SALFORD, WindowKind.REFRESH, SEPTEMBER_2024, []),
            None,
            id="Salford refreshed in September 2024",
        ),
        pytest.param(
            may_apply([SEPTEMBER_2024], date(2024, 9, 30), [], [], applied=False),
            None,
            id="providers apply in a window",
        ),
        pytest.param(
            may_apply([SEPTEMBER_2024], date(2024, 10, 1), [], [], applied=False),
            "no_window_open",
            id="and not out of it",
        ),
        pytest.param(
            may_extend(Extensions(2, 0, 12), BOLTON.last_day, IN_2019), None, id="Bolton: 2 years + 12 months"
        ),
        pytest.param(may_extend(Extensions(2, 1, 12), BOLTON.last_day, IN_2019), None, id="and 12 months again"),
        pytest.param(
            may_extend(Extensions(2, 2, 12), BOLTON.last_day, IN_2019), "no_extension_left", id="and then no more"
        ),
        pytest.param(
            may_succeed(Period(date(2023, 9, 1), date(2025, 8, 31)), BOLTON),
            None,
            id="tendered again for September 2023",
        ),
        pytest.param(may_award(SALFORD, [], SEPTEMBER_2024, [], []), None, id="a lot is awarded for a period"),
        pytest.param(
            may_award(SALFORD, [], Period(date(2027, 8, 1), date(2027, 9, 1)), [], []),
            "award_outside_framework",
            id="of the framework",
        ),
        pytest.param(may_award(SALFORD, [ALONE, SMALL], SALFORD, [SMALL], []), None, id="it need not offer all"),
        pytest.param(
            may_award(SALFORD, [ALONE, SMALL], SALFORD, [ONLINE], []),
            "delivery_not_in_lot",
            id="but only what the lot has",
        ),
        pytest.param(under(VOCATIONAL, CHILD), None, id="a placement fits its lot"),
        pytest.param(
            under(VOCATIONAL, replace(CHILD, delivery=ALONE)), "delivery_not_awarded", id="a delivery it does not offer"
        ),
        pytest.param(
            under(VOCATIONAL, replace(CHILD, pattern=AttendancePattern.FULL_TIME)),
            "pattern_not_in_lot",
            id="lots fix full or part time",
        ),
        pytest.param(under(LOT_4, replace(CHILD, delivery=None)), "online_not_in_lot", id="lots fix online or not"),
        pytest.param(under(LOT_9, replace(CHILD, delivery=None)), "key_stage_not_in_lot", id="lots fix key stages"),
        pytest.param(
            group_limits_fit(LOT_9, [GroupLimit(ONLINE, 30, KeyStage.KS1)]), None, id="lot 9: 30 online at key stage 1"
        ),
        pytest.param(group_limits_fit(LOT_9, [GroupLimit(ONLINE, 99)]), None, id="no size is given of a group online"),
        pytest.param(
            group_limits_fit(VOCATIONAL, [GroupLimit(SMALL, 5)]), "group_limit_too_large", id="a group of 2-4"
        ),
        pytest.param(fits_award(VOCATIONAL, None, CHILD), "lot_not_awarded", id="a lot that it was never awarded"),
        pytest.param(
            under(VOCATIONAL, replace(CHILD, starts_on=date(2027, 9, 1))), "award_not_current", id="not on that date"
        ),
        pytest.param(
            may_place_under(Holding(SALFORD, Period(SALFORD.first_day, date(2024, 9, 1))), date(2024, 9, 2)),
            "award_expired",
            id="a lot that it lost yesterday",
        ),
        pytest.param(
            may_bring_end_forward(SALFORD, date(2024, 9, 2), date(2024, 9, 2)), None, id="an award ends sooner"
        ),
        pytest.param(fits_award(None, None, CHILD, spot_purchase=True), None, id="spot purchases have no lot"),
        pytest.param(fits_award(None, None, CHILD), "lot_missing", id="and are marked as such"),
    ],
)
def test_a_clause(verdict: Verdict, refused: str | None) -> None:
    assert (verdict.code if isinstance(verdict, Refused) else None) == refused


def test_boltons_two_extensions_end_four_years_on() -> None:
    assert extended_end(extended_end(BOLTON.last_day, 12), 12) == date(2023, 8, 31)
