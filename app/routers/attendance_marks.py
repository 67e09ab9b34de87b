"""Attendance marks: what a school enters in its register, with the code suggested to it."""

from datetime import date
from typing import Annotated, Any

from fastapi import Query, Response
from sqlalchemy import Row, not_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.attendance import AttendanceMark, ExpectedSession
from app.models.organisations import OrganisationKind
from app.queries.attendance_marks import is_unresolved, visible_mark, visible_marks
from app.rules.calendars import SchoolSession
from app.schemas.attendance_marks import MarkCorrect, MarkHistory, MarkRead
from app.schemas.wire import Day, Id, Instant
from app.services import attendance_marks
from app.services.attendance_marks import as_shown
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("attendance")

Reader = Annotated[Caller, allow(Scope.ATTENDANCE_READ)]
_FIRST, _LAST = date(1990, 1, 1), date(2100, 12, 31)


@router.get("/attendance-marks", operation_id="list_attendance_marks")
async def list_attendance_marks(
    caller: Reader,
    session: Session,
    pages: Pages,
    placement_id: Id | None = None,
    submission_id: Id | None = None,
    first: Annotated[Day | None, Query(alias="from", description="First day of the sessions.")] = None,
    last: Annotated[Day | None, Query(alias="to", description="Last day of the sessions.")] = None,
    part: Annotated[SchoolSession | None, Query(alias="session")] = None,
    unresolved: Annotated[
        bool | None, Query(description="Whether `N` stands, and the register has no other code.")
    ] = None,
    changed_since: Instant | None = None,
    superseded: Annotated[bool, Query(description="Show the history too: marks that a later one superseded.")] = False,
) -> Page[MarkRead]:
    """The marks that stand for the sessions the caller may see; with `superseded`, all that ever stood.

    `changed_since` gives every mark of a session in which anything changed: also one that was superseded, and one for
    which the register's code was entered.
    """
    days = col(AttendanceMark.on_date)
    statement = visible_marks(caller, superseded=superseded).where(days.between(first or _FIRST, last or _LAST))
    if placement_id is not None:
        statement = statement.where(col(AttendanceMark.placement_id) == placement_id)
    if submission_id is not None:
        statement = statement.where(col(AttendanceMark.submission_id) == submission_id)
    if part is not None:
        statement = statement.where(col(AttendanceMark.session) == part)
    if unresolved is not None:
        statement = statement.where(is_unresolved() if unresolved else not_(is_unresolved()))
    if changed_since is not None:
        statement = statement.where(col(ExpectedSession.changed_at) >= changed_since)
    rows, page = await pages.rows(session, statement, [days, col(AttendanceMark.id)])
    caller.sees_placements(*(row.placement_id for row in rows))
    return page.holding(await as_shown(session, rows))


@router.get("/attendance-marks/{mark_id}", operation_id="get_attendance_mark")
async def get_attendance_mark(mark_id: Id, caller: Reader, session: Session, response: Response) -> MarkRead:
    """One mark, whether it still stands or not."""
    return await _shown(session, response, await visible_mark(caller, session, mark_id))


@router.get("/attendance-marks/{mark_id}/history", operation_id="get_attendance_mark_history")
async def get_attendance_mark_history(mark_id: Id, caller: Reader, session: Session) -> MarkHistory:
    """All that was stated of the session that a mark is about, in order, and what was entered in the register."""
    return await attendance_marks.history(caller, session, mark_id)


@router.post("/attendance-marks/{mark_id}/correction", operation_id="correct_attendance_mark", status_code=201)
async def correct_attendance_mark(
    mark_id: Id,
    body: MarkCorrect,
    expected: ExpectedVersion,
    caller: Annotated[Caller, allow(Scope.ATTENDANCE_WRITE, OrganisationKind.PROVIDER)],
    session: Session,
    response: Response,
) -> MarkRead:
    """The provider corrects the mark that stands and says why. The answer is the new mark; the old one is kept.

    The correction is the whole statement: what it leaves out is not taken over. What came late stays late. A mark in
    whose place another has come is not corrected: `current_mark_id` names the one that stands.
    """
    mark = await attendance_marks.correct_mark(caller, session, mark_id, body, expected)
    response.headers["Location"] = f"{attendance_marks.PATH}/{mark.id}"
    return await _shown(session, response, mark)


async def _shown(session: AsyncSession, response: Response, mark: Row[Any]) -> MarkRead:
    tag(response, attendance_marks.VERSION)
    [shown] = await attendance_marks.as_shown(session, [mark])
    return shown
