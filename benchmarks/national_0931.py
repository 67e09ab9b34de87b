"""A country at 09:31: who has not reported, for the country, for its largest council, for 100 councils at once.

    python -m benchmarks.national_0931 [--rounds 3] [--settings 1522] [--largest 60] [--days 2] [--plans]

The morning's deadline passed a minute ago; one setting in twenty has not reported; the afternoon is still to come.
See benchmarks/README.md.
"""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.access.caller import Caller
from app.access.scopes import Scope
from app.db import migrate
from app.db.embedded import EmbeddedServer
from app.db.embedded_database import Addresses, prepare
from app.db.engine import make_engine, make_sessions
from app.models.organisations import OrganisationKind
from app.queries.administration import outstanding_everywhere
from app.queries.expected_sessions import outstanding
from app.settings import Settings
from benchmarks.driver_alone import write_morning
from benchmarks.morning_country import NATIONAL_SETTINGS, Council, Country, found_country
from benchmarks.national_morning import PORT, api_process
from benchmarks.reads_over_http import Reader, ask_at_once

NOW = datetime(2026, 11, 24, 9, 31, tzinfo=UTC)
DAY = NOW.date()
REPORTED_AT = datetime(2026, 11, 24, 9, 12, tzinfo=UTC)
SILENT = 20
ASKS, AT_ONCE, DRIVERS = 50, 100, 8
COUNTRY_LIMIT, COUNCIL_LIMIT = 1.0, 0.2
COUNT_OF_DAY = "select count(*) from expected_sessions where on_date = %(day)s"


@dataclass(frozen=True, slots=True)
class Statement:
    """What the program sends to the database for a question."""

    text: str
    parameters: Any


@dataclass(slots=True)
class Times:
    """Seconds of what is measured and of its limit, taken in turns."""

    measured: list[float]
    limit: list[float]
    refused: int = 0

    def told(self, name: str, limit: float | None) -> str:
        ratios = statistics.median(self.measured) / statistics.median(self.limit)
        p50, p99, bare = _cut(self.measured, 50), _cut(self.measured, 99), _cut(self.limit, 50)
        verdict = "" if limit is None else f"{limit * 1000:6.0f} ms {'met' if p99 < limit else 'MISSED'}"
        return f"{name:28}{p50 * 1000:9.1f}{p99 * 1000:9.1f}{bare * 1000:11.1f}{ratios:8.2f}  {verdict}"


def main() -> int:
    options = _options()
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        EmbeddedServer.start(Path(folder) / "postgres") as server,
    ):
        addresses = prepare(server)
        migrate.upgrade(addresses.owner)
        country = found_country(addresses.owner, Settings(), options.settings, options.days, options.largest)
        asyncio.run(_report(addresses, country))
        with api_process(addresses, Path(folder) / "api.log"):
            asyncio.run(_measure(addresses, country, options))
    print(f"again: python -m benchmarks.national_0931 {' '.join(sys.argv[1:])}".rstrip())
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help=f"each with {ASKS} requests of the largest council")
    parser.add_argument("--settings", type=int, default=NATIONAL_SETTINGS, help="how many should report")
    parser.add_argument("--largest", type=int, default=60, help="settings of the largest council; the others have ten")
    parser.add_argument("--days", type=int, default=2, help="how many days the ledger holds")
    parser.add_argument("--plans", action="store_true", help="print how PostgreSQL answers")
    return parser.parse_args()


async def _report(addresses: Addresses, country: Country) -> None:
    """The morning of every setting but one in twenty, written as it is when no one has vacuumed since."""
    reported = Country(
        [place for number, place in enumerate(country.places) if number % SILENT], country.councils, country.days
    )
    await write_morning(addresses.owner, reported, DAY, "am", 4, REPORTED_AT)
    with _connected(addresses.owner) as connection:
        connection.execute("update sandboxes set stands_at = %s", [NOW])
    print(
        f"{2 * country.marks:,} sessions expected today in {len(country.places):,} settings of"
        f" {len(country.councils)} councils; {len(country.places) - len(reported.places)} settings have not reported"
    )


async def _measure(addresses: Addresses, country: Country, options: argparse.Namespace) -> None:
    council, crowd = await _over_http(addresses, country, options.rounds)
    with _connected(addresses.owner) as connection:
        connection.execute("update organisations set sandbox_id = null")
    whole = await _whole_country(addresses, country, options.rounds)
    print(f"{'milliseconds':28}{'p50':>9}{'p99':>9}{'limit p50':>11}{'ratio':>8}  target")
    print(whole.told("(a) the whole country", COUNTRY_LIMIT))
    print(council.told(f"(b) council of {country.councils[0].settings} settings", COUNCIL_LIMIT))
    print(crowd.told(f"(c) each of {AT_ONCE} at once", None))
    print(f"of {len(crowd.measured)} at once, told to come again: {crowd.refused}, their waits included above")
    if options.plans:
        await _print_plans(addresses, country.councils[0])


async def _over_http(addresses: Addresses, country: Country, rounds: int) -> tuple[Times, Times]:
    """The largest council again and again, and a crowd; the driver's turn comes between."""
    largest, others = country.councils[0], country.councils[1 : AT_ONCE + 1]
    path = f"/v1/attendance-outstanding?on_date={DAY}"
    statements = {each: await _sent(addresses.app, _of_council(each)) for each in (largest, *others)}
    council, crowd = Times([], []), Times([], [])
    async with Reader(PORT, path, largest.api_key) as reader:
        _check(country, (await reader.ask())[1])
    async with AsyncExitStack() as stack:
        drivers = [await stack.enter_async_context(await _driver(addresses.app)) for _ in range(DRIVERS)]
        for _ in range(rounds):
            async with Reader(PORT, path, largest.api_key) as reader:
                for _ in range(ASKS):
                    council.measured.append((await reader.ask())[0])
                    council.limit.append(await _bare(drivers[0], largest, statements[largest]))
            async with AsyncExitStack() as open_now:
                readers = [await open_now.enter_async_context(Reader(PORT, path, each.api_key)) for each in others]
                answers = await ask_at_once(readers)
            crowd.measured += [took for took, _ in answers]
            crowd.refused += sum(refused for _, refused in answers)
            crowd.limit += await _crowd_of_drivers(drivers, statements)
    return council, crowd


async def _whole_country(addresses: Addresses, country: Country, rounds: int) -> Times:
    """The operator's figures, and beside them a bare count of the day's sessions, by one role."""
    times = Times([], [])
    engine = make_engine(addresses.owner, Settings())
    async with make_sessions(engine)() as session, await _driver(addresses.owner) as driver:
        for _ in range(3 * rounds):
            began = time.perf_counter()
            found = await outstanding_everywhere(session, DAY, NOW)
            times.measured.append(time.perf_counter() - began)
            assert sum(row.expected for row in found) == 2 * country.marks, "sessions are missing from the figures"
            began = time.perf_counter()
            await (await driver.execute(COUNT_OF_DAY, {"day": DAY})).fetchall()
            times.limit.append(time.perf_counter() - began)
    await engine.dispose()
    return times


async def _bare(driver: psycopg.AsyncConnection, council: Council, statement: Statement) -> float:
    """The seconds of a transaction that sets who asks and sends the API's own statement, and nothing else."""
    began = time.perf_counter()
    async with driver.transaction():
        await driver.execute("select set_config('app.organisation', %s, true)", [str(council.organisation_id)])
        await (await driver.execute(statement.text, statement.parameters)).fetchall()
    return time.perf_counter() - began


async def _crowd_of_drivers(
    drivers: Sequence[psycopg.AsyncConnection], statements: dict[Council, Statement]
) -> list[float]:
    """The bare statement of each council but the largest, as many at a time as there are connections."""
    began = time.perf_counter()
    waiting = list(statements.items())[1:]
    took: list[float] = []

    async def one_after_the_other(driver: psycopg.AsyncConnection) -> None:
        while waiting:
            await _bare(driver, *waiting.pop())
            took.append(time.perf_counter() - began)

    await asyncio.gather(*(one_after_the_other(driver) for driver in drivers))
    return took


Question = Callable[[AsyncSession], Awaitable[Sequence[Any]]]


def _of_council(council: Council) -> Question:
    caller = Caller(
        council.organisation_id, OrganisationKind.COUNCIL, "", council.client_id, "", frozenset(Scope), None, NOW, ""
    )
    return lambda session: outstanding(caller, session, DAY, None)


async def _sent(url: str, question: Question) -> Statement:
    """The statement that the program sends for a question."""
    engine: AsyncEngine = make_engine(url, Settings())
    sent: list[Statement] = []

    def note(_connection: Any, _cursor: Any, text: str, parameters: Any, _context: Any, _many: bool) -> None:
        sent.append(Statement(text, parameters))

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    async with make_sessions(engine)() as session:
        await question(session)
    await engine.dispose()
    return sent[-1]


def _check(country: Country, body: bytes) -> None:
    """The largest council is told what its settings owe."""
    told = json.loads(body)
    places = country.places[: country.councils[0].settings]
    silent = [len(place.placement_ids) for number, place in enumerate(places) if not number % SILENT]
    assert told["expected"] == 2 * sum(len(place.placement_ids) for place in places), told["expected"]
    assert told["missing"] == sum(silent), told["missing"]
    assert len(told["providers"]) == len(silent), len(told["providers"])


async def _print_plans(addresses: Addresses, council: Council) -> None:
    everywhere = await _sent(addresses.owner, lambda session: outstanding_everywhere(session, DAY, NOW))
    theirs = await _sent(addresses.app, _of_council(council))
    plans: list[tuple[str, str, Statement]] = [
        ("(a) the limit", addresses.owner, Statement(COUNT_OF_DAY, {"day": DAY})),
        ("(a) the whole country", addresses.owner, everywhere),
        ("(b) the largest council", addresses.app, theirs),
    ]
    for name, url, statement in plans:
        print(f"\n{name}\n{statement.text}")
        with _connected(url) as connection:
            connection.execute("select set_config('app.organisation', %s, false)", [str(council.organisation_id)])
            explained: Any = f"explain (analyze, buffers) {statement.text}"
            for (line,) in connection.execute(explained, statement.parameters):
                print(line)


async def _driver(url: str) -> psycopg.AsyncConnection:
    return await psycopg.AsyncConnection.connect(_plain(url), autocommit=True)


def _connected(url: str) -> psycopg.Connection:
    return psycopg.connect(_plain(url))


def _plain(url: str) -> str:
    return url.replace("+psycopg", "", 1)


def _cut(seconds: Sequence[float], percent: int) -> float:
    return statistics.quantiles(seconds, n=100, method="inclusive")[percent - 1]


if __name__ == "__main__":
    sys.exit(main())
