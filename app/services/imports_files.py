"""Reading a CSV file: what it says line by line, and whatever keeps it from being read in one way only.

A fault of the file refuses the file. A fault of a row costs that row, and is named with its line. Nothing is guessed:
an encoding or separator that is another one is recognised and named. No fault repeats what the file says.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO
from itertools import islice
from typing import NoReturn

from app.problems import FieldError, Invalid
from app.rules.imports import MOST_ROWS, check_cell
from app.rules.verdict import Refused
from app.services.import_templates import Column
from app.services.imports_encodings import decoded

_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}
_MOST_NAMED = 30
_MOST_COLUMNS = 100
_MOST_LINES = 10 * MOST_ROWS
"""So many, empty ones included: to pass over millions of them would keep others waiting."""


@dataclass(frozen=True, slots=True)
class Fault:
    """`column` is None for a fault of the whole row."""

    column: str | None
    code: str
    detail: str

    @classmethod
    def of(cls, column: str | None, verdict: Refused) -> "Fault":
        return cls(column, verdict.code, verdict.reason)

    def as_json(self) -> dict[str, str | None]:
        return {"column": self.column, "code": self.code, "detail": self.detail[:500]}


@dataclass(frozen=True, slots=True)
class Line:
    """A row: the line it begins on, its cells by column without surrounding blanks, and what is wrong with it."""

    number: int
    cells: Mapping[str, str]
    faults: Sequence[Fault] = field(default=())

    def having(self, *faults: Fault) -> "Line":
        return Line(self.number, self.cells, (*self.faults, *faults))


def refuse_file(code: str, detail: str) -> NoReturn:
    raise Invalid([FieldError("", code, detail)])


def read_csv(content: bytes, charset: str | None, columns: Sequence[Column]) -> list[Line]:
    """The rows of a file. Raises Invalid for one that cannot be read in one way only."""
    text = decoded(content, charset)
    records = _records(text)
    first = (each for each in islice(records, _MOST_LINES) if each.fault or any(cell.strip() for cell in each.cells))
    header = next(first, None)
    if header is None or header.fault is not None:
        refuse_file("header_missing", "The first line must name the columns.")
    names = _named(text, header.cells, columns)
    lines: list[Line] = []
    for read, record in enumerate(records):
        if read == _MOST_LINES:
            refuse_file("too_many_rows", f"A file has at most {MOST_ROWS} rows: take out the empty lines.")
        if record.fault is None and not any(cell.strip() for cell in record.cells):
            continue
        if len(lines) == MOST_ROWS:
            refuse_file("too_many_rows", f"A file has at most {MOST_ROWS} rows: split it.")
        lines.append(_line(record, names, columns))
    if not lines:
        refuse_file("no_rows", "The file has a header and no row.")
    return lines


@dataclass(frozen=True, slots=True)
class _Record:
    number: int
    last: int
    cells: Sequence[str]
    fault: Fault | None = None


def _records(text: str) -> Iterator[_Record]:
    """Raises Invalid where it cannot be told any more where a row ends."""
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    while True:
        first = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield _Record(first, reader.line_num, (), _unreadable(str(error), first, reader.line_num))
        else:
            yield _Record(first, reader.line_num, cells)


def _unreadable(error: str, first: int, last: int) -> Fault:
    if "unexpected end" in error or ("field limit" in error and last > first):
        refuse_file(
            "quote_not_closed", f"A cell that begins on line {first} opens a quotation mark and never closes it."
        )
    if "field limit" in error:
        return Fault(None, "cell_too_long", "A cell is longer than any column takes.")
    where = f"Lines {first} to {last} are" if last > first else "The row is"
    return Fault(None, "row_malformed", f"{where} not well formed: a quotation mark inside a cell is written twice.")


def _named(text: str, cells: Sequence[str], columns: Sequence[Column]) -> list[str]:
    """The columns that the header names, in its order. Raises Invalid naming every fault of it."""
    _look_at_separator(text, cells, columns)
    names = [cell.strip().lower().replace(" ", "_").replace("-", "_") for cell in cells]
    while names and not names[-1]:
        names.pop()
    if len(names) > _MOST_COLUMNS:
        refuse_file("too_many_columns", f"The first line names {len(names)} columns; one line is one row.")
    known = {each.name for each in columns}
    if not known & set(names):
        refuse_file("header_missing", f"The first line must name the columns, such as {', '.join(_first(columns))}.")
    faults = []
    for index, name in enumerate(names):
        if name not in known:
            detail = f"Column {index + 1} has a name that this kind of file does not have."
            faults.append(FieldError("", "column_unknown", detail))
        elif name in names[:index]:
            faults.append(FieldError("", "column_repeated", f"The column {name} is there twice."))
    for each in columns:
        if each.required and each.name not in names:
            faults.append(FieldError("", "column_missing", f"The column {each.name} is missing."))
    if faults:
        raise Invalid(faults[:_MOST_NAMED])
    return names


def _look_at_separator(text: str, cells: Sequence[str], columns: Sequence[Column]) -> None:
    first = text.lstrip("\r\n").splitlines()[0]
    if first.lower().startswith("sep="):
        refuse_file("separator_line", "Take out the first line, `sep=…`: columns are separated by commas.")
    if len([cell for cell in cells if cell.strip()]) > 1:
        return
    known = {each.name for each in columns}
    for separator, called in _SEPARATORS.items():
        parts = {part.strip().strip('"').strip().lower().replace(" ", "_") for part in first.split(separator)}
        if len(parts & known) > 1:
            detail = f"The columns are separated by {called}; separate them by commas."
            refuse_file("separator_not_comma", detail)


def _first(columns: Sequence[Column]) -> list[str]:
    return [each.name for each in columns if each.required][:3]


def _line(record: _Record, names: Sequence[str], columns: Sequence[Column]) -> Line:
    if record.fault is not None:
        return Line(record.number, {}, [record.fault])
    cells, more = record.cells[: len(names)], record.cells[len(names) :]
    if len(cells) < len(names) or any(cell.strip() for cell in more):
        over = f" It goes from line {record.number} to {record.last}." if record.last > record.number else ""
        detail = f"The row has {len(record.cells)} cells and the header {len(names)}.{over}"
        return Line(record.number, {}, [Fault(None, "row_ragged", detail)])
    may_be_long = {each.name for each in columns if each.lines}
    said = {name: cell.strip() for name, cell in zip(names, cells, strict=True)}
    faults = [fault for name, cell in said.items() for fault in _faults(name, cell, name in may_be_long)]
    faulty = {fault.column for fault in faults}
    return Line(record.number, {k: v for k, v in said.items() if v and k not in faulty}, faults)


def _faults(name: str, cell: str, may_be_long: bool) -> Iterator[Fault]:
    verdict = check_cell(cell)
    if isinstance(verdict, Refused):
        yield Fault.of(name, verdict)
    elif not may_be_long and ("\n" in cell or "\r" in cell):
        yield Fault(name, "line_break", "The cell goes over several lines.")
