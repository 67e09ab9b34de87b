"""Schools return the placements that they commissioned and that ended, or that there were none.

Revision ID: 0030
Revises: 0029
"""

import sqlalchemy as sa
from alembic import op

from migrations.row_security import ME, MY_COUNCIL, owned, secure, seen, viewer

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

LINES = "placement_return_lines"


def upgrade() -> None:
    op.create_table(
        "placement_returns",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("council_id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.String(length=20), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("nil_return", sa.Boolean(), nullable=False),
        sa.Column("commissioned", sa.Integer(), nullable=False),
        sa.Column("ended", sa.Integer(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("filed_by", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("superseded_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("nil_return = (lines = 0)", name=op.f("ck_placement_returns_nil_where_nothing")),
        sa.ForeignKeyConstraint(["school_id"], ["organisations.id"], name=op.f("fk_placement_returns_school_id")),
        sa.ForeignKeyConstraint(["council_id"], ["organisations.id"], name=op.f("fk_placement_returns_council_id")),
        sa.ForeignKeyConstraint(
            ["superseded_by_id"], ["placement_returns.id"], name=op.f("fk_placement_returns_superseded_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placement_returns")),
        sa.UniqueConstraint("school_id", "period", "number", name=op.f("uq_placement_returns_school_id_period_number")),
        sa.UniqueConstraint("superseded_by_id", name=op.f("uq_placement_returns_superseded_by_id")),
    )
    op.create_index(op.f("ix_placement_returns_council_id"), "placement_returns", ["council_id"])
    op.create_table(
        LINES,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("return_id", sa.Uuid(), nullable=False),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("commissioned", sa.Boolean(), nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.CheckConstraint("commissioned or ended", name=op.f("ck_placement_return_lines_says_something")),
        sa.ForeignKeyConstraint(
            ["return_id"], ["placement_returns.id"], name=op.f("fk_placement_return_lines_return_id")
        ),
        sa.ForeignKeyConstraint(
            ["placement_id"], ["placements.id"], name=op.f("fk_placement_return_lines_placement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placement_return_lines")),
        sa.UniqueConstraint("return_id", "placement_id", name=op.f("uq_placement_return_lines_return_id_placement_id")),
    )
    op.create_index(op.f("ix_placement_return_lines_placement_id"), LINES, ["placement_id"])
    secure(
        "placement_returns",
        f"school_id = {ME} or council_id = {ME}",
        adds=f"school_id = {ME} and council_id = {MY_COUNCIL}",
        changes=f"school_id = {ME}",
        columns=("superseded_by_id", "changed_at", "version"),
        worker="adds",
    )
    # A council reads of a return the placements that it may see, and is told how many there are.
    secure(
        LINES,
        f"{viewer(LINES)} and {seen('placement_returns', 'return_id', LINES)}",
        adds=f"{owned('placement_returns', 'return_id', LINES, 'school_id')}"
        f" and {owned('placements', 'placement_id', LINES, 'commissioner_id')}",
    )


def downgrade() -> None:
    op.drop_table(LINES)
    op.drop_table("placement_returns")
