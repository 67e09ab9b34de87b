"""What the operator reads over all live organisations."""

from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.embedded_database import Addresses
from app.queries.administration import outstanding_everywhere
from app.rules.calendars import SchoolSession
from tests.placing import TUESDAY, expect, owner_session, place, publish_calendar
from tests.world import World

AT_0931 = datetime(2026, 11, 24, 9, 31, tzinfo=UTC)
IN_TIME = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


async def test_the_country_is_counted_by_council_and_provider(world: World, database: Addresses) -> None:
    async with owner_session(database.owner) as session:
        calendar = await publish_calendar(session, world)
        for provider, received_at in (
            (world.provider, None),
            (world.provider, IN_TIME),
            (world.other_provider, IN_TIME),
        ):
            placement = await place(session, world, calendar, provider=provider)
            await expect(session, placement, provider, received_at=received_at)
            await expect(session, placement, provider, which=SchoolSession.PM)
        waived = await place(session, world, calendar)
        await expect(session, waived, world.provider, waived_by="suspension")
        assert await _told(session) == []
        await session.execute(
            text("update organisations set sandbox_id = null where sandbox_id = :id"), {"id": world.sandbox_id}
        )
        assert await _told(session) == [
            ("Northshire Council", "Meadow Farm", 4, 2, 1, 1),
            ("Northshire Council", "Forge Garage", 2, 1, 1, 0),
        ]
        await session.rollback()


async def _told(session: AsyncSession) -> list[tuple[object, ...]]:
    found = await outstanding_everywhere(session, TUESDAY, AT_0931)
    return [(r.council, r.provider, int(r.expected), int(r.due), int(r.received), int(r.missing)) for r in found]
