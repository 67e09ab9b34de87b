"""The databases of a run: one that is migrated, and copies of it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
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
        self._run(f"create database {name} template {make_url(self.migrated.owner).database}")
        try:
            yield _renamed(self.migrated, name)
        finally:
            self._run(f"drop database {name} with (force)")

    def _run(self, statement: str) -> None:
        _run(self.maintenance, statement)


@contextmanager
def embedded_databases(folder: Path) -> Iterator[Databases]:
    with EmbeddedServer.start(folder / "data", durable=False) as server:
        migrated = prepare(server, "migrated")
        migrate.upgrade(migrated.owner)
        yield Databases(migrated, addresses_of(server, "postgres").owner)


@contextmanager
def databases_of_ones_own(environment: Mapping[str, str]) -> Iterator[Databases]:
    """Takes DATABASE_OWNER_URL (a role that may create databases), DATABASE_URL and DATABASE_WORKER_URL."""
    name = f"waymark_test_{uuid4().hex[:12]}"
    given = Addresses(*(environment[each] for each in ("DATABASE_URL", "DATABASE_WORKER_URL", "DATABASE_OWNER_URL")))
    _run(given.owner, f"create database {name}")
    try:
        migrated = _renamed(given, name)
        migrate.upgrade(migrated.owner)
        yield Databases(migrated, given.owner)
    finally:
        _run(given.owner, f"drop database {name} with (force)")


def _renamed(addresses: Addresses, database: str) -> Addresses:
    def renamed(url: str) -> str:
        return make_url(url).set(database=database).render_as_string(hide_password=False)

    return Addresses(app=renamed(addresses.app), worker=renamed(addresses.worker), owner=renamed(addresses.owner))


def _run(url: str, statement: str) -> None:
    with psycopg.connect(url.replace("+psycopg", "", 1), autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[call-overload]
