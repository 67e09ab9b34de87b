"""The result of the run, for people."""

import statistics
from collections.abc import Mapping, Sequence

from benchmarks.deliveries_compared import Compared
from benchmarks.deliveries_driver import Driver
from benchmarks.deliveries_endpoints import Endpoint
from benchmarks.deliveries_world import World

SLOWER_TIMES, SLOWER_SECONDS = 2.0, 1.0
"""Failing receivers may not make the usual wait of the others longer than this many times and seconds."""


def show(
    compared: Compared,
    began: Mapping[str, float],
    world: World,
    driver: Driver,
    killed: Mapping[str, int],
    endpoints: Sequence[Endpoint],
) -> None:
    said = ", ".join(f"{name} {times}" for name, times in sorted(driver.done.items()))
    print(f"\nanswered 2xx: {said}; asked again {world.again} times; refused: {dict(driver.refused) or 'none'}")
    print(f"killed: {', '.join(f'{name} {times} times' for name, times in killed.items())}")
    print(f"{compared.events} events; {compared.promised} promised to somebody by an answer, each told once to each\n")
    head = ("endpoint", "events", "received", "doubled", "attempts", "failed", "pending", "state")
    print("{:<28}{:>8}{:>10}{:>9}{:>10}{:>8}{:>9}  {}".format(*head))
    for row in compared.rows:
        print(
            f"{row.name:<28}{row.events:>8}{row.received:>10}{row.doubled:>9}{row.attempts:>10}{row.failed:>8}"
            f"{row.pending:>9}  {row.state}"
        )
    print()
    for name, number in compared.notes.items():
        print(f"{name}: {number}")
    _show_waits(compared)
    for fault in driver.faults:
        compared.faults.append(f"a request failed: {fault}")
    compared.check(world.unanswered == 0, f"{world.unanswered} requests were never answered")
    print(f"\n{len(compared.faults)} discrepancies")
    for fault in compared.faults:
        print(f"  {fault}")


def _show_waits(compared: Compared) -> None:
    """From an event's commit to its first receipt, at receivers that never failed."""
    of_calm = _cuts(compared.waits.get("calm", []))
    for period in ("calm", "failing", "kills"):
        waits = compared.waits.get(period, [])
        if len(waits) < 2:
            continue
        p50, p99 = _cuts(waits)
        ratio = f"; {p50 / of_calm[0]:.2f} and {p99 / of_calm[1]:.2f} times those of the calm" if of_calm[0] else ""
        print(f"{period}: to receivers that are well p50 {p50:.2f} s, p99 {p99:.2f} s, worst {max(waits):.2f} s{ratio}")
        if period == "failing" and of_calm[0]:
            limit = SLOWER_TIMES * of_calm[0] + SLOWER_SECONDS
            compared.check(p50 <= limit, f"failing receivers delay others: p50 {p50:.2f} s, at most {limit:.2f}")


def _cuts(waits: Sequence[float]) -> tuple[float, float]:
    """The median and the 99th percentile."""
    if len(waits) < 2:
        return 0.0, 0.0
    cuts = statistics.quantiles(waits, n=100)
    return cuts[49], min(cuts[98], max(waits))
