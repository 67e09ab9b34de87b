"""Frameworks and lots: every caller of the same world reads them."""

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.frameworks import Framework, Lot, LotAward
from app.models.lot_applications import LotApplication
from app.models.organisations import Organisation, OrganisationKind
from app.models.placements import Placement
from app.problems import NotFound
from app.queries.directory import visible_organisations
from app.queries.placements import visible_placements
from app.rules.placements import PlacementState

T = TypeVar("T")


def visible_frameworks(caller: Caller) -> Select[Framework]:
    councils = visible_organisations(caller, OrganisationKind.COUNCIL).with_only_columns(col(Organisation.id))
    return select(Framework).where(col(Framework.council_id).in_(councils))


def visible_lots(caller: Caller) -> Select[Lot]:
    frameworks = visible_frameworks(caller).with_only_columns(col(Framework.id))
    return select(Lot).where(col(Lot.framework_id).in_(frameworks))


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
        .with_for_update(of=Lot, key_share=True)
    )
    row = _found((await session.execute(statement)).one_or_none())
    return row[0], row[1]


async def own_framework(caller: Caller, session: AsyncSession, framework_id: UUID) -> Framework:
    """A framework of the calling council, locked against other changes of it. Raises NotFound."""
    statement = (
        select(Framework)
        .where(col(Framework.id) == framework_id, col(Framework.council_id) == caller.organisation_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return _found((await session.scalars(statement)).one_or_none())


async def is_procured(caller: Caller, session: AsyncSession, lot_id: UUID) -> bool:
    """Whether a provider has applied for a lot of the calling council's, or holds or held it."""
    awarded = exists().where(col(LotAward.lot_id) == lot_id, col(LotAward.council_id) == caller.organisation_id)
    applied = exists().where(
        col(LotApplication.lot_id) == lot_id, col(LotApplication.council_id) == caller.organisation_id
    )
    return bool(await session.scalar(select(or_(awarded, applied))))


async def placements_under(caller: Caller, session: AsyncSession, lot_id: UUID) -> Sequence[Placement]:
    """The accepted placements under a lot that have not ended; the framework's council sees them all."""
    statement = visible_placements(caller).where(
        col(Placement.lot_id) == lot_id,
        col(Placement.state) == PlacementState.ACCEPTED,
        col(Placement.ends_on) >= caller.today,
    )
    found = (await session.scalars(statement)).all()
    caller.sees_placements(*(each.id for each in found))
    return found


def _found(row: T | None) -> T:
    if row is None:
        raise NotFound
    return row
