"""A worker with a task that takes a while: `python -m tests.slow_task_worker`. Its runs are lines in RUNS_FILE."""

import asyncio
import os
import sys
from pathlib import Path

from procrastinate import JobContext

from app.outbox.jobs import QUEUE, jobs, tools_of
from app.worker import main


@jobs.task(name="slow", queue=QUEUE, pass_context=True)
async def slow(context: JobContext, mark_id: str) -> None:
    assert tools_of(context).settings.database_worker_url
    _note(f"begun {mark_id}")
    await asyncio.sleep(float(os.environ["TASK_SECONDS"]))
    _note(f"ended {mark_id}")


def _note(line: str) -> None:
    with Path(os.environ["RUNS_FILE"]).open("a") as runs:
        runs.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main())
