"""The driver's connection under a session: the same transaction, without the toolkit's cost a statement.

For the statements that every request runs, and for the bulk submission; everything else goes through the session. A
connection that the server has closed is found by the session's own first statement in the transaction.
"""

from typing import Any

from psycopg import AsyncConnection
from sqlalchemy.ext.asyncio import AsyncSession


async def driver(session: AsyncSession) -> AsyncConnection[Any]:
    """The connection on which the session's transaction runs; begins one where none has begun."""
    if not session.in_transaction():
        await session.connection()
    connection = session.sync_session.connection().connection.driver_connection
    assert isinstance(connection, AsyncConnection)
    return connection
