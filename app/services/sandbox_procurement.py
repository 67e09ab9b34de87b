"""The sandbox's procurement: each council's framework with Salford's nine lots, its refresh, and who holds which lot.

What the providers assure comes first: without it nothing is placed under a framework that requires it.
"""

import json
from datetime import date, timedelta
from importlib.resources import files
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.rules.calendars import school_year_of
from app.rules.frameworks import WindowKind
from app.rules.provider_assurance import InsuranceKind
from app.schemas.framework_windows import WindowCreate
from app.schemas.frameworks import FrameworkCreate, LotCreate
from app.schemas.insurance_certificates import InsuranceGive
from app.schemas.lot_applications import LotApply
from app.schemas.lot_awards import LotAwardCreate
from app.schemas.safeguarding_confirmations import ConfirmationGive
from app.services.framework_windows import set_window
from app.services.frameworks import add_lot, open_framework
from app.services.insurance_certificates import give_certificate
from app.services.lot_applications import apply_for_lot
from app.services.lot_awards import award_lot
from app.services.safeguarding_confirmations import confirm_safeguarding
from app.services.sandbox_organisations import Inhabitant, Inhabitants

FULL_TIME, PART_TIME, VOCATIONAL, PART_TIME_ONLINE = 1, 2, 3, 4
PLACES_TO_SPARE = 4
INSURED_DAYS, CONFIRMED_DAYS = 300, 200
EXPIRING_SOON = 20
"""The last provider's insurance and confirmation lapse after so many days: a clock moved a month on tells of it."""

Lots = dict[UUID, dict[int, UUID]]
"""By council, the lots of its framework by their number."""


async def procure(session: AsyncSession, them: Inhabitants) -> Lots:
    """Opens a framework for each council and awards its lots: full and part time, online where the provider is."""
    lots: Lots = {}
    for provider in them.providers:
        await _assure(session, provider, soon=provider is them.providers[-1])
    for index, council in enumerate(them.councils):
        starts_on, ends_on = _period(council.caller.today)
        numbered = await _framework(session, council, starts_on, ends_on)
        lots[council.organisation.id] = numbered
        for provider in them.providers:
            if index in provider.seed["councils"]:
                for number in lots_of(provider):
                    await _award(session, council, provider, numbered[number], starts_on, ends_on)
        await _apply(session, them, index, numbered[VOCATIONAL])
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
    body = FrameworkCreate(name=name, starts_on=starts_on, ends_on=ends_on, extensions_allowed=2, extension_months=12)
    framework = await open_framework(caller, session, body)
    await _set_windows(session, council, framework.id, starts_on)
    numbered = {}
    for lot in salford_lots():
        added = await add_lot(caller, session, framework.id, LotCreate.model_validate(lot))
        numbered[added.number] = added.id
    return numbered


async def _award(
    session: AsyncSession, council: Inhabitant, provider: Inhabitant, lot_id: UUID, starts_on: date, ends_on: date
) -> None:
    body = LotAwardCreate(
        lot_id=lot_id,
        provider_id=provider.organisation.id,
        starts_on=starts_on,
        ends_on=ends_on,
        capacity=provider.seed["children"] + PLACES_TO_SPARE,
    )
    await award_lot(await council.speaks(session), session, body)


async def _set_windows(session: AsyncSession, council: Inhabitant, framework_id: UUID, starts_on: date) -> None:
    """The initial window, before the framework began, and a refresh that is open now."""
    caller = await council.speaks(session)
    for kind, opens_on, closes_on in (
        (WindowKind.INITIAL, starts_on - timedelta(days=90), starts_on - timedelta(days=30)),
        (WindowKind.REFRESH, caller.today, caller.today + timedelta(days=42)),
    ):
        body = WindowCreate(kind=kind, opens_on=opens_on, closes_on=closes_on)
        await set_window(caller, session, framework_id, body)


async def _apply(session: AsyncSession, them: Inhabitants, council: int, lot_id: UUID) -> None:
    """The first provider that is not on the council's framework applies for a lot of it."""
    stranger = next((each for each in them.providers if council not in each.seed["councils"]), None)
    if stranger is not None:
        body = LotApply(lot_id=lot_id, capacity=8, statement=stranger.seed["offer"])
        await apply_for_lot(await stranger.speaks(session), session, body)


async def _assure(session: AsyncSession, provider: Inhabitant, *, soon: bool) -> None:
    """Insurances and a safeguarding confirmation, good for the placements of this half-term and the next."""
    caller = await provider.speaks(session)
    today = caller.today
    for kind, pounds in ((InsuranceKind.PUBLIC_LIABILITY, 5_000_000), (InsuranceKind.EMPLOYERS_LIABILITY, 10_000_000)):
        insured = InsuranceGive(
            kind=kind,
            insurer="Invented Mutual",
            cover_pounds=pounds,
            starts_on=today - timedelta(days=60),
            expires_on=today + timedelta(days=EXPIRING_SOON if soon else INSURED_DAYS),
        )
        await give_certificate(caller, session, insured)
    confirmed = ConfirmationGive(
        confirmed_by="Designated safeguarding lead",
        confirmed_on=today - timedelta(days=14),
        valid_until=today + timedelta(days=EXPIRING_SOON if soon else CONFIRMED_DAYS),
    )
    await confirm_safeguarding(caller, session, confirmed)


def _period(today: date) -> tuple[date, date]:
    """Three school years, of which this is the first."""
    first = int(school_year_of(today)[:4])
    return date(first, 8, 1), date(first + 3, 7, 31)
