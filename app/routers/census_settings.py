"""How the census of alternative provision names a provider."""

from dataclasses import asdict
from typing import Annotated

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.organisations import OrganisationKind, ProviderCategory
from app.queries.census_settings import deliveries_seen, identifiers_of
from app.queries.directory import visible_organisation
from app.rules.census_setting import census_setting
from app.rules.procurement import DeliveryOption
from app.schemas.census_settings import CensusSettingRead
from app.schemas.wire import Id
from app.web.edge import Session
from app.web.router import edge_router

router = edge_router("directory")

_ONE_TO_ONE = {DeliveryOption.IN_PERSON_ONE_TO_ONE, DeliveryOption.ONLINE_ONE_TO_ONE}


@router.get("/providers/{provider_id}/census-setting", operation_id="get_census_setting")
async def get_census_setting(
    provider_id: Id, caller: Annotated[Caller, allow(Scope.DIRECTORY_READ)], session: Session
) -> CensusSettingRead:
    """The provider's URN, else its UKPRN, else the type of setting: exactly one.

    One-on-one tuition is where every placement with it that the caller sees is taught so.
    """
    provider = await visible_organisation(caller, session, OrganisationKind.PROVIDER, provider_id)
    deliveries = await deliveries_seen(caller, session, provider.id)
    setting = census_setting(
        await identifiers_of(caller, session, provider.id),
        further_education=provider.category is ProviderCategory.FURTHER_EDUCATION,
        one_to_one_only=bool(deliveries) and deliveries <= _ONE_TO_ONE,
        work_based=False,
    )
    return CensusSettingRead.model_validate({"provider_id": provider.id, **asdict(setting)})
