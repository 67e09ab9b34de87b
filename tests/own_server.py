"""Running the suite on a PostgreSQL of one's own: a database is made on it for the run and dropped afterwards."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from uuid import uuid4

from sqlalchemy import create_engine, make_url, text

from app.db import migrate
from app.db.embedded_database import Addresses


@contextmanager
def own_server_database(environment: Mapping[str, str]) -> Iterator[Addresses]:
    """Takes DATABASE_OWNER_URL (a role that may create databases), DATABASE_URL and DATABASE_WORKER_URL."""
    name = f"waymark_test_{uuid4().hex[:12]}"
    owner = make_url(environment["DATABASE_OWNER_URL"])
    engine = create_engine(owner, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"create database {name}"))
    try:
        urls = [
            make_url(environment[variable]).set(database=name).render_as_string(hide_password=False)
            for variable in ("DATABASE_URL", "DATABASE_WORKER_URL", "DATABASE_OWNER_URL")
        ]
        migrate.upgrade(urls[2])
        yield Addresses(app=urls[0], worker=urls[1], owner=urls[2])
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"drop database {name} with (force)"))
        engine.dispose()
