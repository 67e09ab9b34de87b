"""Sites of providers: where children are taught, satellites included."""

from typing import Annotated

from fastapi import Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.organisations import Organisation, OrganisationKind, Site
from app.queries.directory import visible_organisation
from app.queries.directory_sites import provider_site, provider_sites
from app.schemas.directory import SiteRead, SiteWrite
from app.schemas.directory_sites import SiteUpdate
from app.schemas.wire import Id
from app.services import directory_sites
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("directory")

Reader = Annotated[Caller, allow(Scope.DIRECTORY_READ)]
Keeper = Annotated[Caller, allow(Scope.DIRECTORY_WRITE, OrganisationKind.COUNCIL, OrganisationKind.PROVIDER)]


@router.get("/providers/{provider_id}/sites", operation_id="list_sites")
async def list_sites(provider_id: Id, caller: Reader, session: Session, pages: Pages) -> Page[SiteRead]:
    """Every site of a provider that the caller may find."""
    provider = await visible_organisation(caller, session, OrganisationKind.PROVIDER, provider_id)
    rows, page = await pages.rows(session, provider_sites(provider), [col(Site.id)])
    return page.holding([_site(row[0]) for row in rows])


@router.post("/providers/{provider_id}/sites", operation_id="add_site", status_code=201)
async def add_site(provider_id: Id, body: SiteWrite, caller: Keeper, session: Session, response: Response) -> SiteRead:
    """Adds a site to the caller's own entry, or to that of a provider the calling council registered."""
    provider, site = await directory_sites.add_site(caller, session, provider_id, body)
    response.headers["Location"] = f"/v1/providers/{provider.id}/sites/{site.id}"
    return _shown(response, provider, site)


@router.get("/providers/{provider_id}/sites/{site_id}", operation_id="get_site")
async def get_site(provider_id: Id, site_id: Id, caller: Reader, session: Session, response: Response) -> SiteRead:
    """One site. Its ETag moves with the provider's entry, of which it is a part."""
    provider = await visible_organisation(caller, session, OrganisationKind.PROVIDER, provider_id)
    return _shown(response, provider, await provider_site(provider, session, site_id))


@router.patch("/providers/{provider_id}/sites/{site_id}", operation_id="change_site")
async def change_site(
    provider_id: Id,
    site_id: Id,
    body: SiteUpdate,
    expected: ExpectedVersion,
    caller: Keeper,
    session: Session,
    response: Response,
) -> SiteRead:
    """Changes a site of the caller's own entry, or of a provider the calling council registered."""
    provider, site = await directory_sites.change_site(caller, session, provider_id, site_id, body, expected)
    return _shown(response, provider, site)


@router.delete(
    "/providers/{provider_id}/sites/{site_id}", operation_id="remove_site", status_code=204, response_class=Response
)
async def remove_site(
    provider_id: Id, site_id: Id, expected: ExpectedVersion, caller: Keeper, session: Session
) -> None:
    """Removes a site that no timetable names; one where a child was taught stays on record."""
    await directory_sites.remove_site(caller, session, provider_id, site_id, expected)


def _shown(response: Response, provider: Organisation, site: Site) -> SiteRead:
    tag(response, provider.version)
    return _site(site)


def _site(site: Site) -> SiteRead:
    return SiteRead.model_validate(site.model_dump(include=set(SiteRead.model_fields)))
