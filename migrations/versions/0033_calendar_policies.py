"""A calendar is seen where its owner is, asked by a function: its rows are read in every request about a placement.

Revision ID: 0033
Revises: 0032

Written out in each policy, what decides who sees an organisation took two milliseconds to plan, and was planned anew
in every query of half-terms and closures. The function runs with the rights and under the policies of whoever calls
it; its plan is kept.
"""

from alembic import op

from migrations.row_security import ME, resecure, seen

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

FUNCTION = """
create function sees_organisation(wanted uuid) returns boolean
language plpgsql stable parallel safe set search_path = public, pg_temp as $$
begin
    return exists (select from organisations o where o.id = wanted);
end $$
"""


def upgrade() -> None:
    op.execute(FUNCTION)
    op.execute("revoke execute on function sees_organisation(uuid) from public")
    op.execute("grant execute on function sees_organisation(uuid) to waymark_app, waymark_worker")
    resecure("calendars", "app_sees", f"owner_id = {ME} or sees_organisation(owner_id)")


def downgrade() -> None:
    resecure("calendars", "app_sees", seen("organisations", "owner_id", "calendars"))
    op.execute("drop function sees_organisation(uuid)")
