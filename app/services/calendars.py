"""Publishing calendars. An organisation keeps its own; placements are governed by one, fixed at acceptance."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.models.calendars import Calendar, CalendarClosure, CalendarHalfTerm
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.problems import FieldError, Invalid, NotFound
from app.queries.calendars import audience_of, school_calendar, visible_calendar
from app.rules.calendars import (
    Closure,
    HalfTerm,
    SchoolCalendar,
    days_changed,
    may_change_what_governs,
    validate_calendar,
)
from app.schemas.calendars import CalendarWrite
from app.services.changes import changed, insist, made, must_be


async def publish_calendar(caller: Caller, session: AsyncSession, body: CalendarWrite) -> Calendar:
    """Raises Invalid naming every fault."""
    _check(body)
    calendar = Calendar(**made(caller.now), owner_id=caller.organisation_id, name=body.name)
    session.add(calendar)
    await session.flush()
    await _fill(caller, session, calendar, body, {})
    await _tell(caller, session, calendar, EventType.CALENDAR_PUBLISHED)
    return calendar


async def change_calendar(
    caller: Caller, session: AsyncSession, calendar_id: UUID, body: CalendarWrite, expected_version: int
) -> Calendar:
    """Replaces the caller's own calendar. The ledger of the placements that it governs follows (`duties_calendars`).

    Raises RuleRefused where placements are governed by it and more would change than days to come.
    """
    calendar = await visible_calendar(caller, session, calendar_id, lock=True)
    if calendar.owner_id != caller.organisation_id:
        raise NotFound
    must_be(calendar.version, expected_version)
    _check(body)
    before, after = await school_calendar(session, calendar_id), _as_rules_know(body)
    if calendar.governs:
        insist(may_change_what_governs(before, after, caller.today))
        _let_ledger_follow(calendar, days_changed(before, after))
    for table in (CalendarHalfTerm, CalendarClosure):
        await session.execute(delete(table).where(col(table.calendar_id) == calendar_id))
    calendar.name = body.name
    changed(calendar, caller)
    known = {each.day: each.declared_at for each in before.closures if each.declared_at is not None}
    await _fill(caller, session, calendar, body, known)
    await _tell(caller, session, calendar, EventType.CALENDAR_CHANGED)
    return calendar


async def _tell(caller: Caller, session: AsyncSession, calendar: Calendar, event: EventType) -> None:
    audience = await audience_of(caller, session, calendar)
    await record_event(session, event, f"/v1/calendars/{calendar.id}", caller.now, organisations=audience)


def _let_ledger_follow(calendar: Calendar, days: tuple[date, date] | None) -> None:
    """From the first day changed to the last, and the days that the ledger has not followed yet."""
    if days is not None:
        first, last = days
        calendar.follow_from = min(first, calendar.follow_from or first)
        calendar.follow_to = max(last, calendar.follow_to or last)


async def _fill(
    caller: Caller, session: AsyncSession, calendar: Calendar, body: CalendarWrite, known: Mapping[date, datetime]
) -> None:
    """`known` says since when closures are known; those that it does not hold are declared now."""
    session.add_all(
        CalendarHalfTerm(calendar_id=calendar.id, term=h.term, half=h.half, first_on=h.first, last_on=h.last)
        for h in body.half_terms
    )
    session.add_all(
        CalendarClosure(calendar_id=calendar.id, day=c.date, reason=c.reason, declared_at=known.get(c.date, caller.now))
        for c in body.closures
    )
    await session.flush()


def _as_rules_know(body: CalendarWrite) -> SchoolCalendar:
    return SchoolCalendar(
        tuple(HalfTerm(h.term, h.half, h.first, h.last) for h in body.half_terms),
        tuple(Closure(c.date, c.reason) for c in body.closures),
    )


def _check(body: CalendarWrite) -> None:
    faults = validate_calendar(_as_rules_know(body))
    if faults:
        raise Invalid([FieldError("/half_terms", fault.code, fault.reason) for fault in faults])
