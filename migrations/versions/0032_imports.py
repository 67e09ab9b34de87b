"""Imports of files, row by row.

Revision ID: 0032
Revises: 0031
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.row_security import ME, MY_CLIENT, secure

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

KINDS = ("pupils", "placements", "providers", "calendars")
STATES = ("awaiting_content", "waiting", "running", "completed", "cancelled", "stopped")
ROW_STATES = ("waiting", "made", "changed", "unchanged", "rejected", "not_done")
COUNTS = ("row_count", "made_count", "changed_count", "unchanged_count", "rejected_count", "not_done_count")
MOVED = (
    "state, client_id, on_behalf_of, stopped_because, media_type, content_sha256, uploaded_at, settled_at, changed_at, version, "
    + ", ".join(COUNTS)
)

# The life of an import, as `rules.imports` has it, whoever writes.
KEEP = """
create function keep_import() returns trigger language plpgsql as $$
begin
    if old.state in ('completed', 'cancelled', 'stopped') then
        raise insufficient_privilege using message = 'an import that is over stays as it is';
    end if;
    if new.state <> old.state and (old.state, new.state) not in (
        ('awaiting_content', 'waiting'), ('awaiting_content', 'cancelled'), ('waiting', 'running'),
        ('waiting', 'cancelled'), ('waiting', 'stopped'), ('running', 'completed'), ('running', 'cancelled'),
        ('running', 'stopped')) then
        raise insufficient_privilege using message = 'an import does not move so';
    end if;
    if (new.client_id, new.on_behalf_of) is distinct from (old.client_id, old.on_behalf_of) and not (
        (old.state, new.state) = ('awaiting_content', 'waiting')
        and new.client_id = nullif(current_setting('app.client', true), '')::uuid) then
        raise insufficient_privilege using message = 'an import is done for the client that sent its file';
    end if;
    return new;
end $$;

create trigger imports_keep before update on imports for each row execute function keep_import();
"""

_OPENED = (
    f"exists (select 1 from imports p where p.id = import_rows.import_id and p.organisation_id = {ME}"
    " and p.state = 'awaiting_content')"
)


def _slug(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table(
        "imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("on_behalf_of", sa.String(length=200), nullable=True),
        sa.Column("kind", _slug("importkind", *KINDS), nullable=False),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("calendar_name", sa.String(length=200), nullable=True),
        sa.Column("state", _slug("importstate", *STATES), nullable=False),
        sa.Column("stopped_because", _slug("stopreason", "client_revoked", "scope_lacking"), nullable=True),
        sa.Column("media_type", sa.String(length=40), nullable=True),
        sa.Column("content_sha256", sa.String(length=64), nullable=True),
        *(sa.Column(each, sa.Integer(), nullable=False) for each in COUNTS),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("kept_until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_imports_organisation_id")),
        sa.ForeignKeyConstraint(["client_id"], ["api_clients.id"], name=op.f("fk_imports_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
        sa.UniqueConstraint("id", "organisation_id", name=op.f("uq_imports_id_organisation_id")),
    )
    op.create_index(op.f("ix_imports_organisation_id"), "imports", ["organisation_id"])
    op.create_index(
        "ix_imports_due", "imports", ["changed_at"], postgresql_where=sa.text("state in ('waiting', 'running')")
    )
    op.create_index("ix_imports_kept_until", "imports", ["kept_until"])
    op.create_table(
        "import_rows",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.Integer(), nullable=False),
        sa.Column("state", _slug("rowstate", *ROW_STATES), nullable=False),
        sa.Column("cells", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("made_id", sa.Uuid(), nullable=True),
        sa.Column("faults", postgresql.JSONB(none_as_null=True), server_default="[]", nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id", "organisation_id"],
            ["imports.id", "imports.organisation_id"],
            name=op.f("fk_import_rows_import_id_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("import_id", "line", name=op.f("pk_import_rows")),
    )
    op.create_index(
        "ix_import_rows_waiting", "import_rows", ["import_id", "unit"], postgresql_where=sa.text("state = 'waiting'")
    )
    op.create_index(
        "ix_import_rows_made_id", "import_rows", ["made_id"], postgresql_where=sa.text("made_id is not null")
    )
    # A file without UPNs finds its children by their birthdays.
    op.create_index("ix_pupils_registered_by_id_date_of_birth", "pupils", ["registered_by_id", "date_of_birth"])
    _secure()
    op.execute(KEEP)


def _secure() -> None:
    nothing_done = " and ".join(f"{each} = 0" for each in COUNTS)
    secure(
        "imports",
        f"organisation_id = {ME}",
        adds=f"organisation_id = {ME} and client_id = {MY_CLIENT} and state = 'awaiting_content' and {nothing_done}",
    )
    op.execute(f"grant update ({MOVED}) on imports to waymark_app")
    op.execute(f"create policy app_changes on imports for update to waymark_app using (organisation_id = {ME})")
    secure(
        "import_rows",
        f"organisation_id = {ME}",
        adds=f"organisation_id = {ME} and state in ('waiting', 'rejected') and made_id is null and {_OPENED}",
    )
    op.execute("grant update (state, cells, made_id, faults) on import_rows to waymark_app")
    op.execute(
        "create policy app_changes on import_rows for update to waymark_app"
        f" using (organisation_id = {ME} and state = 'waiting')"
        f" with check (organisation_id = {ME} and state <> 'waiting' and cells is null)"
    )


def downgrade() -> None:
    op.drop_index("ix_pupils_registered_by_id_date_of_birth", table_name="pupils")
    op.drop_table("import_rows")
    op.drop_table("imports")
    op.execute("drop function keep_import()")
