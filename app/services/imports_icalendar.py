"""Reading an iCalendar file (RFC 5545): each event becomes the row that a CSV file of calendars would have.

Events of whole days are read; those at a time of day say nothing about pupil days. Closures in the holidays are passed
over: no pupil is expected then.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, NoReturn

from icalendar import Calendar, Component

from app.problems import FieldError, Invalid
from app.rules.imports import check_cell
from app.rules.imports_calendars import Entry, read_event
from app.rules.verdict import Refused
from app.services.imports_encodings import decoded
from app.services.imports_files import Fault, Line

_LARGEST = 512 * 1024
_MOST_EVENTS = 2_000
_A_DAY = timedelta(days=1)
_NOT_UNDERSTOOD = Fault(
    "entry",
    "event_not_understood",
    "It cannot be told whether pupils attend. Give the event the category HALF-TERM (and a summary such as `Autumn 1`),"
    " CLOSURE or IGNORE.",
)


async def read_icalendar(content: bytes, charset: str | None, name: str | None) -> list[Line]:
    """The events of a file, by the line that each begins on. Raises Invalid for what is no iCalendar file."""
    if len(content) > _LARGEST:
        _refuse("file_too_large", f"An iCalendar file has at most {_LARGEST // 1024} KiB.")
    text = decoded(content, charset)
    if "\x00" in text:
        _refuse("nul_character", "The file contains the NUL character.")
    starts = [number for number, line in enumerate(text.splitlines(), 1) if line.strip().upper() == "BEGIN:VEVENT"]
    if len(starts) > _MOST_EVENTS:
        _refuse("too_many_rows", f"An iCalendar file has at most {_MOST_EVENTS} events.")
    lines = await asyncio.to_thread(_read, text, starts, name)
    if not lines:
        _refuse("no_rows", "The file holds no event.")
    return _without_closures_in_holidays(lines)


def _read(text: str, starts: Sequence[int], name: str | None) -> list[Line]:
    try:
        calendars = Calendar.from_ical(text, multiple=True)
        found = [(each, calendar) for calendar in calendars for each in calendar.walk("VEVENT")]
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, RecursionError):
        _refuse("file_not_icalendar", "This is no iCalendar file (RFC 5545).")
    events = [(each, _name_of(calendar, name)) for each, calendar in found]
    if len(events) != len(starts):
        _refuse("file_not_icalendar", "Events of the file are not closed: it is no iCalendar file (RFC 5545).")
    return [_line(start, event, called) for start, (event, called) in zip(starts, events, strict=True)]


def _name_of(calendar: Component, otherwise: str | None) -> str:
    name = str(calendar.get("NAME") or calendar.get("X-WR-CALNAME") or otherwise or "").strip()
    if not name:
        _refuse(
            "calendar_name_missing",
            "The file does not name its calendar: say `calendar_name` when you open the import.",
        )
    if isinstance(check_cell(name), Refused):
        _refuse("calendar_name_unfit", "The file's name for its calendar is not one that can be kept.")
    return name


def _line(number: int, event: Component, calendar: str) -> Line:
    cells = {"calendar": calendar}
    summary = str(event.get("SUMMARY") or "").strip()
    verdict = check_cell(summary)
    if isinstance(verdict, Refused):
        return Line(number, cells, [Fault.of("reason", verdict)])
    days = _days(event)
    if isinstance(days, Fault):
        return Line(number, cells, [days])
    if days is None:
        return Line(number, cells | {"entry": Entry.PASSED_OVER})
    first, last = days
    cells |= {"first_on": first.isoformat(), "last_on": last.isoformat()}
    said = read_event(summary, _categories(event))
    if said is None:
        return Line(number, cells, [_NOT_UNDERSTOOD])
    cells["entry"] = said.entry
    if said.term is not None and said.half is not None:
        cells |= {"term": said.term, "half": str(said.half)}
    if said.entry is Entry.CLOSURE:
        cells["reason"] = summary or "Closed"
    return Line(number, cells)


def _days(event: Component) -> tuple[date, date] | Fault | None:
    """The first and last whole day; None for an event at a time of day, which says nothing about pupil days."""
    if event.errors or "DTSTART" not in event:
        return Fault(None, "event_malformed", "The event's properties cannot be read.")
    if "RRULE" in event or "RDATE" in event:
        return Fault("first_on", "event_repeats", "An event that repeats is not read: write each of its days out.")
    first: Any = event.decoded("DTSTART")
    end: Any = event.decoded("DTEND") if "DTEND" in event else None
    if isinstance(first, datetime):
        return None
    if not isinstance(first, date) or isinstance(end, datetime):
        return Fault("first_on", "event_malformed", "The event begins or ends on no day.")
    if end is None and "DURATION" in event:
        end = first + event.decoded("DURATION")
    return first, max(first, end - _A_DAY) if end is not None else first


def _categories(event: Component) -> list[str]:
    given = event.get("CATEGORIES")
    several = given if isinstance(given, list) else [given] if given is not None else []
    return [str(each) for one in several for each in getattr(one, "cats", [one])]


def _without_closures_in_holidays(lines: Sequence[Line]) -> list[Line]:
    """A closure is cut to the half-terms of its calendar; one that lies in none is passed over."""
    terms = [line.cells for line in lines if line.cells.get("entry") == Entry.HALF_TERM]
    return [_cut(line, [each for each in terms if each["calendar"] == line.cells["calendar"]]) for line in lines]


def _cut(line: Line, terms: Sequence[Any]) -> Line:
    if line.cells.get("entry") != Entry.CLOSURE or line.faults:
        return line
    closed = set(_between(line.cells["first_on"], line.cells["last_on"]))
    inside = sorted(day for each in terms for day in closed & set(_between(each["first_on"], each["last_on"])))
    if not inside:
        return replace(line, cells={**line.cells, "entry": Entry.PASSED_OVER})
    return replace(line, cells={**line.cells, "first_on": inside[0].isoformat(), "last_on": inside[-1].isoformat()})


def _between(first: str, last: str) -> Iterator[date]:
    day, until = date.fromisoformat(first), date.fromisoformat(last)
    return (date.fromordinal(n) for n in range(day.toordinal(), min(until.toordinal(), day.toordinal() + 400) + 1))


def _refuse(code: str, detail: str) -> NoReturn:
    raise Invalid([FieldError("", code, detail)])
