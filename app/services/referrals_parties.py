"""The requesting side of a referral, and in which roles the caller is part of it."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.referrals import Referral
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.queries.referrals import visible_referral
from app.rules.referrals import REFERRALS, ReferralRole, ReferralState, acting_role, referral_state
from app.services.changes import changed, must_be, state_after

PATH = "/v1/referrals"


def requesting_side(referral: Referral) -> set[UUID]:
    """Who sees the referral and is told of every step of it."""
    of_it = (referral.requested_by_id, referral.commissioner_id, referral.host_school_id, referral.council_id)
    return {each for each in of_it if each is not None}


def state_of(referral: Referral, caller: Caller) -> ReferralState:
    """The state now, the lapse of its last offer included that nobody has noted yet."""
    return referral_state(referral.state, referral.offered_until, caller.now)


async def moved_referral(
    caller: Caller, session: AsyncSession, referral_id: UUID, verb: str, expected_version: int
) -> Referral:
    """The referral, locked, in the state that the verb leads to.

    Who only watches it is refused before anything is locked: row security hands locks to requester and commissioner
    alone. Raises NotFound, PreconditionFailed, RuleRefused.
    """
    referral = await visible_referral(caller, session, referral_id)
    roles = _roles(caller, referral)
    if not {ReferralRole.REQUESTER, ReferralRole.COMMISSIONER}.intersection(roles):
        state_after(REFERRALS, state_of(referral, caller), verb, roles[0].value)
    referral = await visible_referral(caller, session, referral_id, lock=True)
    must_be(referral.version, expected_version)
    state = state_of(referral, caller)
    referral.state = state_after(REFERRALS, state, verb, acting_role(state, verb, roles).value)
    if referral.state is not ReferralState.OFFERED:
        referral.offered_until = None
    changed(referral, caller)
    return referral


async def tell(caller: Caller, session: AsyncSession, referral: Referral, event: EventType) -> None:
    await session.flush()
    path = f"{PATH}/{referral.id}"
    await record_event(session, event, path, caller.now, organisations=sorted(requesting_side(referral)))


def _roles(caller: Caller, referral: Referral) -> list[ReferralRole]:
    """The caller's roles, one at least; those that may do something first."""
    holders = {
        ReferralRole.REQUESTER: referral.requested_by_id,
        ReferralRole.COMMISSIONER: referral.commissioner_id,
        ReferralRole.HOST_SCHOOL: referral.host_school_id,
        ReferralRole.COUNCIL: referral.council_id,
    }
    return [role for role, holder in holders.items() if holder == caller.organisation_id]
