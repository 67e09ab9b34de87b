"""What no operation shows yet, read and set in the database itself: the ledger, the audience of events, the clock."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from app.db.embedded_database import Addresses
from tests.owner import engine_of
from tests.world import World


@dataclass(frozen=True)
class Ledger:
    database: Addresses
    world: World

    async def sql(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        """Runs one statement as the owner."""
        return await self._run(self.database.owner, [(statement, values)])

    async def sql_as(self, organisation: UUID, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        """Runs one statement as the application role does it for an organisation, under row security."""
        claim = ("select set_config('app.organisation', :organisation, true)", {"organisation": str(organisation)})
        return await self._run(self.database.app, [claim, (statement, values)])

    async def stand_at(self, instant: datetime) -> None:
        """Moves the clock of the world."""
        await self.sql("update sandboxes set stands_at = :at where id = :id", at=instant, id=self.world.sandbox_id)

    async def sessions(self, placement: str) -> dict[str, str]:
        """Each expected session as `2026-11-26 am`, with what waives it (or nothing)."""
        rows = await self.sql(
            "select on_date || ' ' || session, coalesce(waived_by, '') from expected_sessions"
            " where placement_id = :placement order by on_date, session",
            placement=placement,
        )
        return {row[0]: row[1] for row in rows}

    async def waived(self, placement: str) -> list[str]:
        return [session for session, by in (await self.sessions(placement)).items() if by == "suspension"]

    async def told(self, event: str, resource: str) -> set[UUID]:
        """Who was told of an event about a resource."""
        rows = await self.sql(
            "select a.organisation_id from events e join event_audiences a on a.event_id = e.id"
            " where e.type = :event and e.resource = :resource",
            event=event,
            resource=resource,
        )
        return {row[0] for row in rows}

    async def watches(self, organisation: UUID, placement: str) -> None:
        """Lets an organisation see a placement without being a party to it."""
        await self.sql(
            "insert into placement_viewers (organisation_id, placement_id, basis) values (:who, :what, 'home_council')",
            who=organisation,
            what=placement,
        )

    async def _run(self, url: str, statements: list[tuple[str, dict[str, Any]]]) -> list[tuple[Any, ...]]:
        async with engine_of(url).begin() as connection:
            for statement, values in statements:
                result = await connection.execute(text(statement), values)
            return [tuple(row) for row in result] if result.returns_rows else []
