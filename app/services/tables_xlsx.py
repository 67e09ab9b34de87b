"""A table as a workbook: typed cells, nothing of which is a formula or a link, and a sheet that explains the columns.

It is written row by row to a folder that only this process's user reads and that goes with the download; the work is
done in threads, so that nobody else waits for it.
"""

from asyncio import to_thread
from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from xlsxwriter import Workbook

from app.rules.tables import LONGEST_CELL, Cells, Column, ColumnType, may_be_a_formula, text_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS = 1_048_576
"""Rows that a sheet holds, its head included; what comes after goes on in another sheet."""
_PIECE = 1 << 16
_WIDTHS = {ColumnType.ID: 14, ColumnType.DAY: 12, ColumnType.INSTANT: 21, ColumnType.YES_NO: 12, ColumnType.NUMBER: 12}
_TEXT_WIDTH = 24


async def as_xlsx(
    title: str,
    columns: Sequence[Column],
    batches: AsyncIterator[list[Cells]],
    as_of: datetime,
    most_rows: int = MOST_ROWS,
) -> AsyncIterator[bytes]:
    """The file in pieces, from when it is complete."""
    with TemporaryDirectory(prefix="waymark-return-") as folder:
        book = await to_thread(_Book, Path(folder), title, columns, as_of, most_rows)
        try:
            async for batch in batches:
                await to_thread(book.add, batch)
        finally:
            await to_thread(book.close)
        with await to_thread(book.path.open, "rb") as file:
            while piece := await to_thread(file.read, _PIECE):
                yield piece


class _Book:
    def __init__(
        self, folder: Path, title: str, columns: Sequence[Column], as_of: datetime, most_rows: int = MOST_ROWS
    ) -> None:
        self.path = folder / "return.xlsx"
        self._columns = columns
        self._most_rows = most_rows
        # Texts stay texts, whatever they look like.
        options = {
            "constant_memory": True,
            "tmpdir": str(folder),
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "use_zip64": True,
        }
        self._book: Any = Workbook(str(self.path), options)
        self._book.set_properties({"title": title, "created": as_of.replace(tzinfo=None)})
        self._head = self._book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._quoted = self._book.add_format({"quote_prefix": True})
        self._wrapped = self._book.add_format({"text_wrap": True, "valign": "top"})
        self._sheets = 0
        self._begin_sheet()

    def add(self, batch: Sequence[Cells]) -> None:
        for cells in batch:
            if self._row == self._most_rows:
                self._end_sheet()
                self._begin_sheet()
            for at, column in enumerate(self._columns):
                self._write(self._row, at, column, cells.get(column.name))
            self._row += 1

    def close(self) -> None:
        self._end_sheet()
        sheet = self._book.add_worksheet("Columns")
        sheet.fit_to_pages(1, 0)
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 1, 100, self._wrapped)
        for row, (name, meaning) in enumerate([("column", "meaning"), *((c.name, c.meaning) for c in self._columns)]):
            form = self._head if row == 0 else self._wrapped
            sheet.write_string(row, 0, name, form)
            sheet.write_string(row, 1, meaning, form)
        self._book.close()

    def _begin_sheet(self) -> None:
        self._sheets += 1
        self._sheet = self._book.add_worksheet("Records" if self._sheets == 1 else f"Records {self._sheets}")
        self._sheet.freeze_panes(1, 0)
        self._sheet.set_landscape()
        self._sheet.repeat_rows(0)
        for at, column in enumerate(self._columns):
            self._sheet.set_column(at, at, max(_WIDTHS.get(column.type, _TEXT_WIDTH), len(column.name) + 3))
            self._sheet.write_string(0, at, column.name, self._head)
        self._row = 1

    def _end_sheet(self) -> None:
        self._sheet.autofilter(0, 0, max(self._row - 1, 1), len(self._columns) - 1)

    def _write(self, row: int, at: int, column: Column, value: object) -> None:
        if value is None:
            return
        if isinstance(value, date) and not isinstance(value, datetime):
            self._sheet.write_datetime(row, at, datetime(value.year, value.month, value.day), self._day)  # noqa: DTZ001
        elif column.type is ColumnType.NUMBER and isinstance(value, int | float):
            self._sheet.write_number(row, at, value)
        else:
            form = self._quoted if may_be_a_formula(value) else None
            self._sheet.write_string(row, at, text_of(value)[:LONGEST_CELL], form)
