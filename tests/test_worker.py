"""The worker as a process: it delivers, gives up nothing, and keeps time."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from app.db.embedded_database import Addresses
from app.outbox.tools import Tools
from app.services.pruning import prune_idempotency_records
from app.settings import Settings
from app.worker import Worker, WorkUndoneError
from tests.alerting import attempts, notification, raised, read
from tests.databases import Databases
from tests.mail_servers import smtp_server
from tests.placing import expect, owner_session, place, publish_calendar
from tests.running import own_database, running, settings_for
from tests.test_absconding_alerts import broken, refuse
from tests.world import World

# A last stop, not a measure: what is waited for comes about within a few seconds.
WITHIN_SECONDS = 90

LOOPS = {"emails", "duties", "sandboxes", "alerts", "webhooks", "seals", "imports", "erasing", "pruning"}

# Whom an alert is written to.
TOLD = ("host_school", "commissioner")


@pytest.fixture(scope="module")
async def database(databases: Databases) -> AsyncIterator[Addresses]:
    """A worker minds every world of its database."""
    async with own_database(databases) as addresses:
        yield addresses


@pytest.fixture(scope="module")
def settings(database: Addresses) -> Settings:
    return settings_for(database)


@pytest.fixture(scope="module")
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    async with running(settings) as application:
        yield application


@contextmanager
def worker(database: Addresses, log: Path, mail_server: str = "") -> Iterator[subprocess.Popen[bytes]]:
    """Without a mail server a sandbox's emails are kept, which delivers them too."""
    environment = {
        **os.environ,
        "DATABASE_WORKER_URL": database.worker,
        "DATABASE_ACCEPTS_UNSAFE": "true",
        "SMTP_URL": mail_server,
    }
    with log.open("ab") as out:
        process = subprocess.Popen([sys.executable, "-m", "app.worker"], env=environment, stdout=out)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


async def become(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WITHIN_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.05)


async def delivered(world: World, alert: dict[str, Any]) -> list[str]:
    """Waits until school and council have been told; gives the results of all attempts."""
    deadline = time.monotonic() + WITHIN_SECONDS
    while {notification(await read(world, alert), role)["state"] for role in TOLD} != {"delivered"}:
        assert time.monotonic() < deadline, "it was not delivered in time"
        await asyncio.sleep(0.05)
    return sorted(attempt["result"] for attempt in await attempts(world.provider, alert))


async def test_what_a_killed_worker_was_delivering_is_soon_delivered_by_another(
    world: World, database: Addresses, tmp_path: Path
) -> None:
    alert = await raised(world)
    async with smtp_server(hangs=True) as server:
        with worker(database, tmp_path / "doomed.log", server.url) as doomed:
            await become(lambda: server.connections == 2)
            doomed.kill()
            doomed.wait()
    with worker(database, tmp_path / "another.log"):
        assert await delivered(world, alert) == ["interrupted", "interrupted", "sent", "sent"]


async def test_a_worker_told_to_stop_ends_what_it_has_begun(world: World, database: Addresses, tmp_path: Path) -> None:
    alert, log = await raised(world), tmp_path / "worker.log"
    async with smtp_server(waits=True) as server:
        with worker(database, log, server.url) as process:
            await become(lambda: len(server.received) == 2)
            process.send_signal(signal.SIGTERM)
            await become(lambda: "worker_stopping" in log.read_text())
            server.may_go_on.set()
            assert await asyncio.to_thread(process.wait, WITHIN_SECONDS) == 0
    assert await delivered(world, alert) == ["sent", "sent"]
    assert "worker_alive" in log.read_text()
    assert "worker_stopped" in log.read_text()


async def test_a_worker_outlives_the_loss_of_its_connections(
    app: FastAPI, world: World, database: Addresses, tmp_path: Path
) -> None:
    with worker(database, tmp_path / "worker.log") as process:
        await delivered(world, await raised(world))
        await app.state.worker_engine.dispose()  # those of this process are not meant
        async with owner_session(database.owner) as session:
            lost = await session.execute(
                text(
                    "select count(pg_terminate_backend(pid)) from pg_stat_activity"
                    " where usename = 'waymark_worker' and datname = current_database()"
                )
            )
            assert lost.scalar_one() > 0
        await delivered(world, await raised(world))
        assert process.poll() is None


async def test_the_worker_does_the_duties_of_every_sandbox(
    app: FastAPI, world: World, database: Addresses, settings: Settings
) -> None:
    async with owner_session(database.owner) as session:
        placement = await place(session, world, await publish_calendar(session, world))
        await expect(session, placement, world.provider)
        await session.execute(
            text("update sandboxes set stands_at = :at where id = :id"),
            {"at": datetime(2026, 11, 24, 10, 0, tzinfo=UTC), "id": world.sandbox_id},
        )
    duties = Worker(Tools(app.state.worker_sessions, settings))
    await asyncio.gather(*(duties.sweep_sandboxes() for _ in range(3)))
    async with owner_session(database.owner) as session:
        told = await session.execute(
            text("select type from events where placement_id = :id order by occurred_at, type"), {"id": placement}
        )
        assert list(told.scalars()) == ["placement.started", "clock.due", "clock.overdue", "attendance.missing"]


async def test_the_sandboxes_that_waited_longest_come_first_and_each_to_one_worker(
    app: FastAPI, database: Addresses, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = await sandboxes_of_its_own(database, 7)
    monkeypatch.setattr("app.worker.SANDBOXES_AT_ONCE", 2)
    workers = Worker(Tools(app.state.worker_sessions, settings))
    await asyncio.gather(*(workers.sweep_sandboxes() for _ in range(2)))
    assert await swept(database) == set(ids[:4])
    async with owner_session(database.owner) as moving:
        await moving.execute(text("update sandboxes set stands_at = now() where id = :id"), {"id": ids[4]})
        await workers.sweep_sandboxes()
        assert await swept(database) == {*ids[:4], *ids[5:]}
    await workers.sweep_sandboxes()
    assert await swept(database) == set(ids)
    async with owner_session(database.owner) as session:
        await session.execute(text("update sandboxes set swept_at = swept_at - interval '1 hour'"))
        await session.execute(
            text("update sandboxes set swept_at = now() + interval '1 day' where id = :id"), {"id": ids[6]}
        )
    for _ in range(4):
        await workers.sweep_sandboxes()
    async with owner_session(database.owner) as session:
        passed_over = await session.execute(text("select id from sandboxes where swept_at > now() + interval '1 hour'"))
        assert set(passed_over.scalars()) & set(ids) == {ids[6]}, "not yet its turn"


async def sandboxes_of_its_own(database: Addresses, number: int) -> list[UUID]:
    """Empty ones, never swept, in the order in which their turn comes; those of other tests have just been swept."""
    ids = sorted(uuid4() for _ in range(number))
    async with owner_session(database.owner) as session:
        await session.execute(text("update sandboxes set swept_at = now() + interval '1 day'"))
        for each in ids:
            await session.execute(text("insert into sandboxes (id, name) values (:id, 'empty')"), {"id": each})
    return ids


async def swept(database: Addresses) -> set[UUID]:
    async with owner_session(database.owner) as session:
        found = await session.execute(text("select id from sandboxes where name = 'empty' and swept_at is not null"))
        return set(found.scalars())


async def test_the_live_organisations_wait_for_no_sandbox(
    app: FastAPI, world: World, database: Addresses, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hangs(self: Worker, sandbox_id: UUID | None, until: datetime) -> bool:
        if sandbox_id is not None:
            await asyncio.Event().wait()
        return True

    monkeypatch.setattr(Worker, "_duties_of", hangs)
    async with owner_session(database.owner) as session:
        await session.execute(text("update sandboxes set swept_at = null"))
    working = Worker(Tools(app.state.worker_sessions, settings))
    stop = asyncio.Event()
    running_on = asyncio.create_task(working.run(stop))
    await become(lambda: "duties" in working.pulse.done)
    assert "sandboxes" not in working.pulse.done
    stop.set()
    await running_on


async def test_a_worker_says_when_each_of_its_loops_last_did_its_work(app: FastAPI, settings: Settings) -> None:
    working = Worker(Tools(app.state.worker_sessions, settings), requests=app.state.sessions)
    stop = asyncio.Event()
    running = asyncio.create_task(working.run(stop))
    await become(lambda: working.pulse.done.keys() == LOOPS)
    stop.set()
    await running
    now = datetime.now(UTC)
    assert all(
        seconds is not None and seconds < WITHIN_SECONDS for seconds in working.pulse.seconds_since(now).values()
    )
    assert working.pulse.behind(now) == []
    assert set(working.pulse.behind(now + timedelta(minutes=2))) == LOOPS - {"pruning"}


async def test_a_duty_that_fails_is_no_success_of_the_loop(
    app: FastAPI, world: World, database: Addresses, settings: Settings
) -> None:
    async with owner_session(database.owner) as session:
        await place(session, world, await publish_calendar(session, world))
        await session.execute(text("update sandboxes set swept_at = null where id = :id"), {"id": world.sandbox_id})
    async with broken(database, *refuse("events")):
        with pytest.raises(WorkUndoneError):
            await Worker(Tools(app.state.worker_sessions, settings)).sweep_sandboxes()


async def test_stored_replies_are_forgotten_after_two_days(app: FastAPI, world: World, database: Addresses) -> None:
    farm = {"name": "Hollow Farm", "category": "charity"}
    first = (await world.council.post("/v1/providers", farm, key="kept")).json()
    now = datetime.now(UTC)
    for age in (timedelta(hours=47), timedelta(hours=49)):
        async with app.state.worker_sessions() as session:
            await prune_idempotency_records(session, now + age)
            await session.commit()
        again = (await world.council.post("/v1/providers", farm, key="kept")).json()
        assert (again["id"] == first["id"]) == (age < timedelta(hours=48))
