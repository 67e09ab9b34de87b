"""How the census of alternative provision names a provider."""

from dataclasses import asdict
from typing import Annotated

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.organisations import OrganisationKind
from app.queries.census_settings import census_settings
from app.queries.directory import visible_organisation
from app.schemas.census_settings import CensusSettingRead
from app.schemas.wire import Id
from app.web.edge import Session
from app.web.router import edge_router

router = edge_router("directory")


@router.get("/providers/{provider_id}/census-setting", operation_id="get_census_setting")
async def get_census_setting(
    provider_id: Id, caller: Annotated[Caller, allow(Scope.DIRECTORY_READ)], session: Session
) -> CensusSettingRead:
    """The provider's URN, else its UKPRN, else the type of setting: exactly one.

    One-on-one tuition is where every placement with it that the caller sees is taught so.
    """
    provider = await visible_organisation(caller, session, OrganisationKind.PROVIDER, provider_id)
    setting = (await census_settings(caller, session, [provider.id]))[provider.id]
    return CensusSettingRead.model_validate({"provider_id": provider.id, **asdict(setting)})
