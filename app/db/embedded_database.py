"""The database and roles that Waymark needs on an embedded server, and the addresses that lead to them."""

from dataclasses import dataclass

import psycopg
from psycopg import sql

from app.db.embedded import OWNER_ROLE, EmbeddedServer

APP_ROLE = "waymark_app"
WORKER_ROLE = "waymark_worker"


@dataclass(frozen=True)
class Addresses:
    """One database as three roles see it: the owner migrates, the API and the worker are held by row
    security.
    """

    app: str
    worker: str
    owner: str

    def environment(self) -> dict[str, str]:
        return {
            "DATABASE_URL": self.app,
            "DATABASE_WORKER_URL": self.worker,
            "DATABASE_OWNER_URL": self.owner,
        }


def addresses_of(server: EmbeddedServer, database: str = "waymark") -> Addresses:
    return Addresses(
        app=server.url(database, APP_ROLE),
        worker=server.url(database, WORKER_ROLE),
        owner=server.url(database, OWNER_ROLE),
    )


def prepare(server: EmbeddedServer, database: str = "waymark") -> Addresses:
    """Make the database and the two login roles where they are absent. Migrations come afterwards."""
    maintenance = server.url("postgres").replace("postgresql+psycopg:", "postgresql:", 1)
    with psycopg.connect(maintenance, autocommit=True) as connection:
        for role in (APP_ROLE, WORKER_ROLE):
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                connection.execute(
                    sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS").format(sql.Identifier(role))
                )
            connection.execute(sql.SQL("ALTER ROLE {} LOGIN").format(sql.Identifier(role)))
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(
                    sql.Identifier(database), sql.Identifier(OWNER_ROLE)
                )
            )
    return addresses_of(server, database)
