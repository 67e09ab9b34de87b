"""The parties of a placement, and in which role the caller is one of them."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.placements import Placement
from app.problems import RuleRefused
from app.queries.placements import visible_placement
from app.rules.agreements import NOT_A_PARTY, PartyRole


def role_of(caller: Caller, placement: Placement) -> PartyRole | None:
    """The caller's role in a placement; as the provider first, so that nobody stands on two sides."""
    roles = {
        PartyRole.PROVIDER: placement.provider_id,
        PartyRole.COMMISSIONER: placement.commissioner_id,
        PartyRole.HOST_SCHOOL: placement.host_school_id,
    }
    return next((role for role, holder in roles.items() if holder == caller.organisation_id), None)


async def role_in(caller: Caller, session: AsyncSession, placement_id: UUID) -> PartyRole:
    """Raises NotFound, RuleRefused for one who only watches.

    Ask it before locking anything of the placement's: parties never change, and row security hands locks to parties
    alone, so that to others what they may read would seem not to exist.
    """
    role = role_of(caller, await visible_placement(caller, session, placement_id))
    if role is None:
        raise RuleRefused(NOT_A_PARTY)
    return role


async def locked_for_party(caller: Caller, session: AsyncSession, placement_id: UUID) -> tuple[Placement, PartyRole]:
    """The placement, locked, and the caller's role in it. Raises NotFound, RuleRefused for one who only watches."""
    role = await role_in(caller, session, placement_id)
    return await visible_placement(caller, session, placement_id, lock=True), role
