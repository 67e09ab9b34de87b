"""Importing calendars. The rows of one calendar are published together, or not at all: half a calendar would have
children missed on days on which the place is closed.

A calendar is recognised by its name among the caller's own. One that is there becomes what the file says, as far as
the rules let a calendar change.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.queries.calendars import school_calendar
from app.queries.imports import own_calendars_named
from app.rules.calendars import SchoolCalendar
from app.rules.imports import RowState
from app.rules.imports_calendars import Entry
from app.schemas.calendars import CalendarWrite, ClosureWrite, HalfTermWrite
from app.services.calendars import change_calendar, publish_calendar
from app.services.imports_cells import Cells, Place, RowRejectedError, built
from app.services.imports_files import Fault
from app.services.imports_rows import Done, made

MOST_DAYS_CLOSED = 60
INCOMPLETE = Fault(
    None, "calendar_incomplete", "Another row of this calendar has a fault: none of the calendar was published."
)
_SEVERAL = Fault(
    "calendar", "several_found", "You publish several calendars of this name: change the one meant itself."
)

_COLUMNS: Mapping[str | int, str] = {
    "name": "calendar",
    "term": "term",
    "half": "half",
    "first": "first_on",
    "last": "last_on",
    "date": "first_on",
    "reason": "reason",
}


class CalendarRejectedError(Exception):
    """The faults of the rows of a calendar, by the position of the row; None for those of all."""

    def __init__(self, faults: Mapping[int | None, Sequence[Fault]]) -> None:
        super().__init__("calendar rejected")
        self.faults = faults


async def import_calendar(caller: Caller, session: AsyncSession, rows: Sequence[Mapping[str, str]]) -> Done:
    """Publishes the calendar that these rows make up, or changes the caller's own of that name.

    Raises CalendarRejectedError, RowRejectedError, and whatever publishing and changing raise.
    """
    wanted = _wanted(rows)
    found = await own_calendars_named(caller, session, wanted.name)
    if len(found) > 1:
        raise RowRejectedError(_SEVERAL)
    if not found:
        return made((await publish_calendar(caller, session, wanted)).id)
    calendar_id: UUID = found[0].id
    if _says(await school_calendar(session, calendar_id)) == _as_said(wanted):
        return Done(RowState.UNCHANGED, calendar_id)
    await change_calendar(caller, session, calendar_id, wanted, found[0].version)
    return Done(RowState.CHANGED, calendar_id)


def calendar_column(place: Place) -> str | None:
    return _COLUMNS.get(place[-1]) if place else None


def _wanted(rows: Sequence[Mapping[str, str]]) -> CalendarWrite:
    half_terms: list[HalfTermWrite] = []
    closures: list[ClosureWrite] = []
    faults: dict[int | None, Sequence[Fault]] = {}
    for index, row in enumerate(rows):
        cells = Cells(row)
        try:
            match cells.slug("entry"):
                case Entry.HALF_TERM:
                    half_terms.append(_half_term(cells))
                case Entry.CLOSURE:
                    closures += _closures(cells)
                case Entry.PASSED_OVER:
                    pass
                case _:
                    raise RowRejectedError(Fault("entry", "not_one_of", "Must be half_term or closure."))
        except RowRejectedError as rejected:
            faults[index] = rejected.faults
    if faults:
        raise CalendarRejectedError(faults)
    named = {
        "name": rows[0].get("calendar"),
        "half_terms": sorted(half_terms, key=lambda each: each.first),
        "closures": sorted(closures, key=lambda each: each.date),
    }
    return built(CalendarWrite, named, calendar_column, Cells({}))


def _half_term(cells: Cells) -> HalfTermWrite:
    half = cells.text("half")
    said = {
        "term": cells.slug("term"),
        "half": int(half) if half in ("1", "2") else half,
        "first": cells.day("first_on"),
        "last": cells.day("last_on"),
    }
    return built(HalfTermWrite, said, calendar_column, cells)


def _closures(cells: Cells) -> list[ClosureWrite]:
    """A closure for each weekday from the first to the last."""
    reason = cells.text("reason") or "Closed"
    first = built(ClosureWrite, {"date": cells.day("first_on"), "reason": reason}, calendar_column, cells).date
    until = {"date": cells.day("last_on") or first, "reason": reason}
    last = built(ClosureWrite, until, lambda place: "last_on" if place == ("date",) else "reason", cells).date
    if not 0 <= (last - first).days < MOST_DAYS_CLOSED:
        detail = f"Must not be before first_on, and at most {MOST_DAYS_CLOSED - 1} days after it."
        raise RowRejectedError(Fault("last_on", "out_of_range", detail))
    days = [date.fromordinal(number) for number in range(first.toordinal(), last.toordinal() + 1)]
    return [ClosureWrite(date=day, reason=reason) for day in days if day.isoweekday() < 6 or len(days) == 1]


def _says(calendar: SchoolCalendar) -> tuple[object, ...]:
    terms = tuple((each.term, each.half, each.first, each.last) for each in calendar.half_terms)
    return terms, tuple(sorted((each.day, each.reason) for each in calendar.closures))


def _as_said(wanted: CalendarWrite) -> tuple[object, ...]:
    terms = tuple((each.term, each.half, each.first, each.last) for each in wanted.half_terms)
    return terms, tuple(sorted((each.date, each.reason) for each in wanted.closures))
