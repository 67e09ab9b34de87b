"""The national morning: 64,166 marks in 1,522 posts over HTTP, against the driver alone writing the same marks.

    python -m benchmarks.national_morning [--rounds 3] [--settings 1522] [--connections 4]

Both run on the same durable embedded PostgreSQL, in turns, on fresh sessions of the same pupils. Over HTTP everything
is on: authentication, row security, idempotency, audit, events. See benchmarks/README.md.
"""

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from app.db import migrate
from app.db.embedded import EmbeddedServer
from app.db.embedded_database import Addresses, prepare
from app.settings import Settings
from benchmarks.driver_alone import write_morning
from benchmarks.morning_country import NATIONAL_SETTINGS, Country, found_country
from benchmarks.posts_over_http import post_morning

PORT = 8971
Timed = tuple[float, list[float]]


def main() -> int:
    options = _options()
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        EmbeddedServer.start(Path(folder) / "postgres") as server,
    ):
        addresses = prepare(server)
        migrate.upgrade(addresses.owner)
        country = found_country(addresses.owner, Settings(), options.settings, options.rounds + 1)
        print(f"{country.marks:,} marks in {len(country.places):,} posts, {options.connections} at a time", flush=True)
        with api_process(addresses, Path(folder) / "api.log"):
            asyncio.run(_rounds(addresses, country, options))
    print(f"again: python -m benchmarks.national_morning {' '.join(sys.argv[1:])}".rstrip())
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="after one short round of warming up")
    parser.add_argument("--settings", type=int, default=NATIONAL_SETTINGS, help="how many post")
    parser.add_argument("--connections", type=int, default=4, help="how many post, or write, at the same time")
    return parser.parse_args()


@contextmanager
def api_process(addresses: Addresses, log: Path) -> Iterator[int]:
    """The API as deployed: one uvicorn process, whose id is given."""
    command = [
        sys.executable, "-m", "uvicorn", "app.main:create_app", "--factory", "--port", str(PORT), "--no-access-log",
        "--no-server-header", "--http", "app.web.http_protocol:BoundedHttpProtocol", "--ws", "none",
    ]  # fmt: skip
    with (
        log.open("wb") as output,
        subprocess.Popen(command, env={**os.environ, **addresses.environment()}, stdout=output, stderr=output) as api,
    ):
        try:
            _await_ready(log)
            yield api.pid
        finally:
            api.terminate()


def _await_ready(log: Path) -> None:
    for _ in range(1200):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/readyz", timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the API did not become ready: {log.read_text()[-2000:]}")


async def _rounds(addresses: Addresses, country: Country, options: argparse.Namespace) -> None:
    """Each on its own session of the day, in turns; who begins and who has the morning changes from round to round."""
    ratios, over_http = [], []
    warm = Country(country.places[:200], country.councils, country.days)
    await post_morning(PORT, warm, country.days[-1], "am", options.connections)
    await write_morning(addresses.owner, warm, country.days[-1], "pm", options.connections)
    for number, day in enumerate(country.days[: options.rounds]):
        http_session, driver_session = ("am", "pm") if number % 2 else ("pm", "am")
        runs = {
            "http": lambda day=day, at=http_session: post_morning(PORT, country, day, at, options.connections),
            "driver": lambda day=day, at=driver_session: write_morning(
                addresses.owner, country, day, at, options.connections
            ),
        }
        timed = {name: await _timed(runs[name]()) for name in sorted(runs, reverse=bool(number % 2))}
        ratios.append(timed["http"][0] / timed["driver"][0])
        over_http += timed["http"][1]
        print(f"round {number + 1}: {_told('HTTP', timed['http'])}; {_told('driver alone', timed['driver'])};", end=" ")
        print(f"ratio {ratios[-1]:.2f}", flush=True)
    _check_stored(addresses, country, options.rounds)
    cuts = statistics.quantiles(over_http, n=100)
    print(f"ratio: median {statistics.median(ratios):.2f}, rounds {', '.join(f'{r:.2f}' for r in ratios)}")
    print(f"a post over HTTP: p50 {cuts[49] * 1000:.1f} ms, p99 {cuts[98] * 1000:.1f} ms")


async def _timed(run: Coroutine[Any, Any, list[float]]) -> Timed:
    began = time.perf_counter()
    each = await run
    return time.perf_counter() - began, each


def _told(name: str, timed: Timed) -> str:
    return f"{name} {timed[0]:.2f} s ({len(timed[1]) / timed[0]:.0f}/s)"


def _check_stored(addresses: Addresses, country: Country, rounds: int) -> None:
    """Every mark stands, and every post over HTTP left its event, audit entry and idempotency record."""
    warm = min(200, len(country.places))
    posts = rounds * len(country.places) + warm
    with psycopg.connect(addresses.owner.replace("+psycopg", "", 1)) as connection:
        for table in ("events", "audit_entries", "idempotency_records"):
            found = connection.execute(f"select count(*) from {table}").fetchone()
            assert found == (posts,), (table, found, posts)
        lost = connection.execute(
            "select count(*) from expected_sessions where current_mark_id is null and on_date > %s", [country.days[-1]]
        ).fetchone()
        assert lost == (0,), lost


if __name__ == "__main__":
    sys.exit(main())
