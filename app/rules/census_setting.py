"""How the census of alternative provision names a setting: by exactly one of URN, UKPRN and setting type.

Source: census of alternative provision, read in a secondary source.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.rules.identifiers import IdentifierScheme


class SettingType(StrEnum):
    """What a setting without a number is."""

    NON_MAINTAINED_FE = "non_maintained_fe"
    ONE_ON_ONE_TUITION = "one_on_one_tuition"
    OTHER_UNREGISTERED = "other_unregistered"
    WORK_BASED = "work_based"


@dataclass(frozen=True, slots=True)
class CensusSetting:
    """Exactly one member is filled."""

    urn: str | None = None
    ukprn: str | None = None
    setting_type: SettingType | None = None


def census_setting(
    identifiers: Mapping[IdentifierScheme, str], *, further_education: bool, one_to_one_only: bool, work_based: bool
) -> CensusSetting:
    """The URN where there is one, else the UKPRN, else the type: the first of those three that applies, or other.

    Source: census of alternative provision (URN, else UKPRN, else setting type), read in a secondary source.
    """
    if IdentifierScheme.URN in identifiers:
        return CensusSetting(urn=identifiers[IdentifierScheme.URN])
    if IdentifierScheme.UKPRN in identifiers:
        return CensusSetting(ukprn=identifiers[IdentifierScheme.UKPRN])
    kinds = (
        (further_education, SettingType.NON_MAINTAINED_FE),
        (one_to_one_only, SettingType.ONE_ON_ONE_TUITION),
        (work_based, SettingType.WORK_BASED),
    )
    return CensusSetting(setting_type=next((kind for holds, kind in kinds if holds), SettingType.OTHER_UNREGISTERED))
