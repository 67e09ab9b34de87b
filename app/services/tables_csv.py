"""A table as a CSV file: RFC 4180, UTF-8, and no cell that a spreadsheet takes for a formula."""

import csv
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
        yield _lines([safe_text_of(cells.get(each.name)) for each in columns] for cells in batch).encode()


def _lines(rows: Iterable[Sequence[str]]) -> str:
    written = StringIO()
    csv.writer(written, lineterminator="\r\n").writerows(rows)
    return written.getvalue()
