"""What QA and toolkit tests share: a provider that stands on a council's framework, and row security met directly."""

from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.embedded_database import Addresses
from app.db.engine import make_engine, make_sessions
from app.models.frameworks import Framework, Lot, LotAward
from app.services.changes import made
from app.settings import Settings
from tests.world import TUESDAY_MORNING, World


async def award(database: Addresses, settings: Settings, council_id: UUID, provider_id: UUID) -> None:
    """The provider holds a lot of the council's framework for the school year."""
    first, last = date(2026, 9, 1), date(2027, 8, 31)
    engine = make_engine(database.owner, settings)
    async with make_sessions(engine)() as session:
        framework = Framework(
            **made(TUESDAY_MORNING), council_id=council_id, name="Framework", starts_on=first, ends_on=last
        )
        session.add(framework)
        await session.flush()
        lot = Lot(
            **made(TUESDAY_MORNING),
            framework_id=framework.id,
            number=1,
            name="Full time",
            key_stages=[],
            delivery_options=[],
        )
        session.add(lot)
        await session.flush()
        session.add(
            LotAward(
                **made(TUESDAY_MORNING),
                lot_id=lot.id,
                council_id=council_id,
                provider_id=provider_id,
                starts_on=first,
                ends_on=last,
                delivery_options=[],
            )
        )
        await session.commit()
    await engine.dispose()


async def become(session: AsyncSession, world: World, organisation_id: UUID | None, council_id: UUID | None) -> None:
    """Sets what the edge would set for a caller of this organisation, on a session of the application's role."""
    await session.execute(
        text(
            "select set_config('app.organisation', :me, true), set_config('app.sandbox', :sandbox, true),"
            " set_config('app.council', :council, true)"
        ),
        {
            "me": str(organisation_id or ""),
            "sandbox": str(world.sandbox_id),
            "council": str(council_id or ""),
        },
    )


async def rows_seen(
    settings: Settings, world: World, organisation_id: UUID | None, council_id: UUID | None, tables: list[str]
) -> dict[str, int]:
    """How many rows of each table the application's role meets when acting for an organisation."""
    engine = make_engine(settings.database_url or "", settings)
    async with make_sessions(engine)() as session:
        await become(session, world, organisation_id, council_id)
        seen = {t: int(await session.scalar(text(f"select count(*) from {t}")) or 0) for t in tables}
    await engine.dispose()
    return seen
