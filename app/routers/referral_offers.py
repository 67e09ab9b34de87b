"""Offers of a referral, as its one provider and the referral's requesting side see them."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Query, Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.organisations import OrganisationKind
from app.models.referrals import ReferralOffer
from app.queries.referral_offers import (
    changed_since,
    of_referral,
    visible_offer,
    visible_offers,
    waiting_for_me,
    with_state,
)
from app.rules.referrals import OfferState
from app.schemas.referral_offers import ReferralOfferDecline, ReferralOfferRead
from app.schemas.referrals import ReferralReason
from app.schemas.wire import Id, Instant
from app.services import referral_offers, referral_offers_answers
from app.services.referral_offers_shown import shown_offers
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("referrals")

Reader = Annotated[Caller, allow(Scope.REFERRALS_READ)]
Provider = Annotated[Caller, allow(Scope.REFERRALS_WRITE, OrganisationKind.PROVIDER)]
Commissioner = Annotated[Caller, allow(Scope.REFERRALS_WRITE, OrganisationKind.COUNCIL, OrganisationKind.SCHOOL)]


@router.get("/referral-offers", operation_id="list_referral_offers")
async def list_referral_offers(
    caller: Reader,
    session: Session,
    pages: Pages,
    referral_id: Id | None = None,
    provider_id: Id | None = None,
    state: OfferState | None = None,
    waits: Annotated[bool | None, Query(alias="waiting_for_me")] = None,
    since: Annotated[Instant | None, Query(alias="changed_since")] = None,
) -> Page[ReferralOfferRead]:
    """The offers made to the calling provider; to a referral's requesting side, all offers of its referrals.

    `waiting_for_me=true` finds those that the caller has to answer. `changed_since` covers offers that lapsed.
    """
    statement = visible_offers(caller)
    if referral_id is not None:
        statement = of_referral(caller, statement, referral_id)
    if provider_id is not None:
        statement = statement.where(col(ReferralOffer.provider_id) == provider_id)
    if state is not None:
        statement = with_state(caller, statement, state)
    if waits is not None:
        waiting = waiting_for_me(caller)
        statement = statement.where(waiting if waits else ~waiting)
    if since is not None:
        statement = changed_since(statement, since, caller.now)
    rows, page = await pages.rows(session, statement, [col(ReferralOffer.id)])
    return page.holding(await shown_offers(caller, session, [row[0] for row in rows]))


@router.get("/referral-offers/{offer_id}", operation_id="get_referral_offer")
async def get_referral_offer(offer_id: Id, caller: Reader, session: Session, response: Response) -> ReferralOfferRead:
    """One offer. The provider reads what it must know of the child, and never who the child is."""
    return await _shown(caller, session, response, await visible_offer(caller, session, offer_id))


@router.post("/referral-offers/{offer_id}/acceptance", operation_id="accept_referral_offer")
async def accept_referral_offer(
    offer_id: Id, caller: Provider, session: Session, response: Response
) -> ReferralOfferRead:
    """The provider accepts: the placement exists from now on, accepted on the terms of the offer.

    An offer's terms never change, so this takes no `If-Match`; one that stands no more is refused by its state.
    """
    offer = await referral_offers_answers.accept_offer(caller, session, offer_id)
    return await _shown(caller, session, response, offer)


@router.post("/referral-offers/{offer_id}/refusal", operation_id="decline_referral_offer")
async def decline_referral_offer(
    offer_id: Id, body: ReferralOfferDecline, caller: Provider, session: Session, response: Response
) -> ReferralOfferRead:
    """The provider declines, with a reason that the referral's requesting side reads and no other provider."""
    offer = await referral_offers_answers.decline_offer(caller, session, offer_id, body)
    return await _shown(caller, session, response, offer)


@router.post("/referral-offers/{offer_id}/withdrawal", operation_id="withdraw_referral_offer")
async def withdraw_referral_offer(
    offer_id: Id,
    body: ReferralReason,
    expected: ExpectedVersion,
    caller: Commissioner,
    session: Session,
    response: Response,
) -> ReferralOfferRead:
    """The commissioner takes back an offer that stands. The provider is told that it is withdrawn, not why."""
    offer = await referral_offers.withdraw_offer(caller, session, offer_id, body.reason, expected)
    return await _shown(caller, session, response, offer)


async def _shown(caller: Caller, session: Session, response: Response, offer: ReferralOffer) -> ReferralOfferRead:
    tag(response, offer.version)
    found: Sequence[ReferralOfferRead] = await shown_offers(caller, session, [offer])
    return found[0]
