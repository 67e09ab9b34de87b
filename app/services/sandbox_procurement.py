"""The sandbox's procurement: each council's framework with Salford's nine lots, and the awards its providers hold."""

import json
from datetime import date
from importlib.resources import files
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.rules.calendars import school_year_of
from app.schemas.frameworks import FrameworkCreate, LotCreate
from app.schemas.lot_awards import LotAwardCreate
from app.services.frameworks import add_lot, open_framework
from app.services.lot_awards import award_lot
from app.services.sandbox_organisations import Inhabitant, Inhabitants

FULL_TIME, PART_TIME, PART_TIME_ONLINE = 1, 2, 4

Lots = dict[UUID, dict[int, UUID]]
"""By council, the lots of its framework by their number."""


async def procure(session: AsyncSession, them: Inhabitants) -> Lots:
    """Opens a framework for each council and awards its lots: full and part time, online where the provider is."""
    lots: Lots = {}
    for index, council in enumerate(them.councils):
        starts_on, ends_on = _period(council.caller.today)
        numbered = await _framework(session, council, starts_on, ends_on)
        lots[council.organisation.id] = numbered
        for provider in them.providers:
            if index in provider.seed["councils"]:
                for number in lots_of(provider):
                    await _award(session, council, provider, numbered[number], starts_on, ends_on)
    return lots


def lots_of(provider: Inhabitant) -> tuple[int, ...]:
    return (FULL_TIME, PART_TIME, PART_TIME_ONLINE) if provider.seed["online"] else (FULL_TIME, PART_TIME)


def salford_lots() -> list[dict[str, Any]]:
    """The nine lots of Salford's framework, without the notes on their source."""
    document = json.loads(files("app.sandbox_data").joinpath("salford_lots.json").read_text())
    return [{k: v for k, v in lot.items() if k != "notes"} for lot in document["lots"]]


async def _framework(session: AsyncSession, council: Inhabitant, starts_on: date, ends_on: date) -> dict[int, UUID]:
    caller = await council.speaks(session)
    name = f"{council.organisation.name} alternative provision framework"
    framework = await open_framework(caller, session, FrameworkCreate(name=name, starts_on=starts_on, ends_on=ends_on))
    numbered = {}
    for lot in salford_lots():
        added = await add_lot(caller, session, framework.id, LotCreate.model_validate(lot))
        numbered[added.number] = added.id
    return numbered


async def _award(
    session: AsyncSession, council: Inhabitant, provider: Inhabitant, lot_id: UUID, starts_on: date, ends_on: date
) -> None:
    body = LotAwardCreate(lot_id=lot_id, provider_id=provider.organisation.id, starts_on=starts_on, ends_on=ends_on)
    await award_lot(await council.speaks(session), session, body)


def _period(today: date) -> tuple[date, date]:
    """Three school years, of which this is the first."""
    first = int(school_year_of(today)[:4])
    return date(first, 8, 1), date(first + 3, 7, 31)
