"""The database as its owner sees it, past row security: connections that the tests of a process share."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from app.db.engine import Sessions, make_sessions

_OPTIONS = "-c search_path=public"
_engines: dict[str, AsyncEngine] = {}
_connections: dict[str, psycopg.Connection] = {}


def engine_of(url: str) -> AsyncEngine:
    """Of any role's address."""
    if url not in _engines:
        _engines[url] = create_async_engine(url, connect_args={"options": _OPTIONS})
    return _engines[url]


def sessions_of(url: str) -> Sessions:
    return make_sessions(engine_of(url))


@contextmanager
def connection_of(url: str) -> Iterator[psycopg.Connection]:
    """For tests that ask without awaiting; each statement is committed by itself."""
    if url not in _connections:
        _connections[url] = psycopg.connect(url.replace("+psycopg", "", 1), autocommit=True, options=_OPTIONS)
    yield _connections[url]


async def let_go(url: str) -> None:
    """Closes what is open to an address, before the database goes."""
    if url in _engines:
        await _engines.pop(url).dispose()
    if url in _connections:
        _connections.pop(url).close()
