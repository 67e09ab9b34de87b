"""Referrals: one process across a council, from the request for a place to the placement."""

from typing import Annotated

from fastapi import Query, Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.organisations import OrganisationKind
from app.models.referrals import Referral, ReferralStepTaken
from app.queries.referrals import (
    changed_since,
    history_of,
    offered_to,
    visible_referral,
    visible_referrals,
    waiting_for_me,
    with_state,
)
from app.rules.referrals import ReferralState
from app.schemas.referral_offers import ReferralOfferMake, ReferralOfferRead
from app.schemas.referrals import (
    ReferralChange,
    ReferralRead,
    ReferralReason,
    ReferralRequest,
    ReferralStepRead,
)
from app.schemas.wire import Id, Instant
from app.services import referral_offers, referrals
from app.services.referral_offers_shown import shown_offers
from app.services.referrals_parties import PATH, state_of
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("referrals")

Reader = Annotated[Caller, allow(Scope.REFERRALS_READ)]
Writer = Annotated[Caller, allow(Scope.REFERRALS_WRITE, OrganisationKind.COUNCIL, OrganisationKind.SCHOOL)]
Council = Annotated[Caller, allow(Scope.REFERRALS_WRITE, OrganisationKind.COUNCIL)]


@router.get("/referrals", operation_id="list_referrals")
async def list_referrals(
    caller: Reader,
    session: Session,
    pages: Pages,
    state: ReferralState | None = None,
    host_school_id: Id | None = None,
    pupil_id: Id | None = None,
    provider_id: Id | None = None,
    waits: Annotated[bool | None, Query(alias="waiting_for_me")] = None,
    since: Annotated[Instant | None, Query(alias="changed_since")] = None,
) -> Page[ReferralRead]:
    """The referrals on whose requesting side the caller is, and for a council all of its schools'.

    `provider_id` finds those that were offered to a provider, `waiting_for_me=true` those in which the caller has the
    next step. `changed_since` covers offers that lapsed.
    """
    statement = visible_referrals(caller)
    if state is not None:
        statement = with_state(statement, state, caller.now)
    if host_school_id is not None:
        statement = statement.where(col(Referral.host_school_id) == host_school_id)
    if pupil_id is not None:
        statement = statement.where(col(Referral.pupil_id) == pupil_id)
    if provider_id is not None:
        statement = offered_to(statement, provider_id)
    if waits is not None:
        waiting = waiting_for_me(caller)
        statement = statement.where(waiting if waits else ~waiting)
    if since is not None:
        statement = changed_since(statement, since, caller.now)
    rows, page = await pages.rows(session, statement, [col(Referral.id)])
    found: list[Referral] = [row[0] for row in rows]
    caller.sees_pupils(*(each.pupil_id for each in found))
    return page.holding([_read(caller, each) for each in found])


@router.post("/referrals", operation_id="request_referral", status_code=201)
async def request_referral(body: ReferralRequest, caller: Writer, session: Session, response: Response) -> ReferralRead:
    """Asks for a place for a child. A school commissions itself or asks its council; a council commissions itself."""
    referral = await referrals.request_referral(caller, session, body)
    response.headers["Location"] = f"{PATH}/{referral.id}"
    return _shown(caller, response, referral)


@router.get("/referrals/{referral_id}", operation_id="get_referral")
async def get_referral(referral_id: Id, caller: Reader, session: Session, response: Response) -> ReferralRead:
    """One referral, in the state in which it is now."""
    return _shown(caller, response, await visible_referral(caller, session, referral_id))


@router.patch("/referrals/{referral_id}", operation_id="change_referral")
async def change_referral(
    referral_id: Id,
    body: ReferralChange,
    expected: ExpectedVersion,
    caller: Writer,
    session: Session,
    response: Response,
) -> ReferralRead:
    """Requester or commissioner changes what is wanted. Not possible while an offer stands."""
    return _shown(caller, response, await referrals.change_referral(caller, session, referral_id, body, expected))


@router.get("/referrals/{referral_id}/history", operation_id="get_referral_history")
async def get_referral_history(
    referral_id: Id, caller: Reader, session: Session, pages: Pages
) -> Page[ReferralStepRead]:
    """Every step so far, in order: when, by which organisation and with what reason."""
    referral = await visible_referral(caller, session, referral_id)
    rows, page = await pages.rows(session, history_of(caller, referral), [col(ReferralStepTaken.number)])
    return page.holding(
        [ReferralStepRead.model_validate(row[0].model_dump(exclude={"id", "referral_id"})) for row in rows]
    )


@router.post("/referrals/{referral_id}/take-up", operation_id="take_up_referral")
async def take_up_referral(
    referral_id: Id, expected: ExpectedVersion, caller: Council, session: Session, response: Response
) -> ReferralRead:
    """The council that a school asked to commission does; it may now offer the referral to providers."""
    return _shown(caller, response, await referrals.take_up_referral(caller, session, referral_id, expected))


@router.post("/referrals/{referral_id}/refusal", operation_id="decline_referral")
async def decline_referral(
    referral_id: Id,
    body: ReferralReason,
    expected: ExpectedVersion,
    caller: Council,
    session: Session,
    response: Response,
) -> ReferralRead:
    """The council that a school asked to commission does not, with a reason."""
    found = await referrals.decline_referral(caller, session, referral_id, body.reason, expected)
    return _shown(caller, response, found)


@router.post("/referrals/{referral_id}/withdrawal", operation_id="withdraw_referral")
async def withdraw_referral(
    referral_id: Id,
    body: ReferralReason,
    expected: ExpectedVersion,
    caller: Writer,
    session: Session,
    response: Response,
) -> ReferralRead:
    """Whoever requested the referral withdraws it at any open step; offers that stand are withdrawn with it."""
    found = await referrals.withdraw_referral(caller, session, referral_id, body.reason, expected)
    return _shown(caller, response, found)


@router.post("/referrals/{referral_id}/conclusion", operation_id="conclude_referral")
async def conclude_referral(
    referral_id: Id,
    body: ReferralReason,
    expected: ExpectedVersion,
    caller: Writer,
    session: Session,
    response: Response,
) -> ReferralRead:
    """The commissioner found no place and ends the referral. Withdraw the offers that stand first."""
    found = await referrals.conclude_referral(caller, session, referral_id, body.reason, expected)
    return _shown(caller, response, found)


@router.post("/referrals/{referral_id}/offers", operation_id="offer_referral", status_code=201)
async def offer_referral(
    referral_id: Id,
    body: ReferralOfferMake,
    expected: ExpectedVersion,
    caller: Writer,
    session: Session,
    response: Response,
) -> ReferralOfferRead:
    """The commissioner asks one provider, on the terms that the placement will have. `If-Match` is the referral's ETag.

    Several offers may stand at once; no provider learns of another's.
    """
    offer = await referral_offers.make_offer(caller, session, referral_id, body, expected)
    response.headers["Location"] = f"{referral_offers.PATH}/{offer.id}"
    tag(response, offer.version)
    return (await shown_offers(caller, session, [offer]))[0]


def _shown(caller: Caller, response: Response, referral: Referral) -> ReferralRead:
    tag(response, referral.version)
    return _read(caller, referral)


def _read(caller: Caller, referral: Referral) -> ReferralRead:
    state = state_of(referral, caller)
    shown = referral.model_dump(include=set(ReferralRead.model_fields)) | {"state": state}
    return ReferralRead.model_validate(shown)
