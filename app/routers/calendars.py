"""Calendars: half-terms, closures, and the days on which a placement may lawfully end."""

from typing import Annotated

from fastapi import Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.calendars import Calendar
from app.queries.calendars import school_calendars, visible_calendar, visible_calendars
from app.rules.calendars import SchoolCalendar
from app.schemas.calendars import CalendarRead, CalendarWrite, ClosureRead, HalfTermRead
from app.schemas.wire import Id, Instant
from app.services import calendars
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("calendars")

Reader = Annotated[Caller, allow(Scope.CALENDARS_READ)]
Writer = Annotated[Caller, allow(Scope.CALENDARS_WRITE)]


@router.get("/calendars", operation_id="list_calendars")
async def list_calendars(
    caller: Reader,
    session: Session,
    pages: Pages,
    owner_id: Id | None = None,
    changed_since: Instant | None = None,
) -> Page[CalendarRead]:
    """The calendars that councils, schools and providers publish."""
    statement = visible_calendars(caller)
    if owner_id is not None:
        statement = statement.where(col(Calendar.owner_id) == owner_id)
    if changed_since is not None:
        statement = statement.where(col(Calendar.changed_at) >= changed_since)
    rows, page = await pages.rows(session, statement, [col(Calendar.id)])
    known = await school_calendars(session, [row[0].id for row in rows])
    return page.holding([_read(row[0], known[row[0].id]) for row in rows])


@router.post("/calendars", operation_id="publish_calendar", status_code=201)
async def publish_calendar(body: CalendarWrite, caller: Writer, session: Session, response: Response) -> CalendarRead:
    """Publishes a calendar of the caller's own."""
    calendar = await calendars.publish_calendar(caller, session, body)
    response.headers["Location"] = f"/v1/calendars/{calendar.id}"
    return await _shown(session, response, calendar)


@router.get("/calendars/{calendar_id}", operation_id="get_calendar")
async def get_calendar(calendar_id: Id, caller: Reader, session: Session, response: Response) -> CalendarRead:
    """One calendar; each half-term says its last open pupil day."""
    return await _shown(session, response, await visible_calendar(caller, session, calendar_id))


@router.put("/calendars/{calendar_id}", operation_id="change_calendar")
async def change_calendar(
    calendar_id: Id,
    body: CalendarWrite,
    expected: ExpectedVersion,
    caller: Writer,
    session: Session,
    response: Response,
) -> CalendarRead:
    """Replaces the caller's own calendar.

    Once placements are governed by it, its half-terms stay and later ones may be added. A day may be closed up to 28
    days after it, and that taken back as long; a closure known beforehand is opened from tomorrow on. What is expected
    of those placements follows within moments: what was received stays, and sessions of today or earlier of which
    nothing was received are waived, with the code Y4 suggested. A notice or a planned end keeps its day, also one that
    is closed by now.
    """
    return await _shown(
        session, response, await calendars.change_calendar(caller, session, calendar_id, body, expected)
    )


async def _shown(session: Session, response: Response, calendar: Calendar) -> CalendarRead:
    tag(response, calendar.version)
    return _read(calendar, (await school_calendars(session, [calendar.id]))[calendar.id])


def _read(calendar: Calendar, known: SchoolCalendar) -> CalendarRead:
    return CalendarRead(
        id=calendar.id,
        owner_id=calendar.owner_id,
        name=calendar.name,
        half_terms=[
            HalfTermRead(
                term=h.term, half=h.half, first=h.first, last=h.last, last_open_pupil_day=known.last_open_pupil_day(h)
            )
            for h in known.half_terms
        ],
        closures=[
            ClosureRead.model_validate({"date": c.day, "reason": c.reason, "declared_at": c.declared_at})
            for c in known.closures
        ],
        changed_at=calendar.changed_at,
    )
