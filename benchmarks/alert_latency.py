"""How long an absconding alert waits for the first attempt to tell somebody: from the post to the mail server's door.

    python -m benchmarks.alert_latency [--alerts 100] [--bursts 10] [--kills 5]

One uvicorn process, two worker processes, one durable embedded PostgreSQL, and a mail server in this process that notes
when each email has arrived. All on one clock. See benchmarks/README.md.
"""

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg

from app.access.scopes import Scope
from app.db import migrate
from app.db.embedded import EmbeddedServer
from app.db.embedded_database import Addresses, prepare
from app.settings import Settings
from benchmarks.alert_mail_server import DEAD, HANGING, MailServer, mail_server
from benchmarks.alert_workers import Workers
from benchmarks.morning_country import Country, found_country
from benchmarks.national_morning import PORT, api_process

BURST = 10
LIMIT_SECONDS, LIMIT_AFTER_A_KILL_SECONDS = 2.0, 10.0
LONGEST_SECONDS = 60


def main() -> int:
    options = _options()
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        EmbeddedServer.start(Path(folder) / "postgres") as server,
    ):
        addresses = prepare(server)
        migrate.upgrade(addresses.owner)
        country = found_country(addresses.owner, Settings(), 10, 1)
        _open_for_alerts(addresses.owner)
        with api_process(addresses, Path(folder) / "api.log"):
            asyncio.run(_measured(addresses, country, options, Path(folder)))
    print(f"again: python -m benchmarks.alert_latency {' '.join(sys.argv[1:])}".rstrip())
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--alerts", type=int, default=100, help="one at a time, after ten to warm up")
    parser.add_argument("--bursts", type=int, default=10, help="bursts of ten alerts, of each kind")
    parser.add_argument("--kills", type=int, default=5, help="workers killed while they deliver")
    return parser.parse_args()


def _open_for_alerts(owner_url: str) -> None:
    """The country's keys may raise alerts, and its schools and councils have an address to be told at."""
    with psycopg.connect(owner_url.replace("+psycopg", "", 1)) as connection:
        connection.execute("update api_clients set scopes = scopes || %s::text[]", [[Scope.ALERTS_WRITE.value]])
        connection.execute(
            "insert into contacts (id, organisation_id, role, email)"
            " select gen_random_uuid(), id, 'safeguarding_lead', 'dsl-' || id || '@example.org'"
            " from organisations where kind <> 'provider'"
        )


@dataclass
class Alerts:
    """Raises alerts about placements in turn, and remembers when each was posted, answered, and whom it can reach."""

    http: httpx.AsyncClient
    country: Country
    owner_url: str
    server: MailServer
    posted: dict[str, tuple[float, float]] = field(default_factory=dict)
    reachable: dict[str, int] = field(default_factory=dict)
    unreachable: set[str] = field(default_factory=set)
    _next: int = 0

    async def raise_one(self) -> str:
        place = self.country.places[self._next % len(self.country.places)]
        placement = place.placement_ids[self._next // len(self.country.places) % len(place.placement_ids)]
        self._next += 1
        headers = {"Authorization": f"Bearer {place.api_key}", "Idempotency-Key": str(uuid4())}
        posted = time.perf_counter()
        answer = await self.http.post("/v1/absconding-alerts", json={"placement_id": str(placement)}, headers=headers)
        assert answer.status_code == 201, answer.text
        alert = str(answer.json()["id"])
        self.posted[alert] = (posted, time.perf_counter())
        told = [each["organisation_id"] for each in answer.json()["notifications"] if each["channel"] == "email"]
        self.reachable[alert] = sum(each not in self.unreachable for each in told)
        return alert

    async def burst(self) -> list[str]:
        return list(await asyncio.gather(*(self.raise_one() for _ in range(BURST))))

    async def told(self, alerts: Sequence[str]) -> None:
        """Waits until everybody who can be reached has been written to about these alerts."""
        async with asyncio.timeout(LONGEST_SECONDS):
            while any(len(self.server.arrived.get(each, ())) < self.reachable[each] for each in alerts):  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    def waits(self, alerts: Sequence[str]) -> list[float]:
        """From each post to the arrival of each email that can arrive."""
        return [at - self.posted[each][0] for each in alerts for at in self.server.arrived.get(each, ())]

    def move_schools(self, prefix: str) -> None:
        """Every other school moves to an address with this prefix; back to its own where that is empty."""
        with psycopg.connect(self.owner_url.replace("+psycopg", "", 1)) as connection:
            moved = connection.execute(
                "update contacts set email = case when %(to)s = '' then 'dsl' else %(to)s end || '-' || organisation_id"
                " || '@example.org' where organisation_id in (select id from organisations where kind = 'school'"
                " and ascii(right(id::text, 1)) %% 2 = 0) returning organisation_id",
                {"to": prefix},
            ).fetchall()
        self.unreachable = {str(row[0]) for row in moved} if prefix else set()


async def _measured(addresses: Addresses, country: Country, options: argparse.Namespace, folder: Path) -> None:
    async with (
        mail_server(2) as server,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{PORT}", timeout=30) as http,
    ):
        alerts = Alerts(http, country, addresses.owner, server)
        with Workers(addresses, server.ports, folder) as workers:
            await alerts.told([await alerts.raise_one() for _ in range(10)])
            print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
            await _one_at_a_time(alerts, options.alerts)
            await _bursts(alerts, options.bursts, "bursts of ten", "")
            await _bursts(alerts, options.bursts, "bursts of ten, every other school's address refused", DEAD)
            await _bursts(alerts, options.bursts, "bursts of ten, every other school's server hanging", HANGING)
            alerts.move_schools("")
            await _kills(alerts, workers, options.kills)


async def _one_at_a_time(alerts: Alerts, number: int) -> None:
    raised = []
    for _ in range(number):
        raised.append(await alerts.raise_one())
        await asyncio.sleep(0.1)
    await alerts.told(raised)
    _tell("one at a time, answered", [alerts.posted[each][1] - alerts.posted[each][0] for each in raised])
    _tell("one at a time", alerts.waits(raised))


async def _bursts(alerts: Alerts, bursts: int, name: str, prefix: str) -> None:
    """Bursts with a pause between. Only emails that can arrive are counted: those that cannot must not delay them."""
    alerts.move_schools(prefix)
    raised: list[str] = []
    for _ in range(bursts):
        burst = await alerts.burst()
        await alerts.told(burst)
        await asyncio.sleep(0.5)
        raised += burst
    _tell(f"{name}, answered", [alerts.posted[each][1] - alerts.posted[each][0] for each in raised])
    _tell(name, alerts.waits(raised))


async def _kills(alerts: Alerts, workers: Workers, kills: int) -> None:
    """Kills the worker that holds an alert's first email, and measures until another has sent all of them."""
    waits: list[float] = []
    for _ in range(kills):
        await asyncio.sleep(3)  # until the worker started last is ready, and what was hanging has ended
        alerts.server.hold()
        alert = await alerts.raise_one()
        port = await alerts.server.held()
        workers.kill(port)
        killed = time.perf_counter()
        await alerts.told([alert])
        waits.append(max(alerts.server.arrived[alert]) - killed)
        workers.start(port)
    if waits:
        _tell("after the worker that had them was killed", waits, LIMIT_AFTER_A_KILL_SECONDS)


def _tell(name: str, seconds: Sequence[float], limit: float = LIMIT_SECONDS) -> None:
    cuts = statistics.quantiles(seconds, n=100) if len(seconds) > 1 else [seconds[0]] * 99
    p50, p99 = cuts[49], min(cuts[98], max(seconds))
    print(
        f"{name}: p50 {p50:.2f} s, p99 {p99:.2f} s, worst {max(seconds):.2f} s;"
        f" p99 is {p99 / limit:.2f} of {limit:.0f} s ({len(seconds)})",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
