"""The job queue: procrastinate's own tables, in the schema `jobs`.

Revision ID: 0003
Revises: 0002

The application role may add a job and nothing else: it cannot read what others have queued. Adding runs as the owner,
because procrastinate's triggers write to its other tables. The SQL comes from the installed procrastinate, which is
pinned to 3.10: its next release needs a revision of its own, made from the migrations that it ships.
"""

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

DEFER = "jobs.procrastinate_defer_jobs_v1(jobs.procrastinate_job_to_defer_v1[])"


def upgrade() -> None:
    op.execute("create schema jobs")
    op.execute("set local search_path = jobs")
    with op.get_bind().connection.cursor() as cursor:
        cursor.execute(SchemaManager.get_schema())
    op.execute("set local search_path = public")
    op.execute(f"alter function {DEFER} security definer set search_path = jobs, pg_temp")
    op.execute("revoke execute on all functions in schema jobs from public")
    op.execute("grant usage on schema jobs to waymark_app, waymark_worker")
    op.execute(f"grant execute on function {DEFER} to waymark_app")
    op.execute("grant select, insert, update, delete on all tables in schema jobs to waymark_worker")
    op.execute("grant usage on all sequences in schema jobs to waymark_worker")
    op.execute("grant execute on all functions in schema jobs to waymark_worker")


def downgrade() -> None:
    op.execute("drop schema jobs cascade")
