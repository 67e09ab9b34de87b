"""A lot with the award under which a provider holds it, as the rules know them."""

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.frameworks import Lot, LotAward
from app.queries.frameworks import visible_awards, visible_lots
from app.rules import procurement


async def lot_and_award(
    caller: Caller, session: AsyncSession, lot_id: UUID, provider_id: UUID, day: date
) -> tuple[procurement.Lot | None, procurement.Award | None]:
    """The lot, and the provider's award that covers `day`, or else its latest one; None for what is not there."""
    lot = (await session.scalars(visible_lots(caller).where(col(Lot.id) == lot_id))).one_or_none()
    if lot is None:
        return None, None
    covers = (col(LotAward.starts_on) <= day) & (col(LotAward.ends_on) >= day)
    award = (
        await session.scalars(
            visible_awards(caller)
            .where(col(LotAward.lot_id) == lot_id, col(LotAward.provider_id) == provider_id)
            .order_by(covers.desc(), col(LotAward.ends_on).desc())
            .limit(1)
        )
    ).one_or_none()
    return _lot(lot), _award(award) if award else None


def _lot(lot: Lot) -> procurement.Lot:
    return procurement.Lot(
        lot.id,
        lot.pattern,
        lot.online,
        tuple(procurement.KeyStage(k) for k in lot.key_stages),
        tuple(procurement.DeliveryOption(d) for d in lot.delivery_options),
    )


def _award(award: LotAward) -> procurement.Award:
    options = tuple(procurement.DeliveryOption(d) for d in award.delivery_options)
    return procurement.Award(award.lot_id, award.provider_id, award.starts_on, award.ends_on, options)
