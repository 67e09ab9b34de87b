"""How alembic reaches the database: as the owner, one migration run at a time."""

import os

from alembic import context
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool
from sqlmodel import SQLModel

import app.models  # noqa: F401  # fills SQLModel.metadata

ONE_AT_A_TIME = 7295030571463


def owner_url() -> str:
    url = context.config.attributes.get("owner_url") or os.environ.get("DATABASE_OWNER_URL")
    if not url:
        raise SystemExit("Set DATABASE_OWNER_URL to the address of the database's owner.")
    return str(url)


def run() -> None:
    engine = create_engine(owner_url(), poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": ONE_AT_A_TIME})
        connection.commit()  # the lock belongs to the connection; alembic must find no transaction open
        context.configure(
            connection=connection,
            target_metadata=SQLModel.metadata,
            transaction_per_migration=True,
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("Migrations read the database, so they cannot be written out as SQL.")
run()
