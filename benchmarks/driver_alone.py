"""The least that could write a morning: the driver by itself, three plain statements in a transaction each."""

import asyncio
import time
from collections.abc import Sequence
from datetime import date, datetime
from uuid import uuid4

import psycopg

from benchmarks.morning_country import STANDS_AT, Country, Place

_SUBMISSION = """
insert into attendance_submissions (id, provider_id, client_id, received_at, recorded, unchanged, rejected)
values (%s, %s, %s, %s, %s, 0, 0)
"""
_MARKS = """
insert into attendance_marks (id, on_date, placement_id, session, submission_id, provider_id, fact, suggested_code,
    suggested_by, received_at, origin)
select id, %s, placement_id, %s, %s, %s, 'present', 'B', 'attended_in_person_school_commissioned', %s, 'submission'
from unnest(%s::uuid[], %s::uuid[]) as row (id, placement_id)
"""
_LEDGER = """
update expected_sessions e set current_mark_id = row.id, current_fact = 'present', current_code = 'B',
    first_received_at = %s, changed_at = %s
from unnest(%s::uuid[], %s::uuid[]) as row (id, placement_id)
where e.placement_id = row.placement_id and e.on_date = %s and e.session = %s
"""


async def write_morning(
    url: str, country: Country, day: date, session: str, connections: int, received_at: datetime = STANDS_AT
) -> list[float]:
    """Writes every setting's marks; the seconds that each transaction took."""
    waiting = list(reversed(country.places))
    took: list[float] = []

    async def writer() -> None:
        async with await psycopg.AsyncConnection.connect(url.replace("+psycopg", "", 1)) as connection:
            while waiting:
                place = waiting.pop()
                began = time.perf_counter()
                await _write(connection, place, day, session, received_at)
                took.append(time.perf_counter() - began)

    await asyncio.gather(*(writer() for _ in range(connections)))
    return took


async def _write(connection: psycopg.AsyncConnection, place: Place, day: date, session: str, at: datetime) -> None:
    submission, placements = uuid4(), list(place.placement_ids)
    marks: Sequence[object] = [uuid4() for _ in placements]
    async with connection.cursor() as cursor:
        await cursor.execute(_SUBMISSION, [submission, place.provider_id, place.client_id, at, len(placements)])
        await cursor.execute(_MARKS, [day, session, submission, place.provider_id, at, marks, placements])
        await cursor.execute(_LEDGER, [at, at, marks, placements, day, session])
    await connection.commit()
