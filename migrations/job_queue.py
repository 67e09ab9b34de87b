"""The job queue that revision 0003 made and 0024 took away: procrastinate's own tables, in the schema `jobs`.

Its SQL comes from the procrastinate that is installed, which is none since 0024: then the schema stays empty, and is
dropped again on the way up. Whoever goes back to 0.2.0 installs procrastinate 3.10 first. The application role may add a
job and nothing else; adding runs as the owner, because procrastinate's triggers write to its other tables.
"""

from importlib import import_module
from importlib.util import find_spec

from alembic import op

DEFER = "jobs.procrastinate_defer_jobs_v1(jobs.procrastinate_job_to_defer_v1[])"


def make_job_queue() -> None:
    op.execute("create schema jobs")
    if find_spec("procrastinate") is None:
        return
    op.execute("set local search_path = jobs")
    with op.get_bind().connection.cursor() as cursor:
        cursor.execute(import_module("procrastinate.schema").SchemaManager.get_schema())
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
