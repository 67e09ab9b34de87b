"""A national month exported: every placed child of England in one census, as CSV and as a workbook, against a COPY.

    python -m benchmarks.national_month [--rounds 3] [--children 32083] [--returns attendance-census monthly-dashboard]

One council reads 32,083 children in one month over HTTP; the same figures are copied out of the database by one
statement in the same round. See benchmarks/README.md.
"""

import argparse
import http.client
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg

from app.access.scopes import Scope
from app.db import migrate
from app.db.embedded import EmbeddedServer
from app.db.embedded_database import prepare
from app.settings import Settings
from benchmarks.morning_country import NATIONAL_MARKS, NATIONAL_SETTINGS, found_country
from benchmarks.national_morning import PORT, api_process

MONTH = "2026-11"
CHILDREN = 32_083
_MIB = 1 << 20

# Every weekday from the 2nd to the 23rd, mornings and afternoons; one session in twelve was missed, one not reported.
_LEDGER = """
insert into expected_sessions (placement_id, on_date, session, provider_id, starts_at, ends_at, online,
    council_commissioned, due_at, changed_at, first_received_at, current_mark_id, current_fact, current_code)
select p.id, d::date, s.name, p.provider_id, s.starts_at, s.ends_at, false, true, d + interval '9 hours 30 minutes',
       now(), case when r.n < 98 then d + interval '9 hours' end, case when r.n < 98 then gen_random_uuid() end,
       case when r.n < 90 then 'present' when r.n < 98 then 'absent' end,
       case when r.n < 90 then 'K' when r.n < 94 then 'I' when r.n < 98 then 'O' end
from placements p
cross join generate_series('2026-11-02'::timestamptz, '2026-11-23', '1 day') as d
cross join (values ('am', '09:00'::time, '12:00'::time), ('pm', '13:00', '15:00')) as s (name, starts_at, ends_at)
cross join lateral (select abs(hashtext(p.id::text || d::text || s.name)) % 100 as n) as r
where extract(isodow from d) < 6
"""
_COPY = """
copy (select p.id, c.given_name, c.family_name, c.date_of_birth, p.host_school_id, o.name, p.primary_reason, e.*
      from placements p join pupils c on c.id = p.pupil_id join organisations o on o.id = p.provider_id
      join (select placement_id, count(*) as expected, count(current_code) as reported,
                   count(*) filter (where current_code = 'K') as k, count(*) filter (where current_code = 'I') as i,
                   count(*) filter (where current_code = 'O') as o
            from expected_sessions where on_date between '2026-11-01' and '2026-11-30' group by 1) e
        on e.placement_id = p.id
      order by p.id) to stdout with (format csv, header)
"""


@dataclass(slots=True)
class Seen:
    """Of one file: seconds to the first byte of it and to the last, its bytes, and the process's peak in MiB."""

    first: float
    whole: float
    size: int
    peak: float


def main() -> int:
    options = _options()
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        EmbeddedServer.start(Path(folder) / "postgres") as server,
    ):
        addresses = prepare(server)
        migrate.upgrade(addresses.owner)
        settings = max(1, round(options.children * NATIONAL_SETTINGS / NATIONAL_MARKS))
        country = found_country(addresses.owner, Settings(), settings, 0, settings)
        [council] = country.councils
        owner = addresses.owner.replace("+psycopg", "", 1)
        sessions = _fill(owner)
        print(f"{country.marks:,} children, {sessions:,} sessions, {settings} settings, one month of one council")
        with api_process(addresses, Path(folder) / "api.log") as pid:
            _measure(owner, council.api_key, pid, options.returns, options.rounds)
    print(f"again: python -m benchmarks.national_month {' '.join(sys.argv[1:])}".rstrip())
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--children", type=int, default=CHILDREN)
    parser.add_argument("--returns", nargs="+", default=["attendance-census"], help="the paths after /v1/")
    return parser.parse_args()


def _fill(owner: str) -> int:
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("update api_clients set scopes = %s", [[each.value for each in Scope]])
        # What keeps each child in one place at a time would take most of the time, and nothing here reads it.
        connection.execute("alter table expected_sessions disable trigger user")
        sessions = connection.execute(_LEDGER).rowcount
        connection.execute("alter table expected_sessions enable trigger user")
        connection.execute("vacuum (analyze)")
        connection.execute("checkpoint")
    return sessions


def _measure(owner: str, key: str, pid: int, returns: Sequence[str], rounds: int) -> None:
    print(f"{'':32}{'first byte':>11}{'whole':>9}{'MiB':>7}{'peak MiB':>10}{'ratio to COPY':>15}")
    idle = _peak(pid)
    for name in returns:
        copies, seen = [], {"csv": list[Seen](), "xlsx": list[Seen]()}
        for _ in range(rounds):
            copies.append(_copied(owner))
            for ending, found in seen.items():
                found.append(_fetched(f"/v1/{name}.{ending}?month={MONTH}", key, pid))
        copied = statistics.median(copies)
        for ending, found in seen.items():
            first, whole = (statistics.median(getattr(each, at) for each in found) for at in ("first", "whole"))
            peak = max(each.peak for each in found)
            size = found[0].size / _MIB
            print(f"{name + '.' + ending:32}{first:10.2f}s{whole:8.1f}s{size:7.1f}{peak:10.0f}{whole / copied:15.1f}")
    print(f"{'COPY':32}{'':11}{copied:8.1f}s        the process alone: {idle:.0f} MiB")


def _copied(owner: str) -> float:
    began = time.perf_counter()
    with psycopg.connect(owner) as connection, connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for _ in copy:
            pass
    return time.perf_counter() - began


def _fetched(path: str, key: str, pid: int) -> Seen:
    Path(f"/proc/{pid}/clear_refs").write_text("5")
    connection = http.client.HTTPConnection("127.0.0.1", PORT)
    began = time.perf_counter()
    connection.request("GET", path, headers={"Authorization": f"Bearer {key}"})
    answer = connection.getresponse()
    size = len(answer.read(1))
    first = time.perf_counter() - began
    while piece := answer.read(1 << 16):
        size += len(piece)
    whole = time.perf_counter() - began
    connection.close()
    assert answer.status == 200, (answer.status, size)
    return Seen(first, whole, size, _peak(pid))


def _peak(pid: int) -> float:
    """The most memory that the process has held since `clear_refs`, in MiB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


if __name__ == "__main__":
    sys.exit(main())
