"""An agreement may be about other things than a suspension.

Revision ID: 0004
Revises: 0003
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("agreements", "suspension_id", nullable=True)
    op.create_check_constraint(op.f("ck_agreements_one_subject"), "agreements", "num_nonnulls(suspension_id) = 1")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_agreements_one_subject"), "agreements")
    op.execute("delete from agreements where suspension_id is null")
    op.alter_column("agreements", "suspension_id", nullable=False)
