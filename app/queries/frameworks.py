"""Frameworks, lots and awards.

Frameworks and their lots are read by every caller of the same world. An award is seen by the council that made it, by
the provider that holds it, and by the schools of that council, who choose among the council's providers.
"""

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.frameworks import Framework, Lot, LotAward
from app.models.organisations import Organisation, OrganisationKind
from app.problems import NotFound
from app.queries.directory import visible_organisations

T = TypeVar("T")


def visible_frameworks(caller: Caller) -> Select[Framework]:
    councils = visible_organisations(caller, OrganisationKind.COUNCIL).with_only_columns(col(Organisation.id))
    return select(Framework).where(col(Framework.council_id).in_(councils))


def visible_lots(caller: Caller) -> Select[Lot]:
    frameworks = visible_frameworks(caller).with_only_columns(col(Framework.id))
    return select(Lot).where(col(Lot.framework_id).in_(frameworks))


def visible_awards(caller: Caller) -> Select[LotAward]:
    me = caller.organisation_id
    my_council = select(col(Organisation.council_id)).where(col(Organisation.id) == me).scalar_subquery()
    council_id = col(LotAward.council_id)
    return select(LotAward).where(or_(council_id == me, col(LotAward.provider_id) == me, council_id == my_council))


async def visible_framework(caller: Caller, session: AsyncSession, framework_id: UUID) -> Framework:
    """Raises NotFound."""
    statement = visible_frameworks(caller).where(col(Framework.id) == framework_id)
    return _found((await session.scalars(statement)).one_or_none())


async def visible_lot(caller: Caller, session: AsyncSession, lot_id: UUID) -> Lot:
    """Raises NotFound."""
    return _found((await session.scalars(visible_lots(caller).where(col(Lot.id) == lot_id))).one_or_none())


async def own_lot(caller: Caller, session: AsyncSession, lot_id: UUID) -> tuple[Lot, Framework]:
    """A lot of the calling council with its framework, locked so that its awards are judged one after the other.

    Raises NotFound.
    """
    statement = (
        select(Lot, Framework)
        .join(Framework, col(Framework.id) == col(Lot.framework_id))
        .where(col(Lot.id) == lot_id, col(Framework.council_id) == caller.organisation_id)
        .with_for_update(of=Lot)
    )
    row = _found((await session.execute(statement)).one_or_none())
    return row[0], row[1]


async def visible_award(caller: Caller, session: AsyncSession, award_id: UUID, *, lock: bool = False) -> LotAward:
    """Raises NotFound. Locked, only an award that the caller made is found."""
    statement = visible_awards(caller).where(col(LotAward.id) == award_id)
    if lock:
        statement = statement.where(col(LotAward.council_id) == caller.organisation_id).with_for_update(of=LotAward)
    return _found((await session.scalars(statement)).one_or_none())


async def awards_of_lot(caller: Caller, session: AsyncSession, lot_id: UUID, provider_id: UUID) -> Sequence[LotAward]:
    """Every award of the lot to the provider, past and to come."""
    statement = visible_awards(caller).where(col(LotAward.lot_id) == lot_id, col(LotAward.provider_id) == provider_id)
    return (await session.scalars(statement)).all()


def _found(row: T | None) -> T:
    if row is None:
        raise NotFound
    return row
