"""An hour of deliveries with failing receivers and killed workers, compared event by event.

    python -m benchmarks.hour_of_deliveries [--minutes 60] [--rate 3] [--seed 1] [--canary lose|double|leak]

The API, two workers and a durable embedded PostgreSQL are processes of their own, and are killed; receivers, mail
server and whoever makes the events are in this one. Ends with 1 where anything is not as it must be. See
benchmarks/README.md.
"""

import argparse
import asyncio
import itertools
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psycopg

from app.db import migrate
from app.db.embedded import EmbeddedServer
from app.db.embedded_database import Addresses, prepare
from app.settings import Settings
from benchmarks import deliveries_receivers as behaviours
from benchmarks.deliveries_compared import Compared, compare
from benchmarks.deliveries_driver import Driver
from benchmarks.deliveries_emails import compare_emails
from benchmarks.deliveries_endpoints import Endpoint, endpoints_wanted, prove_all, rotate
from benchmarks.deliveries_mail_server import MailServer
from benchmarks.deliveries_processes import Processes
from benchmarks.deliveries_receivers import receivers
from benchmarks.deliveries_spoiling import CANARIES, spoil
from benchmarks.deliveries_table import show
from benchmarks.deliveries_world import NORTH_SCHOOLS, World, open_world

WARMING_SECONDS = 10
KILL_SECONDS = 15
HOUR_SECONDS = 3600
SETTLE_LEAST_SECONDS = 90
PLACEMENTS_OF_A_SCHOOL = 3


@dataclass
class Hour:
    """The run: what it works with, and when its periods began (on the clock of the machine)."""

    world: World
    driver: Driver
    processes: Processes
    endpoints: list[Endpoint]
    mail: MailServer
    seconds: float
    began: dict[str, float] = field(default_factory=dict)

    async def run(self, rate: float) -> None:
        """A sixth of it calm, a sixth with failing receivers, the rest with kills too."""
        stop = asyncio.Event()
        driving = asyncio.create_task(self.driver.run(rate, stop))
        script = asyncio.create_task(self._script())
        ticking = asyncio.create_task(self._tell())
        try:
            await script
        finally:
            stop.set()
            ticking.cancel()
        await driving

    async def _script(self) -> None:
        """What goes wrong and when, in parts of the whole."""
        await asyncio.sleep(WARMING_SECONDS)
        self.began["calm"] = time.time()
        end = time.monotonic() + self.seconds
        parts: list[tuple[float, Callable[[], object]]] = [
            (1 / 6, self._fail),
            (1 / 4, lambda: self._refuse("refusing")),
            (1 / 3, self._begin_kills),
            (0.45, lambda: self._restart("API")),
            (1 / 2, self._half_time),
            (0.55, self.mail.go_down),
            (0.60, self.mail.open),
            (0.70, self.processes.kill_postgres),
        ]
        killing: asyncio.Task[None] | None = None
        for part, what in parts:
            await asyncio.sleep(max(0.0, end - self.seconds * (1 - part) - time.monotonic()))
            done = what()
            if asyncio.iscoroutine(done):
                await done
            if what == self._begin_kills:
                killing = asyncio.create_task(self._kill_workers())
        await asyncio.sleep(max(0.0, end - time.monotonic()))
        if killing is not None:
            killing.cancel()
            await asyncio.gather(killing, return_exceptions=True)
        self.began["settling"] = time.time()

    def _fail(self) -> None:
        self.began["failing"] = time.time()
        self.mail.drops = 6
        for each in self.endpoints:
            each.receiver.behaviour = each.behaviour

    def _refuse(self, name: str) -> None:
        next(each for each in self.endpoints if each.name == name).receiver.refuse()

    def _begin_kills(self) -> None:
        self.began["kills"] = time.time()

    async def _half_time(self) -> None:
        """What failed for a while is well again, and a secret is rotated while messages are under way."""
        for each in self.endpoints:
            if each.behaviour == behaviours.ERRING:
                each.receiver.behaviour = behaviours.WELL
            if each.name == "refusing":
                await each.receiver.open()
            if each.rotated:
                await rotate(self.world, each)

    async def _restart(self, name: str) -> None:
        self.processes.kill(name)
        self.processes.start(name)

    async def _kill_workers(self) -> None:
        """In turns, and each only while the other is at work: where nobody is, nothing could be seen."""
        for name, other in itertools.cycle([("worker 1", "worker 2"), ("worker 2", "worker 1")]):
            await asyncio.sleep(KILL_SECONDS)
            while not self.processes.at_work(other):  # noqa: ASYNC110
                await asyncio.sleep(0.5)
            await self._restart(name)

    async def _tell(self) -> None:
        began = time.monotonic()
        while True:
            await asyncio.sleep(30)
            came = sum(len(each.receiver.receipts) for each in self.endpoints)
            print(
                f"  {time.monotonic() - began:5.0f} s: {self.world.answered} requests answered, {came} webhooks"
                f" and {len(self.mail.taken)} emails received, killed {sum(self.processes.killed.values())},"
                f" load {os.getloadavg()[0]:.1f}",
                flush=True,
            )


def main() -> int:
    options = _options()
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        EmbeddedServer.start(Path(folder) / "postgres") as server,
    ):
        addresses = prepare(server)
        with psycopg.connect(addresses.owner.replace("+psycopg", "", 1), autocommit=True) as connection:
            connection.execute("alter system set track_commit_timestamp = on")
        server.restart()
        migrate.upgrade(addresses.owner)
        compared = asyncio.run(_an_hour(server, addresses, Path(folder), options))
        if options.keep_logs:
            for log in Path(folder).glob("*.log"):
                (Path(options.keep_logs) / log.name).write_bytes(log.read_bytes())
    print(f"again: python -m benchmarks.hour_of_deliveries {' '.join(sys.argv[1:])}".rstrip())
    return 1 if compared.faults else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60, help="shorter ones shorten the waits between attempts too")
    parser.add_argument("--rate", type=float, default=3, help="requests that make events, a second")
    parser.add_argument("--seed", type=int, default=1, help="of what is asked for in which order")
    parser.add_argument("--canary", choices=CANARIES, help="spoils what was received: the comparison must notice")
    parser.add_argument("--keep-logs", default="", help="a folder for the logs of the processes")
    return parser.parse_args()


async def _an_hour(server: EmbeddedServer, addresses: Addresses, folder: Path, options: argparse.Namespace) -> Compared:
    parties = await open_world(addresses.owner, Settings())
    seconds = options.minutes * 60
    pace = min(1.0, seconds / HOUR_SECONDS)
    mail = MailServer()
    await mail.open()
    wanted = endpoints_wanted()
    async with receivers([each.name for each in wanted]) as (made, trap):
        with Processes(server, addresses, folder, mail.port, pace) as processes:
            await processes.ready()
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{processes.port}", timeout=30) as http:
                world = World(http, parties)
                for school in [*NORTH_SCHOOLS, "south school"] * PLACEMENTS_OF_A_SCHOOL:
                    await world.place(school)
                endpoints = await prove_all(world, wanted, made)
                driver = Driver(world, random.Random(options.seed))
                hour = Hour(world, driver, processes, endpoints, mail, seconds)
                print(f"{len(endpoints)} endpoints of {len(parties)} organisations; {options.minutes:g} minutes")
                await hour.run(options.rate)
                print("settling", flush=True)
                longest = SETTLE_LEAST_SECONDS + HOUR_SECONDS / 4 * pace
                settled = await _settled(addresses, endpoints, longest)
                processes.stop("worker 1", "worker 2")
                spoil(options.canary, endpoints)
                compared = await compare(world, driver, endpoints, addresses.owner, hour.began)
                compared.check(settled, f"deliveries were still under way {longest:.0f} s after the end")
                compared.check(trap.calls == 0, f"a redirect was followed {trap.calls} times")
                await compare_emails(compared, world, driver, mail)
                show(compared, hour.began, world, driver, processes.killed, endpoints)
    return compared


async def _settled(addresses: Addresses, endpoints: list[Endpoint], longest: float) -> bool:
    """Waits until nothing is due any more at endpoints that end well, nor any email about an alert."""
    waiting = """
        select (select count(*) from webhook_deliveries where endpoint_id = any(%(ids)s) and state = 'pending')
            + (select count(*) from webhook_endpoints e join event_audiences a using (organisation_id)
               where e.id = any(%(ids)s) and (a.txid, a.seq) > (e.position_txid, e.position_seq))
            + (select count(*) from alert_notifications n join organisations o on o.id = n.organisation_id
               where n.channel = 'email' and n.state in ('pending', 'failed') and o.name <> 'erring')
    """
    ids = [each.id for each in endpoints if each.ends_well]
    until = time.monotonic() + longest
    clean = 0
    while time.monotonic() < until and clean < 3:
        with psycopg.connect(addresses.owner.replace("+psycopg", "", 1)) as connection:
            row = connection.execute(waiting, {"ids": ids}).fetchone()
        clean = clean + 1 if row == (0,) else 0
        await asyncio.sleep(2)
    return clean >= 3


if __name__ == "__main__":
    sys.exit(main())
