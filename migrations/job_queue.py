"""The job queue that revision 0003 made and 0024 took away: procrastinate's own tables, in the schema `jobs`.

The application role may add a job and nothing else: it cannot read what others have queued. Adding runs as the owner,
because procrastinate's triggers write to its other tables.
"""

from pathlib import Path

from alembic import op

TABLES = Path(__file__).with_name("job_queue.sql")
DEFER = "jobs.procrastinate_defer_jobs_v1(jobs.procrastinate_job_to_defer_v1[])"


def make_job_queue() -> None:
    op.execute("create schema jobs")
    op.execute("set local search_path = jobs")
    with op.get_bind().connection.cursor() as cursor:
        cursor.execute(TABLES.read_text(encoding="utf-8"))
    op.execute("set local search_path = public")
    op.execute(f"alter function {DEFER} security definer set search_path = jobs, pg_temp")
    op.execute("revoke execute on all functions in schema jobs from public")
    op.execute("grant usage on schema jobs to waymark_app, waymark_worker")
    op.execute(f"grant execute on function {DEFER} to waymark_app")
    op.execute("grant select, insert, update, delete on all tables in schema jobs to waymark_worker")
    op.execute("grant usage on all sequences in schema jobs to waymark_worker")
    op.execute("grant execute on all functions in schema jobs to waymark_worker")


def drop_job_queue() -> None:
    """With whatever is queued."""
    op.execute("drop schema jobs cascade")
