"""Awards of lots, and the lots as the rules know them.

An award is seen by the council that made it, by the provider that holds it, and by the schools of that council, who
choose among the council's providers.
"""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.clock import london_day
from app.models.frameworks import AwardSuspension, Lot, LotAward
from app.models.organisations import Organisation
from app.problems import NotFound
from app.queries.award_suspensions import suspended_on
from app.queries.frameworks import visible_lots
from app.rules import procurement
from app.rules.lot_awards import AwardState


def visible_awards(caller: Caller) -> Select[LotAward]:
    me = caller.organisation_id
    my_council = select(col(Organisation.council_id)).where(col(Organisation.id) == me).scalar_subquery()
    council_id = col(LotAward.council_id)
    return select(LotAward).where(or_(council_id == me, col(LotAward.provider_id) == me, council_id == my_council))


async def visible_award(caller: Caller, session: AsyncSession, award_id: UUID) -> LotAward:
    """Raises NotFound."""
    return _found((await session.scalars(visible_awards(caller).where(col(LotAward.id) == award_id))).one_or_none())


async def own_award(caller: Caller, session: AsyncSession, award_id: UUID) -> LotAward:
    """An award that the calling council made or the calling provider holds, locked. Raises NotFound."""
    mine = or_(col(LotAward.council_id) == caller.organisation_id, col(LotAward.provider_id) == caller.organisation_id)
    statement = visible_awards(caller).where(col(LotAward.id) == award_id, mine)
    locked = statement.with_for_update(of=LotAward, key_share=True).execution_options(populate_existing=True)
    return _found((await session.scalars(locked)).one_or_none())


async def awards_of_lot(
    caller: Caller, session: AsyncSession, lot_id: UUID, provider_id: UUID | None = None, *, lock: bool = False
) -> Sequence[LotAward]:
    """Every award of the lot, past and to come: to the provider, or to all that the caller may see."""
    statement = visible_awards(caller).where(col(LotAward.lot_id) == lot_id)
    if provider_id is not None:
        statement = statement.where(col(LotAward.provider_id) == provider_id)
    if lock:
        statement = statement.order_by(col(LotAward.id)).with_for_update(of=LotAward, key_share=True)
    return (await session.scalars(statement.execution_options(populate_existing=True))).all()


async def holders_of(caller: Caller, session: AsyncSession, framework_id: UUID) -> set[UUID]:
    """The providers that hold a lot of the framework today or will: whom an event about it is for."""
    lots = select(col(Lot.id)).where(col(Lot.framework_id) == framework_id)
    statement = visible_awards(caller).where(col(LotAward.lot_id).in_(lots), col(LotAward.ends_on) >= caller.today)
    return set((await session.scalars(statement.with_only_columns(col(LotAward.provider_id)))).all())


def with_state(statement: Select[LotAward], state: AwardState, today: date) -> Select[LotAward]:
    """Only the awards in this state today: the same answer as `rules.lot_awards.award_state`."""
    begun, ended = col(LotAward.starts_on) <= today, col(LotAward.ends_on) < today
    held = and_(begun, ~ended)
    conditions = {
        AwardState.UPCOMING: ~begun,
        AwardState.CURRENT: and_(held, ~suspended_on(today)),
        AwardState.SUSPENDED: and_(held, suspended_on(today)),
        AwardState.EXPIRED: ended,
    }
    return statement.where(conditions[state])


def changed_since(statement: Select[LotAward], since: datetime, today: date) -> Select[LotAward]:
    """Those changed since an instant, also where only time made them begin, end, be suspended or free again."""
    first = london_day(since)
    turned = exists().where(
        col(AwardSuspension.lot_award_id) == col(LotAward.id),
        or_(
            col(AwardSuspension.changed_at) >= since,
            col(AwardSuspension.from_on).between(first, today),
            (col(AwardSuspension.until_on) + 1).between(first, today),
        ),
    )
    return statement.where(
        or_(
            col(LotAward.changed_at) >= since,
            col(LotAward.starts_on).between(first, today),
            (col(LotAward.ends_on) + 1).between(first, today),
            turned,
        )
    )


async def lot_and_award(
    caller: Caller, session: AsyncSession, lot_id: UUID, provider_id: UUID, day: date
) -> tuple[Lot | None, LotAward | None]:
    """The lot, and the provider's award that covers `day`, or else its latest one; None for what is not there."""
    lots = visible_lots(caller).where(col(Lot.id) == lot_id).execution_options(populate_existing=True)
    lot = (await session.scalars(lots)).one_or_none()
    if lot is None:
        return None, None
    covers = (col(LotAward.starts_on) <= day) & (col(LotAward.ends_on) >= day)
    awards = (
        visible_awards(caller)
        .where(col(LotAward.lot_id) == lot_id, col(LotAward.provider_id) == provider_id)
        .order_by(covers.desc(), col(LotAward.ends_on).desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )
    return lot, (await session.scalars(awards)).one_or_none()


def as_lot(lot: Lot) -> procurement.Lot:
    """The lot as the rules know it."""
    return procurement.Lot(
        lot.id,
        lot.pattern,
        lot.online,
        tuple(procurement.KeyStage(k) for k in lot.key_stages),
        tuple(procurement.DeliveryOption(d) for d in lot.delivery_options),
    )


def as_award(award: LotAward) -> procurement.Award:
    """The award as the rules know it."""
    options = tuple(procurement.DeliveryOption(d) for d in award.delivery_options)
    return procurement.Award(award.lot_id, award.provider_id, award.starts_on, award.ends_on, options)


def _found(award: LotAward | None) -> LotAward:
    if award is None:
        raise NotFound
    return award
