"""Connections: one engine a role and process, one session a request.

Nothing here commits. The edge (`app.web.edge`) ends a request's transaction; docs/architecture.md names the others.
"""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from app.settings import Settings

Sessions = async_sessionmaker[AsyncSession]

_SEARCH_PATH = "-c search_path=public"

# A statement that outlives these has lost its caller; holding locks for it would stop others posting.
_TIMEOUTS = "-c statement_timeout=10s -c lock_timeout=3s -c idle_in_transaction_session_timeout=15s"


# For what must never be blocked: few, since each is held for milliseconds, and waited for rather than given up.
_RESERVED, _RESERVED_WAIT_SECONDS = 3, 5.0


def make_engine(url: str, settings: Settings, *, reserved: bool = False) -> AsyncEngine:
    """`reserved` connections are few and beside the others: no crowd of ordinary requests can take them."""
    return create_async_engine(
        url,
        pool_size=_RESERVED if reserved else settings.database_pool_size,
        max_overflow=0,
        pool_timeout=_RESERVED_WAIT_SECONDS if reserved else settings.database_pool_wait_seconds,
        pool_use_lifo=True,
        pool_reset_on_return="rollback",
        connect_args={"options": f"-c timezone=UTC {_SEARCH_PATH} {_TIMEOUTS}", "connect_timeout": 2},
    )


def make_sessions(engine: AsyncEngine) -> Sessions:
    return async_sessionmaker(engine, expire_on_commit=False, autoflush=False)


class UnsafeDatabaseError(RuntimeError):
    """The database would lose acknowledged writes, or its role would see past row security."""


async def refuse_unsafe_database(engine: AsyncEngine, settings: Settings) -> None:
    """Raises UnsafeDatabaseError where durability is off or the role is above row security."""
    async with engine.connect() as connection:
        row = (
            await connection.execute(
                text(
                    "select current_setting('fsync') = 'on' and current_setting('synchronous_commit') <> 'off',"
                    " rolsuper or rolbypassrls, rolname from pg_roles where rolname = current_user"
                )
            )
        ).one()
    durable, above_row_security, role = row
    if above_row_security:
        raise UnsafeDatabaseError(f"role {role} is a superuser or has BYPASSRLS; use the application role")
    if not durable and not settings.database_accepts_unsafe:
        raise UnsafeDatabaseError("fsync or synchronous_commit is off: acknowledged attendance could be lost")
