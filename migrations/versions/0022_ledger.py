"""The ledger follows changes made after the fact: since when a closure is known, and a session waived.

Revision ID: 0022
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0020"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("expected_sessions", sa.Column("waived_at", _INSTANT, nullable=True))
    op.execute("update expected_sessions set waived_at = changed_at where waived_by is not null")
    op.add_column("calendars", sa.Column("follow_to", sa.Date(), nullable=True))
    op.execute(
        "update calendars c set follow_to = (select max(h.last_on) from calendar_half_terms h"
        " where h.calendar_id = c.id) where follow_from is not null"
    )
    op.add_column("calendar_closures", sa.Column("declared_at", _INSTANT, nullable=True))
    op.execute(
        "update calendar_closures x set declared_at = least(c.created_at, (x.day - 1)::timestamptz)"
        " from calendars c where c.id = x.calendar_id"
    )
    op.alter_column("calendar_closures", "declared_at", nullable=False)
    op.create_index("ix_events_recorded_at", "events", ["recorded_at"], postgresql_using="brin")


def downgrade() -> None:
    op.drop_index("ix_events_recorded_at", table_name="events")
    op.execute(
        "delete from expected_sessions where first_received_at is null"
        " and waived_by in ('closure', 'not_timetabled', 'placement_over')"
    )
    op.execute(
        "update expected_sessions set waived_by = null where waived_by in ('closure', 'not_timetabled', 'placement_over')"
    )
    op.drop_column("calendar_closures", "declared_at")
    op.drop_column("calendars", "follow_to")
    op.drop_column("expected_sessions", "waived_at")
