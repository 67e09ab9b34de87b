"""Schools and providers alike: where a child may be on a roll, or may have gone."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.organisations import OrganisationKind
from app.problems import NotFound
from app.queries.directory import visible_organisation


async def may_find_educator(caller: Caller, session: AsyncSession, organisation_id: UUID) -> bool:
    """Whether an id names a school, or a provider that the caller may find."""
    for kind in (OrganisationKind.SCHOOL, OrganisationKind.PROVIDER):
        try:
            await visible_organisation(caller, session, kind, organisation_id)
        except NotFound:
            continue
        return True
    return False
