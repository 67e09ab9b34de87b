"""A load of keep-alive connections that post prepared requests, as light as it can be made, and time each."""

import asyncio
import json
import time
from collections.abc import Sequence
from datetime import date
from uuid import uuid4

from benchmarks.morning_country import Country, Place


async def post_morning(port: int, country: Country, day: date, session: str, connections: int) -> list[float]:
    """Posts every setting's marks over HTTP; the seconds that each took. Raises AssertionError for any but success."""
    waiting = [(_request(place, day, session), len(place.placement_ids)) for place in reversed(country.places)]
    took: list[float] = []

    async def poster() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while waiting:
            request, marks = waiting.pop()
            began = time.perf_counter()
            writer.write(request)
            status, body = await _answer(reader)
            took.append(time.perf_counter() - began)
            assert status == 200, (status, body[:500])
            assert json.loads(body)["recorded_count"] == marks, body[:500]
        writer.close()

    await asyncio.gather(*(poster() for _ in range(connections)))
    return took


def _request(place: Place, day: date, session: str) -> bytes:
    rows: Sequence[object] = [
        {"placement_id": str(each), "on_date": day.isoformat(), "session": session, "fact": "present"}
        for each in place.placement_ids
    ]
    body = json.dumps({"rows": rows}).encode()
    head = (
        "POST /v1/attendance-submissions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {place.api_key}\r\nIdempotency-Key: {uuid4()}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
    return int(head.split(b" ", 2)[1]), await reader.readexactly(length)
