"""Offers as a caller may see them: the one provider asked, and the referral's requesting side.

What a provider is shown of the child comes from a function of the database that answers for its own standing or
accepted offers alone: row security shows it no referral.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, Select, and_, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.referrals import Referral, ReferralOffer
from app.problems import NotFound
from app.queries.referrals import on_requesting_side, visible_referrals
from app.rules.referrals import OfferState

_OFFERED = text("select * from referrals_offered(cast(:offers as uuid[]))")
_HOLD = text("select hold_referral(:offer)")


def visible_offers(caller: Caller) -> Select[ReferralOffer]:
    referrals = visible_referrals(caller).with_only_columns(col(Referral.id))
    return select(ReferralOffer).where(
        or_(col(ReferralOffer.provider_id) == caller.organisation_id, col(ReferralOffer.referral_id).in_(referrals))
    )


async def visible_offer(caller: Caller, session: AsyncSession, offer_id: UUID, *, lock: bool = False) -> ReferralOffer:
    """Raises NotFound. Lock the referral before the offer; row security hands the lock to who may change it alone."""
    statement = visible_offers(caller).where(col(ReferralOffer.id) == offer_id)
    if lock:
        statement = statement.with_for_update(of=ReferralOffer).execution_options(populate_existing=True)
    found = (await session.scalars(statement)).one_or_none()
    if found is None:
        raise NotFound
    return found


async def hold_referral_of(caller: Caller, session: AsyncSession, offer: ReferralOffer) -> None:
    """Locks the referral of an offer to the calling provider, which may not see it: who answers meets all others."""
    if offer.provider_id == caller.organisation_id:
        await session.execute(_HOLD, {"offer": offer.id})


async def referrals_offered(
    caller: Caller, session: AsyncSession, offers: Collection[UUID]
) -> Mapping[UUID, RowMapping]:
    """By offer, what the calling provider may know of the child while the offer stands or once it is accepted.

    Beside that `pupil_id`, `host_school_id` and `side` (whom an event is for), which go into no response. Noted for the
    audit.
    """
    if not offers:
        return {}
    rows = (await session.execute(_OFFERED, {"offers": list(offers)})).mappings().all()
    caller.sees_pupils(*(row["pupil_id"] for row in rows))
    return {row["offer_id"]: row for row in rows}


async def pupils_of(caller: Caller, session: AsyncSession, offers: Sequence[ReferralOffer]) -> None:
    """Notes for the audit whose referrals these offers belong to, for one on the requesting side."""
    ids = {each.referral_id for each in offers}
    found = await session.scalars(
        select(col(Referral.pupil_id)).where(on_requesting_side(caller), col(Referral.id).in_(ids))
    )
    caller.sees_pupils(*found)


async def standing_offers(caller: Caller, session: AsyncSession, referral: Referral) -> Sequence[ReferralOffer]:
    """The offers of a referral that stand now, locked. The referral is locked already."""
    statement = (
        visible_offers(caller)
        .where(col(ReferralOffer.referral_id) == referral.id, _stands_at(caller.now))
        .order_by(col(ReferralOffer.id))
        .with_for_update(of=ReferralOffer)
        .execution_options(populate_existing=True)
    )
    return (await session.scalars(statement)).all()


def with_state(caller: Caller, statement: Select[ReferralOffer], state: OfferState) -> Select[ReferralOffer]:
    """Only those that read so to the caller now: to their own provider, the closed ones are withdrawn."""
    stored, own = col(ReferralOffer.state), col(ReferralOffer.provider_id) == caller.organisation_id
    lapsed = and_(stored == OfferState.OFFERED, col(ReferralOffer.answer_by) <= caller.now)
    conditions: dict[OfferState, ColumnElement[bool]] = {
        OfferState.OFFERED: _stands_at(caller.now),
        OfferState.LAPSED: or_(stored == OfferState.LAPSED, lapsed),
        OfferState.WITHDRAWN: or_(stored == OfferState.WITHDRAWN, and_(own, stored == OfferState.CLOSED)),
        OfferState.CLOSED: and_(~own, stored == OfferState.CLOSED),
    }
    return statement.where(conditions.get(state, stored == state))


def of_referral(caller: Caller, statement: Select[ReferralOffer], referral_id: UUID) -> Select[ReferralOffer]:
    """Only those of one referral of which the caller is on the requesting side."""
    referrals = visible_referrals(caller).with_only_columns(col(Referral.id))
    return statement.where(col(ReferralOffer.referral_id) == referral_id, col(ReferralOffer.referral_id).in_(referrals))


def waiting_for_me(caller: Caller) -> ColumnElement[bool]:
    """The caller has to answer the offer."""
    return and_(col(ReferralOffer.provider_id) == caller.organisation_id, _stands_at(caller.now))


def changed_since(statement: Select[ReferralOffer], since: datetime, now: datetime) -> Select[ReferralOffer]:
    """Those changed, or lapsed by the mere passing of time, since an instant."""
    lapsed = and_(col(ReferralOffer.state) == OfferState.OFFERED, col(ReferralOffer.answer_by) <= now)
    lapsed_since = and_(lapsed, col(ReferralOffer.answer_by) >= since)
    return statement.where(or_(col(ReferralOffer.changed_at) >= since, lapsed_since))


def _stands_at(now: datetime) -> ColumnElement[bool]:
    return and_(col(ReferralOffer.state) == OfferState.OFFERED, col(ReferralOffer.answer_by) > now)
