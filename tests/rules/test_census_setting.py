"""How the census names a setting, and which reason is the primary one."""

import pytest

from app.rules.census_setting import CensusSetting, SettingType, census_setting
from app.rules.identifiers import IdentifierScheme
from app.rules.placements import PrimaryReason
from app.rules.primary_reasons import primary_reason, ranked_reasons

URN, UKPRN, CHARITY = IdentifierScheme.URN, IdentifierScheme.UKPRN, IdentifierScheme.CHARITY


@pytest.mark.parametrize(
    ("identifiers", "kinds", "setting"),
    [
        pytest.param({URN: "105000", UKPRN: "10000001"}, (1, 1, 1), CensusSetting(urn="105000"), id="URN before all"),
        pytest.param({UKPRN: "10000001"}, (1, 1, 1), CensusSetting(ukprn="10000001"), id="else UKPRN"),
        pytest.param(
            {CHARITY: "1"}, (1, 1, 1), CensusSetting(setting_type=SettingType.NON_MAINTAINED_FE), id="else the type: FE"
        ),
        pytest.param({}, (0, 1, 1), CensusSetting(setting_type=SettingType.ONE_ON_ONE_TUITION), id="tuition"),
        pytest.param({}, (0, 0, 1), CensusSetting(setting_type=SettingType.WORK_BASED), id="work based"),
        pytest.param({}, (0, 0, 0), CensusSetting(setting_type=SettingType.OTHER_UNREGISTERED), id="or other"),
    ],
)
def test_a_setting_is_named_by_exactly_one(
    identifiers: dict[IdentifierScheme, str], kinds: tuple[int, int, int], setting: CensusSetting
) -> None:
    further, one_to_one, work = map(bool, kinds)
    found = census_setting(identifiers, further_education=further, one_to_one_only=one_to_one, work_based=work)
    assert found == setting
    assert sum(each is not None for each in (found.urn, found.ukprn, found.setting_type)) == 1


def test_an_exclusion_outranks_a_health_need_in_whatever_order_they_are_given() -> None:
    reasons = [PrimaryReason.OTHER, PrimaryReason.MENTAL_HEALTH_NEED, PrimaryReason.PERMANENT_EXCLUSION]
    assert primary_reason(reasons) is PrimaryReason.PERMANENT_EXCLUSION
    assert primary_reason(reasons[:2]) is PrimaryReason.MENTAL_HEALTH_NEED
    ranks = {each.reason: each.rank for each in ranked_reasons()}
    assert ranks[PrimaryReason.PERMANENT_EXCLUSION] < ranks[PrimaryReason.PHYSICAL_HEALTH_NEED]
    assert sorted(ranks.values()) == list(range(1, len(PrimaryReason) + 1))
