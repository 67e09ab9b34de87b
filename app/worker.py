"""The worker, `python -m app.worker`: delivers what is to be delivered, and does what is due because time has passed.

It keeps no state: any number may run, each may be killed at any moment, and each outlives the loss of the database.
"""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from app.attachments.store import AttachmentStore
from app.clock import utc_now
from app.db.engine import Sessions, UnsafeDatabaseError, make_engine, make_sessions, refuse_unsafe_database
from app.outbox.tools import Tools
from app.queries.sandbox import sandboxes_to_sweep
from app.services import attachments_erasing
from app.services.absconding_alerts_delivery import keep_delivering
from app.services.audit_seals import seal_all
from app.services.duties import do_duties
from app.services.email_sending import send_due_emails
from app.services.imports_running import do_due_imports
from app.services.pruning import (
    MOST_AT_ONCE,
    prune_events,
    prune_idempotency_records,
    prune_imports,
    prune_webhook_deliveries,
)
from app.services.webhook_sending import Sending
from app.settings import Settings
from app.settings import settings as read_settings
from app.telemetry.logs import configure_logging

DUTIES_SECONDS = 15
SANDBOXES_AT_ONCE = 25
ALERTS_SECONDS = 1
EMAILS_SECONDS = 5
SEALS_SECONDS = 5
ERASING_SECONDS = 15
PRUNING_SECONDS = 3600
ALIVE_SECONDS = 60
PAUSE_SECONDS = 1
# After so many of its rounds, and at least so many seconds, without success a loop is behind.
BEHIND_ROUNDS, BEHIND_SECONDS = 4, 60

_log = structlog.get_logger("waymark.worker")


class WorkUndoneError(RuntimeError):
    """Part of a round failed, and was logged where it did."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """When each loop last did its work to the end: that the process lives says nothing about that."""

    began: datetime = field(default_factory=utc_now)
    rounds: dict[str, float] = field(default_factory=dict)
    done: dict[str, datetime] = field(default_factory=dict)

    def beat(self, name: str) -> None:
        self.done[name] = utc_now()

    def seconds_since(self, now: datetime) -> dict[str, float | None]:
        """Of each loop, the seconds since its last success; None where it has had none."""
        return {
            name: round((now - self.done[name]).total_seconds(), 1) if name in self.done else None
            for name in self.rounds
        }

    def behind(self, now: datetime) -> list[str]:
        """The loops whose last success is too long ago."""
        return [
            name
            for name, seconds in self.rounds.items()
            if (now - self.done.get(name, self.began)).total_seconds() > max(BEHIND_ROUNDS * seconds, BEHIND_SECONDS)
        ]


@dataclass(frozen=True, slots=True)
class Worker:
    """`requests` are sessions of the application's role: without them no imports are done."""

    tools: Tools
    pulse: Pulse = field(default_factory=Pulse)
    requests: Sessions | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Works until `stop` is set; what has begun to be delivered may then end."""
        work: dict[str, tuple[float, Callable[[], Awaitable[None]]]] = {
            "duties": (DUTIES_SECONDS, self.do_duties),
            "sandboxes": (PAUSE_SECONDS, self.sweep_sandboxes),
            "alerts": (ALERTS_SECONDS, self.deliver_alerts),
            "emails": (EMAILS_SECONDS, self.send_emails),
            "webhooks": (PAUSE_SECONDS, self.send_webhooks),
            "seals": (SEALS_SECONDS, self.seal_audit),
            "erasing": (ERASING_SECONDS, self.erase_attachments),
            "pruning": (PRUNING_SECONDS, self.prune),
        }
        if self.requests is not None:
            work["imports"] = (PAUSE_SECONDS, self.do_imports)
        self.pulse.rounds.update({name: seconds for name, (seconds, _) in work.items()})
        loops = [asyncio.create_task(self._again(name, *each), name=name) for name, each in work.items()]
        loops.append(asyncio.create_task(self._say_alive(), name="alive"))
        await stop.wait()
        _log.info("worker_stopping")
        for loop in loops:
            loop.cancel()
        await asyncio.gather(*loops, return_exceptions=True)
        _log.info("worker_stopped")

    async def do_duties(self) -> None:
        """The duties of the live organisations. Raises WorkUndoneError where one failed."""
        if not await self._duties_of(None, utc_now()):
            raise WorkUndoneError

    async def sweep_sandboxes(self) -> None:
        """The duties of the sandboxes that have waited longest: one that fails holds up no other.

        A sandbox is swept some `DUTIES_SECONDS` after it was last, while there are few. Many share the time: a worker
        takes `SANDBOXES_AT_ONCE` in a round of a second or two, so that of 1,000 each is swept about once a minute,
        and half as often with half as many workers. What a worker that is killed had taken waits for its next turn.
        """
        swept_at = utc_now()
        async with self.tools.sessions() as session:
            before = swept_at - timedelta(seconds=DUTIES_SECONDS)
            taken = await sandboxes_to_sweep(session, before, SANDBOXES_AT_ONCE)
            for sandbox in taken:
                sandbox.swept_at = swept_at
            await session.commit()
        done = [await self._duties_of(sandbox.id, sandbox.stands_at or utc_now()) for sandbox in taken]
        if not all(done):
            raise WorkUndoneError

    async def deliver_alerts(self) -> None:
        """Delivers the notifications of alerts. Ends only where the database goes away."""
        await keep_delivering(self.tools, alive=lambda: self.pulse.beat("alerts"))

    async def send_emails(self) -> None:
        """Sends the emails about attendance that are due."""
        attempted = await send_due_emails(self.tools)
        if attempted:
            _log.info("emails_attempted", emails=attempted)

    async def send_webhooks(self) -> None:
        await Sending(self.tools).run(alive=lambda: self.pulse.beat("webhooks"))

    async def do_imports(self) -> None:
        """Does the rows of imports until none is left, one batch of each import after the other."""
        assert self.requests is not None
        while done := await do_due_imports(self.tools.sessions, self.requests):
            self.pulse.beat("imports")
            _log.info("import_rows_done", rows=done)

    async def seal_audit(self) -> None:
        """Seals the audit. The new heads go to the log, which is kept apart from the database."""
        async with self.tools.sessions() as session:
            heads = await seal_all(session)
            await session.commit()
        for head in heads:
            organisation_id, digest = str(head.organisation_id), head.digest.hex()
            _log.info("audit_sealed", organisation_id=organisation_id, number=head.number, digest=digest)

    async def erase_attachments(self) -> None:
        """Erases the content of attachments that stand no more."""
        store = AttachmentStore(self.tools.settings)
        erased = attachments_erasing.MOST_AT_ONCE
        while erased == attachments_erasing.MOST_AT_ONCE:
            async with self.tools.sessions() as session:
                erased = await attachments_erasing.erase_withdrawn(session, store, utc_now())
                await session.commit()

    async def prune(self) -> None:
        kept = timedelta(days=self.tools.settings.events_kept_days)
        for forget in (
            prune_idempotency_records,
            prune_webhook_deliveries,
            prune_imports,
            partial(prune_events, kept=kept),
        ):
            pruned = MOST_AT_ONCE
            while pruned == MOST_AT_ONCE:
                async with self.tools.sessions() as session:
                    pruned = await forget(session, utc_now())
                    await session.commit()

    async def _duties_of(self, sandbox_id: UUID | None, until: datetime) -> bool:
        done = await do_duties(self.tools.sessions, sandbox_id, until)
        if done.events:
            _log.info("duties_done", sandbox_id=sandbox_id and str(sandbox_id), events=done.events)
        return not done.failed

    async def _again(self, name: str, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        """Does `work` for ever, with a pause after each time, whatever happens to it."""
        while True:
            try:
                await work()
                self.pulse.beat(name)
            except Exception:
                _log.exception("work_failed", work=name)
            await asyncio.sleep(seconds)

    async def _say_alive(self) -> None:
        while True:
            now = utc_now()
            _log.info("worker_alive", seconds_since_success=self.pulse.seconds_since(now))
            if behind := self.pulse.behind(now):
                _log.error("worker_behind", work=behind)
            await asyncio.sleep(ALIVE_SECONDS)


async def serve(settings: Settings) -> int:
    """Runs a worker until SIGTERM or SIGINT; gives the exit code."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    engine = make_engine(settings.database_worker_url, settings)
    requests = make_engine(settings.database_url, settings) if settings.database_url else None
    if requests is None:
        _log.error("imports_not_done", reason="set DATABASE_URL to the address of the application role")
    try:
        for each in filter(None, (engine, requests)):
            if not await _database_is_safe(each, settings, stop):
                return 1
        tools = Tools(make_sessions(engine), settings)
        await Worker(tools, requests=None if requests is None else make_sessions(requests)).run(stop)
    finally:
        await engine.dispose()
        if requests is not None:
            await requests.dispose()
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
