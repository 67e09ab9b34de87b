"""A table as a CSV file: RFC 4180, UTF-8, and no cell that a spreadsheet takes for a formula.

Lines are written in a thread, so that a long file holds up nobody else's request.
"""

import csv
from asyncio import to_thread
from collections.abc import AsyncIterator, Iterable, Sequence
from io import StringIO

from app.rules.tables import Cells, Column, safe_text_of

CSV = "text/csv"


def csv_head(columns: Sequence[Column]) -> str:
    """The line of the columns' names, with which every file begins."""
    return _lines([[each.name for each in columns]])


async def as_csv(columns: Sequence[Column], batches: AsyncIterator[list[Cells]]) -> AsyncIterator[bytes]:
    """The file in pieces: the names of the columns, then a piece for each batch."""
    yield csv_head(columns).encode()
    async for batch in batches:
        yield await to_thread(_records, columns, batch)


def _records(columns: Sequence[Column], batch: Sequence[Cells]) -> bytes:
    names = [each.name for each in columns]
    return _lines([safe_text_of(cells.get(name)) for name in names] for cells in batch).encode()


def _lines(rows: Iterable[Sequence[str]]) -> str:
    written = StringIO()
    csv.writer(written, lineterminator="\r\n").writerows(rows)
    return written.getvalue()
