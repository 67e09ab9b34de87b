"""What the census setting of a provider follows from."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.organisations import Identifier
from app.models.placements import Placement
from app.queries.placements import visible_placement_ids
from app.rules.identifiers import IdentifierScheme
from app.rules.procurement import DeliveryOption


async def identifiers_of(caller: Caller, session: AsyncSession, provider_id: UUID) -> dict[IdentifierScheme, str]:
    """The numbers of a provider that the caller was shown to find."""
    statement = select(Identifier).where(col(Identifier.organisation_id) == provider_id)
    return {each.scheme: each.value for each in await session.scalars(statement)}


async def deliveries_seen(caller: Caller, session: AsyncSession, provider_id: UUID) -> set[DeliveryOption | None]:
    """How the provider teaches, in the placements with it that the caller may see."""
    statement = (
        select(col(Placement.delivery))
        .where(col(Placement.provider_id) == provider_id, col(Placement.id).in_(visible_placement_ids(caller)))
        .distinct()
    )
    return set((await session.scalars(statement)).all())
