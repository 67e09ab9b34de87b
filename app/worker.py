"""The worker, `python -m app.worker`: runs queued jobs, and does what is due because time has passed.

It keeps no state: any number may run, each may be killed at any moment, and each outlives the loss of the database.
"""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from app.clock import utc_now
from app.db.engine import UnsafeDatabaseError, make_engine, make_sessions, refuse_unsafe_database
from app.outbox.jobs import Tools
from app.outbox.running import run_jobs
from app.queries.sandbox import every_world
from app.services.absconding_alerts_delivery import deliver_due
from app.services.audit_seals import seal_all
from app.services.duties import do_duties
from app.services.pruning import MOST_AT_ONCE, prune_idempotency_records
from app.settings import Settings
from app.settings import settings as read_settings
from app.telemetry.logs import configure_logging

DUTIES_SECONDS = 15
ALERTS_SECONDS = 1
SEALS_SECONDS = 5
PRUNING_SECONDS = 3600
ALIVE_SECONDS = 60
PAUSE_SECONDS = 1

_log = structlog.get_logger("waymark.worker")


@dataclass(frozen=True, slots=True)
class Worker:
    tools: Tools

    async def run(self, stop: asyncio.Event) -> None:
        """Works until `stop` is set; jobs that have begun may then end."""
        loops = [
            asyncio.create_task(_again(name, seconds, work), name=name)
            for name, seconds, work in (
                ("jobs", PAUSE_SECONDS, self.work_jobs),
                ("duties", DUTIES_SECONDS, self.do_duties),
                ("alerts", ALERTS_SECONDS, self.deliver_alerts),
                ("seals", SEALS_SECONDS, self.seal_audit),
                ("pruning", PRUNING_SECONDS, self.prune),
                ("alive", ALIVE_SECONDS, _say_alive),
            )
        ]
        await stop.wait()
        _log.info("worker_stopping")
        for loop in loops:
            loop.cancel()
        await asyncio.gather(*loops, return_exceptions=True)
        _log.info("worker_stopped")

    async def work_jobs(self) -> None:
        await run_jobs(self.tools)

    async def do_duties(self) -> None:
        """The duties of every world, each in a transaction of its own: one that fails does not hold up another."""
        async with self.tools.sessions() as session:
            worlds = await every_world(session)
        for sandbox_id, stands_at in worlds:
            await _reported("duties", self._duties_of(sandbox_id, stands_at or utc_now()), sandbox_id)

    async def deliver_alerts(self) -> None:
        """Takes up notifications that no job delivered."""
        attempted = await deliver_due(self.tools)
        if attempted:
            _log.info("alerts_attempted", notifications=attempted)

    async def seal_audit(self) -> None:
        """Seals the audit. The new heads go to the log, which is kept apart from the database."""
        async with self.tools.sessions() as session:
            heads = await seal_all(session)
            await session.commit()
        for head in heads:
            organisation_id, digest = str(head.organisation_id), head.digest.hex()
            _log.info("audit_sealed", organisation_id=organisation_id, number=head.number, digest=digest)

    async def prune(self) -> None:
        pruned = MOST_AT_ONCE
        while pruned == MOST_AT_ONCE:
            async with self.tools.sessions() as session:
                pruned = await prune_idempotency_records(session, utc_now())
                await session.commit()

    async def _duties_of(self, sandbox_id: UUID | None, until: datetime) -> None:
        told = await do_duties(self.tools.sessions, sandbox_id, until)
        if told:
            _log.info("duties_done", sandbox_id=sandbox_id and str(sandbox_id), events=told)


async def _again(name: str, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
    """Does `work` for ever, with a pause after each time, whatever happens to it."""
    while True:
        await _reported(name, work())
        await asyncio.sleep(seconds)


async def _reported(name: str, work: Awaitable[None], sandbox_id: UUID | None = None) -> None:
    try:
        await work
    except Exception:
        _log.exception("work_failed", work=name, sandbox_id=sandbox_id and str(sandbox_id))


async def _say_alive() -> None:
    _log.info("worker_alive")


async def serve(settings: Settings) -> int:
    """Runs a worker until SIGTERM or SIGINT; gives the exit code."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    engine = make_engine(settings.database_worker_url, settings)
    try:
        if not await _database_is_safe(engine, settings, stop):
            return 1
        await Worker(Tools(make_sessions(engine), settings)).run(stop)
    finally:
        await engine.dispose()
    return 0


async def _database_is_safe(engine: AsyncEngine, settings: Settings, stop: asyncio.Event) -> bool:
    """Waits for the database; False where it would lose what it was told."""
    while not stop.is_set():
        try:
            await refuse_unsafe_database(engine, settings)
        except UnsafeDatabaseError as refusal:
            _log.error("database_refused", reason=str(refusal))
            return False
        except Exception:
            _log.exception("database_awaited")
            await asyncio.sleep(PAUSE_SECONDS)
        else:
            break
    return True


def main() -> int:
    configure_logging()
    settings = read_settings()
    if not settings.database_worker_url:
        _log.error("cannot_start", reason="set DATABASE_WORKER_URL to the address of the worker role")
        return 1
    return asyncio.run(serve(settings))


if __name__ == "__main__":
    sys.exit(main())
