"""Emails about attendance: what each organisation wants by email, and what became of each email.

Revision ID: 0018
Revises: 0017
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.row_security import ME, secure, viewer

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

KEY = ["on_date", "kind", "part", "address"]

# The one told or, of an email to a named service, the one that listed it; its commissioner and host school too.
_COMMISSIONED_OR_ON_ROLL = (
    "exists (select 1 from placements p where p.id = email_deliveries.placement_id"
    f" and {ME} in (p.commissioner_id, p.host_school_id))"
)
SEES = (
    f"placement_id is null and organisation_id = {ME} or placement_id is not null and {viewer('email_deliveries')}"
    f" and (organisation_id = {ME} or {_COMMISSIONED_OR_ON_ROLL})"
)
MINE = f"organisation_id = {ME}"


def _slug(name: str, values: Sequence[str]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "email_sweeps",
        sa.Column("world", sa.String(length=40), nullable=False),
        _instant("swept_until"),
        sa.PrimaryKeyConstraint("world", name=op.f("pk_email_sweeps")),
    )
    op.create_table(
        "notification_settings",
        sa.Column("id", sa.Uuid(), nullable=False),
        _instant("created_at"),
        _instant("changed_at"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("daily_on", sa.Boolean(), nullable=False),
        sa.Column("daily_addresses", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("morning_at", sa.Time(), nullable=False),
        sa.Column("afternoon_at", sa.Time(), nullable=False),
        sa.Column("list_on", sa.Boolean(), nullable=False),
        sa.Column("list_addresses", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("list_at", sa.Time(), nullable=False),
        sa.Column("child_named_as", _slug("childnaming", ["full_name", "initials"]), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_notification_settings_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification_settings")),
        sa.UniqueConstraint("organisation_id", name=op.f("uq_notification_settings_organisation_id")),
    )
    _create_deliveries()
    secure("email_sweeps", "false")
    secure(
        "notification_settings",
        MINE,
        adds=MINE,
        changes=MINE,
        columns=(
            "daily_on",
            "daily_addresses",
            "morning_at",
            "afternoon_at",
            "list_on",
            "list_addresses",
            "list_at",
            "child_named_as",
            "changed_at",
            "version",
        ),
    )
    secure("email_deliveries", SEES)


def _create_deliveries() -> None:
    kinds = ["daily_attendance", "attendance_changes", "missing_list", "missing_reminder"]
    states = ["pending", "sent", "failed", "abandoned", "no_address", "not_needed"]
    op.create_table(
        "email_deliveries",
        sa.Column("id", sa.Uuid(), nullable=False),
        _instant("created_at"),
        _instant("changed_at"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", _slug("emailkind", kinds), nullable=False),
        sa.Column("part", _slug("emailpart", ["am", "pm", "end_of_day", "first", "follow_up"]), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("placement_id", sa.Uuid(), nullable=True),
        sa.Column("placement_contact_id", sa.Uuid(), nullable=True),
        sa.Column("roles", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=True),
        sa.Column("state", _slug("emailstate", states), nullable=False),
        _instant("due_at"),
        _instant("useful_until"),
        _instant("next_attempt_at"),
        sa.Column("attempts", postgresql.JSONB(none_as_null=True), nullable=False),
        _instant("sent_at", nullable=True),
        sa.Column("placement_ids", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_email_deliveries_organisation_id")
        ),
        sa.ForeignKeyConstraint(["placement_id"], ["placements.id"], name=op.f("fk_email_deliveries_placement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_email_deliveries")),
    )
    op.create_index(
        "uq_email_deliveries_to_organisation",
        "email_deliveries",
        ["organisation_id", *KEY],
        unique=True,
        postgresql_where=sa.text("placement_id is null"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_index(
        "uq_email_deliveries_to_service",
        "email_deliveries",
        ["placement_id", *KEY],
        unique=True,
        postgresql_where=sa.text("placement_id is not null"),
    )
    op.create_index(
        "ix_email_deliveries_unsent",
        "email_deliveries",
        ["next_attempt_at"],
        postgresql_where=sa.text("state in ('pending', 'failed')"),
    )
    op.create_index("ix_email_deliveries_on_date", "email_deliveries", ["on_date", "kind"])
    op.create_index("ix_email_deliveries_placement_ids", "email_deliveries", ["placement_ids"], postgresql_using="gin")


def downgrade() -> None:
    op.drop_table("email_deliveries")
    op.drop_table("notification_settings")
    op.drop_table("email_sweeps")
