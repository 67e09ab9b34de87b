"""From a file to the rows that are to be done: which belong together, and which the file says twice."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from app.rules.identifiers import IdentifierScheme
from app.rules.imports import ImportKind
from app.rules.imports_calendars import Entry
from app.services.import_templates import COLUMNS
from app.services.imports_calendars import INCOMPLETE
from app.services.imports_files import Fault, Line, read_csv
from app.services.imports_icalendar import read_icalendar

_NUMBERS = [each.value for each in IdentifierScheme]


@dataclass(frozen=True, slots=True)
class Read:
    """A line, and the unit with which it goes in."""

    line: Line
    unit: int


async def read_file(
    kind: ImportKind, content: bytes, charset: str | None, calendar_name: str | None, *, icalendar: bool
) -> list[Read]:
    """The rows of a file, in its order. Raises Invalid for a file that cannot be read."""
    if icalendar:
        lines = await read_icalendar(content, charset, calendar_name)
    else:
        lines = await asyncio.to_thread(read_csv, content, charset, COLUMNS[kind])
    complete = [_complete(line, kind, icalendar=icalendar) for line in lines]
    if kind is ImportKind.CALENDARS:
        return _by_calendar(complete)
    return [Read(line, line.number) for line in _said_once(kind, complete)]


def _complete(line: Line, kind: ImportKind, *, icalendar: bool) -> Line:
    if line.faults or icalendar:
        return line
    missing = [each.name for each in COLUMNS[kind] if each.required and each.name not in line.cells]
    line = line.having(*(Fault(name, "required", "Is required.") for name in missing))
    if line.cells.get("entry", "").lower() == Entry.PASSED_OVER:
        return line.having(Fault("entry", "not_one_of", "Must be half_term or closure."))
    return line


def _by_calendar(lines: Sequence[Line]) -> list[Read]:
    """A calendar with a row that cannot be read is not published; nor is any, where it is not known whose row it is."""
    faulty = [line for line in lines if line.faults]
    nobodys = any("calendar" not in line.cells for line in faulty)
    spoilt = {line.cells.get("calendar") for line in faulty}
    units: dict[str, int] = {}
    read = []
    for line in lines:
        name = line.cells.get("calendar", "")
        unit = units.setdefault(name, line.number)
        left_out = not line.faults and (nobodys or name in spoilt)
        read.append(Read(line.having(INCOMPLETE) if left_out else line, unit))
    return read


def _said_once(kind: ImportKind, lines: Sequence[Line]) -> list[Line]:
    """Of rows about the same child, placement or provider the first stands, and the others are named."""
    first: dict[object, int] = {}
    read = []
    for line in lines:
        if line.faults:
            read.append(line)
            continue
        earlier = first.setdefault(_recognised_by(kind, line), line.number)
        again = Fault(None, "repeated_in_file", f"Line {earlier} is about the same: name it once.")
        read.append(line if earlier == line.number else line.having(again))
    return read


def _recognised_by(kind: ImportKind, line: Line) -> object:
    cells = {name: cell.lower() for name, cell in line.cells.items()}
    if kind is ImportKind.PUPILS:
        return cells.get("upn") or (cells["given_name"], cells["family_name"], cells["date_of_birth"])
    if kind is ImportKind.PLACEMENTS:
        return cells["pupil"], cells["provider"], cells["starts_on"]
    return next(((each, cells[each]) for each in _NUMBERS if each in cells), cells["name"])
