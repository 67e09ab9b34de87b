"""Columns that every table shares, and how the kinds of value are stored."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Date, DateTime, Enum, MetaData, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlmodel import Field, SQLModel

SQLModel.metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

INSTANT: Any = DateTime(timezone=True)
TEXTS: Any = ARRAY(Text())
DAYS: Any = ARRAY(Date())
IDS: Any = ARRAY(PG_UUID(as_uuid=True))
JSON: Any = JSONB(none_as_null=True)


def slug(enum: type[StrEnum]) -> Any:
    """An enumeration stored as its text under a CHECK, so that adding a value is a small migration."""
    return Enum(
        enum,
        native_enum=False,
        create_constraint=True,
        length=40,
        name=enum.__name__.lower(),
        values_callable=lambda members: [m.value for m in members],
    )


class Record(SQLModel):
    """An aggregate: an id that says nothing, when it was made and last changed, and the version behind its ETag.

    `created_at` and `changed_at` are the domain's time, which a sandbox clock may move.
    """

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    created_at: datetime = Field(sa_type=INSTANT)
    changed_at: datetime = Field(sa_type=INSTANT)
    version: int = Field(default=1)
