"""The sites of a provider that the caller may find."""

from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.models.organisations import Organisation, Site
from app.problems import NotFound


def provider_sites(provider: Organisation) -> Select[Site]:
    """The provider must be one that the caller may find: take it from `visible_organisation`."""
    return select(Site).where(col(Site.organisation_id) == provider.id)


async def provider_site(provider: Organisation, session: AsyncSession, site_id: UUID) -> Site:
    """Raises NotFound."""
    site = (await session.scalars(provider_sites(provider).where(col(Site.id) == site_id))).one_or_none()
    if site is None:
        raise NotFound
    return site


async def number_of_sites(provider: Organisation, session: AsyncSession) -> int:
    return (await session.scalars(select(func.count()).select_from(provider_sites(provider).subquery()))).one()
