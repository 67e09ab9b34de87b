"""How long an absconding alert waits for the first attempt to tell somebody: from the post to the mail server's door.

    python -m benchmarks.alert_latency [--alerts 100] [--pause 0.1] [--at-once 1]

One uvicorn process, one worker process, one durable embedded PostgreSQL, and a mail server in this process that notes
when each email has arrived. All on one clock. See benchmarks/README.md.
"""

import argparse
import asyncio
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg

from app.access.scopes import Scope
from app.db import migrate
from app.db.embedded import EmbeddedServer
from app.db.embedded_database import Addresses, prepare
from app.settings import Settings
from benchmarks.morning_country import Country, found_country
from benchmarks.national_morning import PORT, api_process

EMAILS_OF_AN_ALERT = 2
LONGEST_SECONDS = 60
_REFERENCE = re.compile(rb"Reference: ([0-9a-f-]{36})")


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
            asyncio.run(_measured(addresses, country, options, Path(folder) / "worker.log"))
    print(f"again: python -m benchmarks.alert_latency {' '.join(sys.argv[1:])}".rstrip())
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--alerts", type=int, default=100, help="after ten to warm up")
    parser.add_argument("--pause", type=float, default=0.1, help="seconds between one alert and the next of a sender")
    parser.add_argument("--at-once", type=int, default=1, help="senders at the same time")
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


async def _measured(addresses: Addresses, country: Country, options: argparse.Namespace, log: Path) -> None:
    async with _mail_server() as (url, arrived):
        with _worker(addresses, url, log):
            await _raise(country, 10, 1, 0.1, arrived)
            alerts = await _raise(country, options.alerts, options.at_once, options.pause, arrived)
    answers = [answered - posted for posted, answered in alerts.values()]
    first = [min(arrived[each]) - alerts[each][0] for each in alerts]
    last = [max(arrived[each]) - alerts[each][0] for each in alerts]
    print(f"{len(alerts)} alerts, {options.at_once} at a time, {options.pause} s apart; load {os.getloadavg()[0]:.1f}")
    for name, seconds in (("answered", answers), ("first email", first), ("last email", last)):
        _tell(name, seconds)


async def _raise(
    country: Country, alerts: int, at_once: int, pause: float, arrived: dict[str, list[float]]
) -> dict[str, tuple[float, float]]:
    """When each alert was posted and answered, by its id, once all of its emails have arrived."""
    raised: dict[str, tuple[float, float]] = {}
    waiting = [(place, placement) for place in country.places for placement in place.placement_ids[1::2]][:alerts]
    assert len(waiting) == alerts, f"at most {len(waiting)} alerts"

    async def sender() -> None:
        while waiting:
            place, placement = waiting.pop()
            headers = {"Authorization": f"Bearer {place.api_key}", "Idempotency-Key": str(uuid4())}
            posted = time.perf_counter()
            answer = await http.post("/v1/absconding-alerts", json={"placement_id": str(placement)}, headers=headers)
            assert answer.status_code == 201, answer.text
            raised[answer.json()["id"]] = (posted, time.perf_counter())
            await asyncio.sleep(pause)

    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{PORT}", timeout=10) as http:
        await asyncio.gather(*(sender() for _ in range(at_once)))
    async with asyncio.timeout(LONGEST_SECONDS):
        while any(len(arrived.get(each, ())) < EMAILS_OF_AN_ALERT for each in raised):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    return raised


@contextmanager
def _worker(addresses: Addresses, smtp_url: str, log: Path) -> Iterator[None]:
    environment = {**os.environ, **addresses.environment(), "SMTP_URL": smtp_url}
    command = [sys.executable, "-m", "app.worker"]
    with (
        log.open("wb") as output,
        subprocess.Popen(command, env=environment, stdout=output, stderr=output) as worker,
    ):
        try:
            yield
        finally:
            worker.terminate()


@asynccontextmanager
async def _mail_server() -> AsyncIterator[tuple[str, dict[str, list[float]]]]:
    """Its address, and when the emails about each alert had arrived."""
    arrived: dict[str, list[float]] = {}

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := (await reader.readline()).strip().upper():
            if line == b"DATA":
                writer.write(b"354 go on\r\n")
                found = _REFERENCE.search(await reader.readuntil(b"\r\n.\r\n"))
                assert found is not None
                arrived.setdefault(found[1].decode(), []).append(time.perf_counter())
            writer.write(b"221 bye\r\n" if line == b"QUIT" else b"250 fine\r\n")
            if line == b"QUIT":
                break
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}", arrived


def _tell(name: str, seconds: Sequence[float]) -> None:
    cuts = statistics.quantiles(seconds, n=100)
    print(f"{name}: p50 {cuts[49] * 1000:.0f} ms, p99 {cuts[98] * 1000:.0f} ms, worst {max(seconds) * 1000:.0f} ms")


if __name__ == "__main__":
    sys.exit(main())
