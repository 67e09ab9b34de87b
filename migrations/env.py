"""How alembic reaches the database: as the owner, one migration run at a time."""

import os
import re

from alembic import context
from sqlalchemy import ForeignKeyConstraint, create_engine, text
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import SchemaItem
from sqlmodel import SQLModel

import app.models  # noqa: F401  # fills SQLModel.metadata

ONE_AT_A_TIME = 7295030571463


def owner_url() -> str:
    url = context.config.attributes.get("owner_url") or os.environ.get("DATABASE_OWNER_URL")
    if not url:
        raise SystemExit("Set DATABASE_OWNER_URL to the address of the database's owner.")
    return str(url)


PARTITION = re.compile(r"(expected_sessions|attendance_marks)_(\d{4}|other)")


def _is_ours(declared: SchemaItem, name: str | None, kind: str, reflected: bool, _other: object) -> bool:
    """Partitions, and the copies of foreign keys that point at them, are made by migrations alone: autogenerate must
    not take them for something that nobody declared.
    """
    if isinstance(declared, ForeignKeyConstraint):
        name = declared.elements[0].target_fullname.split(".")[0]
    return not (reflected and PARTITION.fullmatch(name or ""))


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
            include_object=_is_ours,
        )
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("Migrations read the database, so they cannot be written out as SQL.")
run()
