"""What a provider holds and assures, put straight into a test's world with the owner's role; and over HTTP."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from app.models.frameworks import Framework, Lot, LotAward
from app.models.organisations import Organisation, OrganisationKind
from app.models.provider_assurance import InsuranceCertificate, SafeguardingConfirmation
from app.models.qa import QaFramework, QaVisit
from app.rules.provider_assurance import InsuranceKind
from app.rules.qa_visits import VisitState
from app.services.changes import made
from tests.placing import LONG_AGO
from tests.world import Party, World

INSURED = {
    "kind": "public_liability",
    "insurer": "Invented Mutual",
    "cover_pounds": 5_000_000,
    "starts_on": "2026-09-01",
    "expires_on": "2027-08-31",
}
CONFIRMED = {"confirmed_by": "C. Okafor, lead", "confirmed_on": "2026-11-20", "valid_until": "2027-07-31"}


async def insured(provider: Party, **changes: Any) -> str:
    """The path of a certificate that the provider has given."""
    given = await provider.post("/v1/insurance-certificates", INSURED | changes)
    assert given.status_code == 201, given.text
    return given.headers["Location"]


async def confirmed(provider: Party, **changes: Any) -> str:
    """The path of a confirmation that the provider has given."""
    given = await provider.post("/v1/safeguarding-confirmations", CONFIRMED | changes)
    assert given.status_code == 201, given.text
    return given.headers["Location"]


async def hold_lot(session: AsyncSession, world: World, *, ends_on: date) -> UUID:
    """An award of a lot of the council's to the provider, from September."""
    first = date(2026, 9, 1)
    framework = Framework(
        **made(LONG_AGO), council_id=world.council.id, name="Framework", starts_on=first, ends_on=date(2028, 8, 31)
    )
    session.add(framework)
    await session.flush()
    lot = Lot(
        **made(LONG_AGO), framework_id=framework.id, number=1, name="Full time", key_stages=[], delivery_options=[]
    )
    session.add(lot)
    await session.flush()
    award = LotAward(
        **made(LONG_AGO),
        lot_id=lot.id,
        council_id=world.council.id,
        provider_id=world.provider.id,
        starts_on=first,
        ends_on=ends_on,
        delivery_options=[],
    )
    session.add(award)
    await session.flush()
    return award.id


async def another_provider(session: AsyncSession, world: World) -> UUID:
    """A provider that the other council registered."""
    provider = Organisation(
        **made(LONG_AGO),
        kind=OrganisationKind.PROVIDER,
        name="Hollow Farm",
        sandbox_id=world.sandbox_id,
        registered_by_id=world.other_council.id,
    )
    session.add(provider)
    await session.flush()
    return provider.id


async def insure(session: AsyncSession, provider_id: UUID, expires_on: date) -> None:
    session.add(
        InsuranceCertificate(
            **made(LONG_AGO),
            provider_id=provider_id,
            kind=InsuranceKind.PUBLIC_LIABILITY,
            insurer="Invented Mutual",
            cover_pounds=5_000_000,
            starts_on=date(2026, 9, 1),
            expires_on=expires_on,
        )
    )
    await session.flush()


async def confirm(session: AsyncSession, provider_id: UUID, valid_until: date) -> None:
    session.add(
        SafeguardingConfirmation(
            **made(LONG_AGO),
            provider_id=provider_id,
            confirmed_by="C. Okafor, lead",
            confirmed_on=date(2026, 9, 1),
            valid_until=valid_until,
        )
    )
    await session.flush()


async def plan_visits(session: AsyncSession, world: World, planned_on: date, number: int) -> None:
    """Visits of the council's to the provider, all on one day."""
    framework_id = uuid4()
    session.add(
        QaFramework(
            **made(LONG_AGO),
            id=framework_id,
            council_id=world.council.id,
            series_id=framework_id,
            name="QA",
            areas=[],
            activity_types=[],
        )
    )
    await session.flush()
    session.add_all(
        QaVisit(
            **made(LONG_AGO),
            council_id=world.council.id,
            provider_id=world.provider.id,
            framework_id=framework_id,
            activity_type="validation-visit",
            state=VisitState.PLANNED,
            planned_on=planned_on,
            officers=[],
        )
        for _ in range(number)
    )
    await session.flush()
