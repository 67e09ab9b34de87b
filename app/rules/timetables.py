"""Weekly timetables, and the sessions that one leads to in a calendar.

Source: Salford AP contract slides (attendance for each pupil timetabled that day), read in the primary
source; the checks are Waymark's own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum
from uuid import UUID

from app.rules.calendars import SchoolCalendar, SchoolSession
from app.rules.sources import OUR_OWN
from app.rules.verdict import Refused

AM_STARTS_BEFORE = time(13)
PM_STARTS_FROM = time(11)
LONGEST_BACK = timedelta(days=28)
"""How long ago a day may be from which a new version of a timetable applies. Waymark's own."""


class Weekday(StrEnum):
    """The days on which a school opens; the position counts as in `date.weekday`, Monday being 0."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"


WEEKDAYS = tuple(Weekday)


@dataclass(frozen=True, slots=True)
class TimetableSlot:
    """One session of every week. Times are by the clock in London; `site_id` is None where none is named."""

    weekday: Weekday
    session: SchoolSession
    scheduled_start: time
    scheduled_end: time
    online: bool = False
    site_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ExpectedSession:
    """One session on one day for which attendance is owed."""

    day: date
    session: SchoolSession
    scheduled_start: time
    scheduled_end: time
    online: bool
    site_id: UUID | None


def expected_sessions(
    timetable: Sequence[TimetableSlot], calendar: SchoolCalendar, starts_on: date, ends_on: date
) -> Iterator[ExpectedSession]:
    """Timetable times calendar, from `starts_on` to `ends_on`, both included; each day's morning first.

    Source: Salford AP contract slides, read in the primary source.
    """
    in_order = sorted(timetable, key=lambda slot: slot.session)
    for day in calendar.open_pupil_days(starts_on, ends_on):
        weekday = WEEKDAYS[day.weekday()]
        for slot in in_order:
            if slot.weekday == weekday:
                yield ExpectedSession(
                    day, slot.session, slot.scheduled_start, slot.scheduled_end, slot.online, slot.site_id
                )


def validate_timetable(timetable: Sequence[TimetableSlot]) -> tuple[Refused, ...]:
    """Everything that keeps a timetable from being relied on; empty when it is sound.

    Source: Waymark's own, so that every session is expected once.
    """
    return tuple(_faults(timetable))


def _faults(timetable: Sequence[TimetableSlot]) -> Iterator[Refused]:
    if not timetable:
        yield Refused("timetable_empty", "A timetable needs at least one session a week.", OUR_OWN)
    slots: dict[tuple[Weekday, SchoolSession], TimetableSlot] = {}
    for slot in timetable:
        if (slot.weekday, slot.session) in slots:
            yield _fault("session_repeated", slot, "is listed twice")
        slots[slot.weekday, slot.session] = slot
        yield from _faults_of_slot(slot)
    for weekday in WEEKDAYS:
        morning = slots.get((weekday, SchoolSession.AM))
        afternoon = slots.get((weekday, SchoolSession.PM))
        if morning and afternoon and afternoon.scheduled_start < morning.scheduled_end:
            yield _fault("sessions_overlap", afternoon, "begins before the morning has ended")


def _faults_of_slot(slot: TimetableSlot) -> Iterator[Refused]:
    if slot.scheduled_start >= slot.scheduled_end:
        yield _fault("session_backwards", slot, "ends before, or when, it begins")
    if slot.session is SchoolSession.AM and slot.scheduled_start >= AM_STARTS_BEFORE:
        yield _fault("am_starts_too_late", slot, f"begins at or after {AM_STARTS_BEFORE:%H:%M}")
    if slot.session is SchoolSession.PM and slot.scheduled_start < PM_STARTS_FROM:
        yield _fault("pm_starts_too_early", slot, f"begins before {PM_STARTS_FROM:%H:%M}")
    if slot.online and slot.site_id is not None:
        yield _fault("online_at_site", slot, "is online and yet at a site")


def _fault(code: str, slot: TimetableSlot, what: str) -> Refused:
    return Refused(code, f"The {slot.session} session on {slot.weekday.capitalize()} {what}.", OUR_OWN)
