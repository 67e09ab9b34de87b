"""Offers of a referral: made and withdrawn by its commissioner, each to one provider in confidence from the others."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.referrals import Referral, ReferralOffer
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.queries.referral_offers import standing_offers, visible_offer
from app.queries.referrals import visible_referral
from app.rules.referrals import (
    REFERRAL_OFFERS,
    OfferState,
    as_its_provider_reads,
    may_offer,
    offer_state,
)
from app.schemas.placements import PlacementPropose, PlacementPurpose, PlacementTerms
from app.schemas.referral_offers import ReferralOfferMake
from app.services.changes import changed, insist, made, must_be, state_after
from app.services.placements import drafted
from app.services.placements_checks import check_references
from app.services.referrals_parties import moved_referral, requesting_side

PATH = "/v1/referral-offers"
CASE = {*PlacementPurpose.model_fields, "pupil_id", "host_school_id"}
_TERMS = set(PlacementTerms.model_fields)


async def make_offer(
    caller: Caller, session: AsyncSession, referral_id: UUID, body: ReferralOfferMake, expected_version: int
) -> ReferralOffer:
    """The commissioner asks one provider. The placement that would come of it is judged by every rule already.

    Raises NotFound, PreconditionFailed, Invalid, RuleRefused.
    """
    referral = await moved_referral(caller, session, referral_id, "offer", expected_version)
    referral.offered_until = max(body.answer_by, referral.offered_until or body.answer_by)
    standing = await standing_offers(caller, session, referral)
    insist(
        may_offer(
            provider=body.provider_id,
            requesting_side=requesting_side(referral),
            standing_with=[each.provider_id for each in standing],
            answer_by=body.answer_by,
            planned_end_on=body.planned_end_on,
            now=caller.now,
        )
    )
    proposed = as_proposed(referral.model_dump(include=CASE), body)
    await check_references(caller, session, proposed)
    await drafted(caller, session, proposed, referral.commissioner_id)
    await session.flush()
    terms = body.model_dump(exclude={"timetable"}) | body.model_dump(mode="json", include={"timetable"})
    offer = ReferralOffer(
        **made(caller.now),
        **terms,
        referral_id=referral.id,
        commissioner_id=referral.commissioner_id,
        state=OfferState.OFFERED,
    )
    session.add(offer)
    await tell(caller, session, offer, requesting_side(referral) | {offer.provider_id}, EventType.OFFER_MADE)
    return offer


async def withdraw_offer(
    caller: Caller, session: AsyncSession, offer_id: UUID, reason: str, expected_version: int
) -> ReferralOffer:
    """The commissioner takes an offer back that nobody has answered; the provider is not told why."""
    seen = await visible_offer(caller, session, offer_id)
    referral = await visible_referral(caller, session, seen.referral_id)
    if caller.organisation_id != referral.commissioner_id:
        state_after(REFERRAL_OFFERS, state_of(seen, caller), "withdraw", "")
    await visible_referral(caller, session, seen.referral_id, lock=True)
    offer = await visible_offer(caller, session, offer_id, lock=True)
    must_be(offer.version, expected_version)
    offer.withdrawn_because = reason
    await end_offer(caller, session, offer, referral, "withdraw")
    return offer


async def end_offer(caller: Caller, session: AsyncSession, offer: ReferralOffer, referral: Referral, verb: str) -> None:
    """Ends an offer, locked, from the requesting side. Its provider is told that it need not answer, and no more."""
    offer.state = state_after(REFERRAL_OFFERS, state_of(offer, caller), verb)
    offer.settled_at = caller.now
    changed(offer, caller)
    audience = requesting_side(referral) | {offer.provider_id}
    await tell(caller, session, offer, audience, EventType.OFFER_WITHDRAWN)


def state_of(offer: ReferralOffer, caller: Caller) -> OfferState:
    """The state now as the caller is told of it, a lapse included that nobody has noted yet."""
    state = offer_state(offer.state, offer.answer_by, caller.now)
    return as_its_provider_reads(state) if caller.organisation_id == offer.provider_id else state


def as_proposed(case: dict[str, object], terms: ReferralOfferMake | ReferralOffer) -> PlacementPropose:
    """The placement that would come of an offer: the child's case on the terms offered."""
    return PlacementPropose.model_validate(case | terms.model_dump(include=_TERMS))


async def tell(
    caller: Caller, session: AsyncSession, offer: ReferralOffer, audience: set[UUID], event: EventType
) -> None:
    await session.flush()
    path = f"{PATH}/{offer.id}"
    await record_event(session, event, path, caller.now, organisations=sorted(audience))
