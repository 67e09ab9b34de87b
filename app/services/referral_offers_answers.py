"""A provider's answer to an offer: the first to accept has the child placed with it, and no other can."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.referrals import ReferralOffer
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.problems import RuleRefused
from app.queries.directory import sites_of
from app.queries.referral_offers import hold_referral_of, referrals_offered, visible_offer
from app.rules.referrals import REFERRAL_OFFERS, OfferState
from app.rules.sources import OUR_OWN
from app.rules.verdict import Refused
from app.schemas.placements import PlacementPropose
from app.schemas.referral_offers import ReferralOfferDecline
from app.services.changes import changed, state_after
from app.services.placements import drafted, place_as_offered
from app.services.referral_offers import CASE, as_proposed, state_of, tell
from app.services.referrals_parties import PATH as REFERRALS

_SITE_GONE = Refused(
    "site_gone", "A site of the timetable offered is not yours any more; ask for another offer.", OUR_OWN
)


async def accept_offer(caller: Caller, session: AsyncSession, offer_id: UUID) -> ReferralOffer:
    """Places the child with the calling provider, on the terms offered and judged by every rule once more.

    The offer is accepted first: the database then closes the others, and lets in the one placement that it names.
    Raises NotFound, RuleRefused.
    """
    offer, after = await _answered(caller, session, offer_id, "accept")
    known = (await referrals_offered(caller, session, [offer.id]))[offer.id]
    proposed = as_proposed({member: known[member] for member in CASE}, offer)
    await _check_sites(session, proposed)
    placement = await drafted(caller, session, proposed, offer.commissioner_id)
    offer.placement_id = placement.id
    _settle(caller, offer, after)
    await session.flush()
    await place_as_offered(caller, session, placement, proposed)
    await tell(caller, session, offer, {*known["side"], offer.provider_id}, EventType.OFFER_ACCEPTED)
    path = f"{REFERRALS}/{offer.referral_id}"
    await record_event(session, EventType.REFERRAL_PLACED, path, caller.now, organisations=known["side"])
    return offer


async def decline_offer(
    caller: Caller, session: AsyncSession, offer_id: UUID, body: ReferralOfferDecline
) -> ReferralOffer:
    """The provider declines, with a reason for the requesting side alone. Raises NotFound, RuleRefused."""
    offer, after = await _answered(caller, session, offer_id, "decline")
    known = (await referrals_offered(caller, session, [offer.id]))[offer.id]
    offer.declined_for = body.declined_for
    offer.declined_because = body.reason
    _settle(caller, offer, after)
    await tell(caller, session, offer, {*known["side"], offer.provider_id}, EventType.OFFER_DECLINED)
    return offer


async def _answered(
    caller: Caller, session: AsyncSession, offer_id: UUID, verb: str
) -> tuple[ReferralOffer, OfferState]:
    """The offer, locked with its referral, and the state that the answer leads to. Raises NotFound, RuleRefused."""
    seen = await visible_offer(caller, session, offer_id)
    if seen.provider_id != caller.organisation_id:
        state_after(REFERRAL_OFFERS, state_of(seen, caller), verb, "")
    await hold_referral_of(caller, session, seen)
    offer = await visible_offer(caller, session, offer_id, lock=True)
    return offer, state_after(REFERRAL_OFFERS, state_of(offer, caller), verb, "provider")


def _settle(caller: Caller, offer: ReferralOffer, after: OfferState) -> None:
    offer.state = after
    offer.settled_at = caller.now
    changed(offer, caller)


async def _check_sites(session: AsyncSession, proposed: PlacementPropose) -> None:
    known = {site.id for site in await sites_of(session, proposed.provider_id)}
    if any(slot.site_id is not None and slot.site_id not in known for slot in proposed.timetable):
        raise RuleRefused(_SITE_GONE)
