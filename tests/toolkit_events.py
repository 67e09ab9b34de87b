"""Who was told of something, by the events that the database holds."""

from uuid import UUID

from sqlalchemy import text

from app.db.embedded_database import Addresses
from app.db.engine import make_engine, make_sessions
from app.settings import Settings


async def told(database: Addresses, settings: Settings, event: str, path: str) -> set[UUID]:
    """The organisations that events of this type about `path` are for."""
    engine = make_engine(database.owner, settings)
    async with make_sessions(engine)() as session:
        found = await session.scalars(
            text(
                "select a.organisation_id from events e join event_audiences a on a.event_id = e.id"
                " where e.type = :event and e.resource = :path"
            ),
            {"event": event, "path": path},
        )
        audience = set(found)
    await engine.dispose()
    return audience
