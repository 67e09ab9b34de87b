"""The job queue, on the same database: a job exists when, and only when, the change that needs it is committed.

A task takes the ids of what it works on, as text, and reads the rest itself. It may run twice (its worker was killed
after the work and before the note of it), so it looks first whether its work is done. `RetryStrategy(max_attempts=n)`
runs a task n + 1 times.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from procrastinate import App, JobContext, PsycopgConnector
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.engine import Sessions
from app.settings import Settings

QUEUE = "waymark"
_TOOLS = "tools"

# The API defers through its own sessions and never opens it; a worker gives it connections of its own.
jobs = App(connector=PsycopgConnector())


@dataclass(frozen=True, slots=True)
class Tools:
    """What a task works with: sessions of the worker role, and the settings."""

    sessions: Sessions
    settings: Settings

    def as_context(self) -> dict[str, object]:
        return {_TOOLS: self}


def tools_of(context: JobContext) -> Tools:
    """For a task declared as `@jobs.task(name=…, queue=QUEUE, pass_context=True)`."""
    tools = context.additional_context[_TOOLS]
    assert isinstance(tools, Tools)
    return tools


async def enqueue(session: AsyncSession, task_name: str, *, after_seconds: int = 0, **ids: UUID) -> None:
    """Adds a job in the session's own transaction: a rollback takes it away, a commit wakes the worker."""
    connection = await session.connection()
    raw = (await connection.get_raw_connection()).driver_connection
    job = jobs.configure_task(
        task_name,
        queue=QUEUE,
        connection=raw,
        schedule_in={"seconds": after_seconds} if after_seconds else None,
    )
    await job.defer_async(**{name: str(value) for name, value in ids.items()})


@asynccontextmanager
async def worker_app(worker_url: str) -> AsyncIterator[App]:
    """The queue, open, with connections of the worker role and all tasks that have been imported.

    It is `jobs` itself with another connector: a copy would not do, since a periodic task defers itself through the
    queue it was declared on.
    """
    address = make_url(worker_url).set(drivername="postgresql").render_as_string(hide_password=False)
    connector = PsycopgConnector(
        conninfo=address,
        kwargs={"options": "-c timezone=UTC -c search_path=jobs,public", "connect_timeout": 2},
        min_size=1,
        max_size=5,
        timeout=5,
    )
    with jobs.replace_connector(connector) as queue:
        async with queue.open_async():
            yield queue
