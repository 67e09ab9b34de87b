"""The worker notes when it took up each sandbox, so that any number of workers share them.

Revision ID: 0016
Revises: 0015

Of its sandbox a player changes where the clock stands, and nothing else.
"""

import sqlalchemy as sa
from alembic import op

from migrations.row_security import MY_SANDBOX

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sandboxes", sa.Column("swept_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("drop policy app_adds on sandboxes")
    op.execute("drop policy app_removes on sandboxes")
    op.execute("revoke insert, update, delete on sandboxes from waymark_app")
    op.execute("grant update (stands_at) on sandboxes to waymark_app")


def downgrade() -> None:
    op.execute("revoke update (stands_at) on sandboxes from waymark_app")
    op.execute("grant insert, update, delete on sandboxes to waymark_app")
    mine = f"id = {MY_SANDBOX}"
    op.execute(f"create policy app_adds on sandboxes for insert to waymark_app with check ({mine})")
    op.execute(f"create policy app_removes on sandboxes for delete to waymark_app using ({mine})")
    op.drop_column("sandboxes", "swept_at")
