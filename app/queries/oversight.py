"""Which councils watch over a provider: those that awarded it a lot, and the one that registered it."""

from uuid import UUID

from sqlalchemy import exists, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.frameworks import LotAward
from app.models.organisations import Organisation
from app.rules.oversight import Oversight

_COUNCILS = text("select council_id from councils_overseeing(:provider_id)")


async def oversight_of(caller: Caller, session: AsyncSession, provider: Organisation) -> Oversight:
    """What ties the calling organisation to the provider today; an award that begins later counts already."""
    awarded = exists().where(
        col(LotAward.provider_id) == provider.id,
        col(LotAward.council_id) == caller.organisation_id,
        col(LotAward.ends_on) >= caller.today,
    )
    return Oversight(
        registered=provider.registered_by_id == caller.organisation_id,
        awarded=bool(await session.scalar(select(awarded))),
    )


async def councils_overseeing(session: AsyncSession, provider_id: UUID) -> set[UUID]:
    """Every council that reads what is recorded about the provider: whom an event is for, never for an answer."""
    return set((await session.scalars(_COUNCILS, {"provider_id": provider_id})).all())
