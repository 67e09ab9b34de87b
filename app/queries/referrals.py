"""Referrals as their requesting side may see them: requester, commissioner, host school and its council. No provider
finds one by an offer made to it.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.referrals import Referral, ReferralOffer, ReferralStepTaken
from app.problems import NotFound
from app.rules.referrals import ReferralState


def on_requesting_side(caller: Caller) -> ColumnElement[bool]:
    me = caller.organisation_id
    return or_(
        col(Referral.requested_by_id) == me,
        col(Referral.commissioner_id) == me,
        col(Referral.council_id) == me,
        col(Referral.host_school_id) == me,
    )


def visible_referrals(caller: Caller) -> Select[Referral]:
    return select(Referral).where(on_requesting_side(caller))


async def visible_referral(caller: Caller, session: AsyncSession, referral_id: UUID, *, lock: bool = False) -> Referral:
    """The referral, locked against other changes where asked; noted for the audit. Raises NotFound.

    Row security hands the lock to requester and commissioner alone. Lock it before any of its offers.
    """
    statement = visible_referrals(caller).where(col(Referral.id) == referral_id)
    if lock:
        locked = statement.with_for_update(of=Referral, key_share=True)
        statement = locked.execution_options(populate_existing=True)
    found = (await session.scalars(statement)).one_or_none()
    if found is None:
        raise NotFound
    caller.sees_pupils(found.pupil_id)
    return found


def with_state(statement: Select[Referral], state: ReferralState, now: datetime) -> Select[Referral]:
    """Only those in this state at `now`: the same answer as `rules.referrals.referral_state`."""
    stored, ran_out = col(Referral.state) == state, _ran_out_by(now)
    if state is ReferralState.TAKEN_UP:
        return statement.where(or_(stored, ran_out))
    return statement.where(stored, ~ran_out) if state is ReferralState.OFFERED else statement.where(stored)


def waiting_for_me(caller: Caller) -> ColumnElement[bool]:
    """The caller has the next step: to take up or decline, or to offer or conclude."""
    with_commissioner = col(Referral.state).in_([ReferralState.REQUESTED, ReferralState.TAKEN_UP])
    return and_(
        col(Referral.commissioner_id) == caller.organisation_id, or_(with_commissioner, _ran_out_by(caller.now))
    )


def offered_to(statement: Select[Referral], provider_id: UUID) -> Select[Referral]:
    """Only those of which an offer was made to this provider, whatever became of it."""
    offers = select(col(ReferralOffer.referral_id)).where(col(ReferralOffer.provider_id) == provider_id)
    return statement.where(col(Referral.id).in_(offers))


def changed_since(statement: Select[Referral], since: datetime, now: datetime) -> Select[Referral]:
    """Those changed, or left without a standing offer by the mere passing of time, since an instant."""
    ran_out_since = and_(_ran_out_by(now), col(Referral.offered_until) >= since)
    return statement.where(or_(col(Referral.changed_at) >= since, ran_out_since))


def history_of(caller: Caller, referral: Referral) -> Select[ReferralStepTaken]:
    """The steps of a referral that the caller was shown to see."""
    visible = visible_referrals(caller).with_only_columns(col(Referral.id))
    return select(ReferralStepTaken).where(
        col(ReferralStepTaken.referral_id) == referral.id, col(ReferralStepTaken.referral_id).in_(visible)
    )


def _ran_out_by(now: datetime) -> ColumnElement[bool]:
    return and_(col(Referral.state) == ReferralState.OFFERED, col(Referral.offered_until) <= now)
