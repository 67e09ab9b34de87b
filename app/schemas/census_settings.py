"""How the census names a provider, on the wire."""

from app.rules.census_setting import SettingType
from app.schemas.leaver_destinations import Ukprn
from app.schemas.outcomes import Urn
from app.schemas.wire import Id, Read


class CensusSettingRead(Read):
    """Exactly one of `urn`, `ukprn` and `setting_type` is filled."""

    provider_id: Id
    urn: Urn | None
    ukprn: Ukprn | None
    setting_type: SettingType | None
