"""Imports of files, and what became of each of their rows."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.models.columns import INSTANT, JSON, Record, slug
from app.rules.imports import ImportKind, ImportState, RowState, StopReason


class Import(Record, table=True):
    """One file of one organisation, done row by row for the client that sent it; before, that opened the import.

    Progress moves the counts and `changed_at`; `version` moves with the state alone, so that an import that runs can
    be cancelled. `kept_until` is by the machine's clock: the report is then forgotten.
    """

    __tablename__ = "imports"
    __table_args__ = (
        UniqueConstraint("id", "organisation_id"),
        Index("ix_imports_due", "changed_at", postgresql_where=text("state in ('waiting', 'running')")),
        Index("ix_imports_kept_until", "kept_until"),
    )

    organisation_id: UUID = Field(foreign_key="organisations.id", index=True)
    client_id: UUID = Field(foreign_key="api_clients.id")
    on_behalf_of: str | None = Field(default=None, max_length=200)
    kind: ImportKind = Field(sa_type=slug(ImportKind))
    dry_run: bool
    calendar_name: str | None = Field(default=None, max_length=200)
    state: ImportState = Field(sa_type=slug(ImportState))
    stopped_because: StopReason | None = Field(default=None, sa_type=slug(StopReason))
    media_type: str | None = Field(default=None, max_length=40)
    content_sha256: str | None = Field(default=None, max_length=64)
    row_count: int = Field(default=0)
    made_count: int = Field(default=0)
    changed_count: int = Field(default=0)
    unchanged_count: int = Field(default=0)
    rejected_count: int = Field(default=0)
    not_done_count: int = Field(default=0)
    uploaded_at: datetime | None = Field(default=None, sa_type=INSTANT)
    settled_at: datetime | None = Field(default=None, sa_type=INSTANT)
    kept_until: datetime = Field(sa_type=INSTANT)


class ImportRow(SQLModel, table=True):
    """A row by the line that it begins on. Rows of one `unit` (a calendar) go in together or not at all.

    What the row said is in `cells` until it is done, and then nowhere: the report names columns, never values.
    `made_id` is what the row made, changed or found.
    """

    __tablename__ = "import_rows"
    __table_args__ = (
        ForeignKeyConstraint(
            ["import_id", "organisation_id"], ["imports.id", "imports.organisation_id"], ondelete="CASCADE"
        ),
        Index("ix_import_rows_waiting", "import_id", "unit", postgresql_where=text("state = 'waiting'")),
        Index("ix_import_rows_made_id", "made_id", postgresql_where=text("made_id is not null")),
    )

    import_id: UUID = Field(primary_key=True)
    line: int = Field(primary_key=True)
    organisation_id: UUID
    unit: int
    state: RowState = Field(sa_type=slug(RowState))
    cells: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    made_id: UUID | None = None
    faults: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON, sa_column_kwargs={"server_default": "[]"})
