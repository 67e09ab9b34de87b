"""Telling the database for whom a transaction's statements run, where no credential of a request has told it.

Row security and the definer functions read it, as `find_credential` sets it for a request.
"""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_SPEAK = text("select set_config(:name, :id, true)")


async def speak_for(
    session: AsyncSession, *, organisation: UUID, sandbox: UUID | None, council: UUID | None, client: UUID
) -> None:
    """Until the transaction ends, and for this organisation alone."""
    told = {"organisation": organisation, "sandbox": sandbox, "council": council, "client": client}
    for name, id_ in told.items():
        await session.execute(_SPEAK, {"name": f"app.{name}", "id": "" if id_ is None else str(id_)})
