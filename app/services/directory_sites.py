"""Keeping a provider's sites: by the provider itself, or by the council that registered it until it has a client.

A site belongs to the provider's entry: changing one moves the entry's version on.
"""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.organisations import Organisation, Site
from app.outbox.catalogue import EventType
from app.problems import Conflict
from app.queries.directory_sites import number_of_sites, provider_site
from app.schemas.directory import MOST_SITES, SiteWrite
from app.schemas.directory_sites import SiteUpdate
from app.services.changes import changed, must_be
from app.services.directory import check_opening_times, kept_provider, tell


async def add_site(
    caller: Caller, session: AsyncSession, provider_id: UUID, body: SiteWrite
) -> tuple[Organisation, Site]:
    """Raises NotFound where the caller does not keep this provider's entry, Conflict where it has sites enough."""
    provider = await kept_provider(caller, session, provider_id)
    if await number_of_sites(provider, session) >= MOST_SITES:
        raise Conflict(f"A provider has at most {MOST_SITES} sites.")
    check_opening_times(body.opening_times)
    site = Site(organisation_id=provider.id, **body.model_dump())
    session.add(site)
    await _note(caller, session, provider)
    return provider, site


async def change_site(
    caller: Caller, session: AsyncSession, provider_id: UUID, site_id: UUID, body: SiteUpdate, expected_version: int
) -> tuple[Organisation, Site]:
    provider = await kept_provider(caller, session, provider_id)
    site = await provider_site(provider, session, site_id)
    must_be(provider.version, expected_version)
    check_opening_times(body.opening_times or ())
    for member, value in body.model_dump(exclude_unset=True).items():
        setattr(site, member, value)
    await _note(caller, session, provider)
    return provider, site


async def remove_site(
    caller: Caller, session: AsyncSession, provider_id: UUID, site_id: UUID, expected_version: int
) -> None:
    """A site that any timetable names is kept, because it says where a child was: that is a Conflict."""
    provider = await kept_provider(caller, session, provider_id)
    site = await provider_site(provider, session, site_id)
    must_be(provider.version, expected_version)
    await session.delete(site)
    await _note(caller, session, provider)


async def _note(caller: Caller, session: AsyncSession, provider: Organisation) -> None:
    changed(provider, caller)
    await session.flush()
    await tell(caller, session, provider, EventType.PROVIDER_CHANGED)
