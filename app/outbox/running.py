"""Running the queue's jobs, retrying those of workers that were killed, and forgetting old ones."""

import asyncio
from collections.abc import Callable

import structlog
from procrastinate import App, JobContext
from procrastinate.exceptions import ConnectorException

from app.outbox.jobs import QUEUE, Tools, jobs, worker_app

JOBS_AT_ONCE = 4
GRACE_SECONDS = 8.0

# A new job wakes the worker; one that is retried or was put off is found by looking.
LOOK_SECONDS = 1.0

# A killed worker's job waits until its heartbeat is missed, and then for the next looks: 9 s at most. A worker that is
# only cut off from the database for so long may find its job run by another.
HEARTBEAT_SECONDS = 2.0
STALLED_AFTER_SECONDS = 6.0
STALLED_LOOK_SECONDS = 2.0

DONE_JOBS_HOURS = 48
FAILED_JOBS_HOURS = 30 * 24

_log = structlog.get_logger("waymark.jobs")


async def run_jobs(tools: Tools, alive: Callable[[], None] = lambda: None) -> None:
    """Runs jobs until cancelled, then lets those that have begun end. Ends or raises where the database goes away.

    Calls `alive` whenever the queue has answered, which it does every few seconds.
    """
    async with worker_app(tools.settings.database_worker_url) as app:
        stalled = asyncio.create_task(_retry_stalled(app, alive))
        try:
            await app.run_worker_async(
                concurrency=JOBS_AT_ONCE,
                fetch_job_polling_interval=LOOK_SECONDS,
                install_signal_handlers=False,
                update_heartbeat_interval=HEARTBEAT_SECONDS,
                stalled_worker_timeout=STALLED_AFTER_SECONDS,
                shutdown_graceful_timeout=GRACE_SECONDS,
                additional_context=tools.as_context(),
            )
        finally:
            stalled.cancel()
    _log.warning("jobs_interrupted")


@jobs.periodic(cron="17 * * * *")
@jobs.task(name="prune_jobs", queue=QUEUE, pass_context=True)
async def prune_jobs(context: JobContext, timestamp: int) -> None:
    """Forgets jobs that were done two days ago, and failed ones after thirty.

    Without any periodic task procrastinate stops watching its heartbeat and listener, and a worker that lost the
    database would go on without them: do not remove the last one.
    """
    manager = context.app.job_manager
    await manager.delete_old_jobs(nb_hours=DONE_JOBS_HOURS, include_cancelled=True, include_aborted=True)
    await manager.delete_old_jobs(nb_hours=FAILED_JOBS_HOURS, include_failed=True)


async def _retry_stalled(app: App, alive: Callable[[], None]) -> None:
    while True:
        try:
            for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_SECONDS):
                await app.job_manager.retry_job(job)
                _log.warning("job_retried_after_its_worker_died", job_id=job.id, task=job.task_name)
            alive()
        except ConnectorException:
            _log.info("stalled_jobs_not_looked_at")  # another worker was quicker, or the database is away
        await asyncio.sleep(STALLED_LOOK_SECONDS)
