"""The databases of a run: one that is migrated, and copies of it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from app.db import migrate
from app.db.embedded import EmbeddedServer
from app.db.embedded_database import Addresses, addresses_of, prepare


@dataclass(frozen=True)
class Databases:
    """`migrated` is never connected to again, so that it can be copied."""

    migrated: Addresses
    maintenance: str

    @contextmanager
    def copy(self) -> Iterator[Addresses]:
        """A database like the migrated one, dropped afterwards."""
        name = f"waymark_test_{uuid4().hex[:12]}"
        with _connected(self.maintenance) as connection:
            _copy(connection, str(make_url(self.migrated.owner).database), name)
        try:
            yield _renamed(self.migrated, name)
        finally:
            with _connected(self.maintenance) as connection:
                _run(connection, "drop database {} with (force)", name)


# A copy takes over all but who may do what with the database as a whole.
_GRANTED = """
    select coalesce(r.rolname, 'public'), a.privilege_type
    from pg_database d, aclexplode(d.datacl) a left join pg_roles r on r.oid = a.grantee
    where d.datname = %s
"""


def _copy(connection: psycopg.Connection, original: str, name: str) -> None:
    _run(connection, "create database {} template {}", name, original)
    _run(connection, "revoke all on database {} from public", name)
    for role, privilege in connection.execute(_GRANTED, [original]).fetchall():
        grantee = sql.SQL("public") if role == "public" else sql.Identifier(role)
        grant = sql.SQL("grant {} on database {} to {}")
        connection.execute(grant.format(sql.SQL(privilege), sql.Identifier(name), grantee))


@contextmanager
def embedded_databases(folder: Path) -> Iterator[Databases]:
    with EmbeddedServer.start(folder / "data", durable=False) as server:
        migrated = prepare(server, "migrated")
        migrate.upgrade(migrated.owner)
        try:
            yield Databases(migrated, addresses_of(server, "postgres").owner)
        finally:
            server.erase()  # as root its data lies elsewhere, where no temporary folder takes it along


@contextmanager
def databases_of_ones_own(environment: Mapping[str, str]) -> Iterator[Databases]:
    """Takes DATABASE_OWNER_URL (a role that may create databases), DATABASE_URL and DATABASE_WORKER_URL."""
    name = f"waymark_test_{uuid4().hex[:12]}"
    given = Addresses(*(environment[each] for each in ("DATABASE_URL", "DATABASE_WORKER_URL", "DATABASE_OWNER_URL")))
    with _connected(given.owner) as connection:
        _run(connection, "create database {}", name)
    try:
        migrated = _renamed(given, name)
        migrate.upgrade(migrated.owner)
        yield Databases(migrated, given.owner)
    finally:
        with _connected(given.owner) as connection:
            _run(connection, "drop database {} with (force)", name)


def _renamed(addresses: Addresses, database: str) -> Addresses:
    def renamed(url: str) -> str:
        return make_url(url).set(database=database).render_as_string(hide_password=False)

    return Addresses(app=renamed(addresses.app), worker=renamed(addresses.worker), owner=renamed(addresses.owner))


def _connected(url: str) -> psycopg.Connection:
    return psycopg.connect(url.replace("+psycopg", "", 1), autocommit=True)


def _run(connection: psycopg.Connection, statement: LiteralString, *names: str) -> None:
    connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
