"""The job queue: a job exists when, and only when, its change is committed."""

import hashlib
from uuid import UUID, uuid4

import psycopg
import pytest
from fastapi import FastAPI
from procrastinate import JobContext
from procrastinate.jobs import Job
from procrastinate.periodic import PeriodicDeferrer
from procrastinate.schema import SchemaManager
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from app.db import migrate
from app.db.embedded_database import Addresses
from app.outbox.jobs import QUEUE, enqueue, jobs, worker_app
from app.outbox.running import prune_jobs
from app.settings import Settings
from tests.placing import owner_session


async def jobs_of(database: Addresses, id_: UUID) -> list[tuple[str, dict[str, str]]]:
    async with owner_session(database.owner) as session:
        found = await session.execute(
            text("select task_name, args from jobs.procrastinate_jobs where args->>'alert_id' = :id"), {"id": str(id_)}
        )
        return [(row.task_name, row.args) for row in found]


@pytest.fixture
def alert_id() -> UUID:
    return uuid4()


async def test_a_committed_change_leaves_its_job(app: FastAPI, database: Addresses, alert_id: UUID) -> None:
    async with app.state.sessions() as session:
        await enqueue(session, "deliver", alert_id=alert_id)
        assert await jobs_of(database, alert_id) == []
        await session.commit()
    assert await jobs_of(database, alert_id) == [("deliver", {"alert_id": str(alert_id)})]


async def test_a_change_that_is_rolled_back_leaves_no_job(app: FastAPI, database: Addresses, alert_id: UUID) -> None:
    async with app.state.sessions() as session:
        await session.execute(text("select 1"))
        await enqueue(session, "deliver", after_seconds=300, alert_id=alert_id)
        await session.rollback()
    assert await jobs_of(database, alert_id) == []


@pytest.mark.parametrize(
    "statement",
    [
        "select count(*) from jobs.procrastinate_jobs",
        "delete from jobs.procrastinate_jobs",
        "select * from jobs.procrastinate_fetch_job_v2(null, 1)",
        "select jobs.procrastinate_cancel_job_v1(1, false, true)",
    ],
    ids=["read", "forget", "fetch", "cancel"],
)
async def test_the_api_may_add_jobs_and_nothing_else(app: FastAPI, statement: str) -> None:
    async with app.state.sessions() as session:
        with pytest.raises(ProgrammingError) as refusal:
            await session.execute(text(statement))
    assert isinstance(refusal.value.orig, psycopg.errors.InsufficientPrivilege)


async def test_jobs_are_forgotten_once_they_have_been_done_for_two_days(
    database: Addresses, settings: Settings, app: FastAPI
) -> None:
    old, recent = uuid4(), uuid4()
    async with app.state.sessions() as session:
        for alert_id in (old, recent):
            await enqueue(session, "deliver", alert_id=alert_id)
        await session.commit()
    async with owner_session(database.owner) as session:
        await session.execute(text("update jobs.procrastinate_jobs set status = 'doing' where status = 'todo'"))
        await session.execute(text("update jobs.procrastinate_jobs set status = 'succeeded' where status = 'doing'"))
        aged = "update jobs.procrastinate_events e set at = at - interval '3 days' from jobs.procrastinate_jobs j"
        await session.execute(text(f"{aged} where j.id = e.job_id and j.args->>'alert_id' = :id"), {"id": str(old)})
    async with worker_app(settings.database_worker_url) as queue:
        job = Job(id=1, queue=QUEUE, lock=None, queueing_lock=None, task_name="prune_jobs")
        await prune_jobs(JobContext(app=queue, job=job, start_timestamp=0, abort_reason=lambda: None), timestamp=0)
    assert await jobs_of(database, old) == []
    assert len(await jobs_of(database, recent)) == 1


async def test_only_adding_a_job_runs_with_the_owners_rights(database: Addresses) -> None:
    async with owner_session(database.owner) as session:
        found = await session.execute(
            text(
                "select proname, proconfig from pg_proc where pronamespace = 'jobs'::regnamespace"
                " and (prosecdef or has_function_privilege('public', oid, 'execute'))"
            )
        )
        assert found.all() == [("procrastinate_defer_jobs_v1", ["search_path=jobs, pg_temp"])]


def test_the_queue_has_a_periodic_task() -> None:
    """Without one procrastinate does not notice that its heartbeat or listener has died with the database."""
    assert jobs.periodic_registry.periodic_tasks


def test_the_queue_leaves_nothing_for_autogenerate(database: Addresses) -> None:
    migrate.difference(database.owner)


def test_the_queues_tables_are_those_that_the_migration_was_written_for() -> None:
    """A new release of procrastinate needs a migration of its own; 0003 must go on making these tables."""
    digest = hashlib.sha256(SchemaManager.get_schema().encode()).hexdigest()
    assert digest == "c70ec4b400a60ad9592787653aae5ae77ae41bf801d56b5bd2712751a07f2009", (
        "Freeze the SQL of 3.10 beside 0003 and add a migration with the release's own changes."
    )


async def test_a_periodic_task_defers_itself_when_its_time_has_come(settings: Settings) -> None:
    async with worker_app(settings.database_worker_url) as queue:
        deferrer = PeriodicDeferrer(registry=queue.periodic_registry)
        await deferrer.defer_jobs([(task, 17) for task in queue.periodic_registry.periodic_tasks.values()])
        [found] = await queue.job_manager.list_jobs_async(task="prune_jobs", status="todo")
        assert found.task_kwargs["timestamp"] == 17
