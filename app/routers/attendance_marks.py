"""Attendance marks: what a school enters in its register, with the code suggested to it."""

from datetime import date
from typing import Annotated

from fastapi import Query, Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.attendance import AttendanceMark
from app.queries.attendance_marks import changed_or_superseded_since, visible_mark, visible_marks
from app.schemas.attendance_marks import MarkRead
from app.schemas.wire import Day, Id, Instant
from app.web.conditional import tag
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
    changed_since: Instant | None = None,
    superseded: Annotated[bool, Query(description="Show the history too: marks that a later one superseded.")] = False,
) -> Page[MarkRead]:
    """The marks that stand for the sessions the caller may see; with `superseded`, all that ever stood.

    `changed_since` covers, with `superseded`, marks that have been superseded.
    """
    days = col(AttendanceMark.on_date)
    statement = visible_marks(caller, superseded=superseded).where(days.between(first or _FIRST, last or _LAST))
    if placement_id is not None:
        statement = statement.where(col(AttendanceMark.placement_id) == placement_id)
    if submission_id is not None:
        statement = statement.where(col(AttendanceMark.submission_id) == submission_id)
    if changed_since is not None:
        statement = statement.where(changed_or_superseded_since(changed_since))
    rows, page = await pages.rows(session, statement, [days, col(AttendanceMark.id)])
    caller.sees_placements(*(row.placement_id for row in rows))
    return page.holding([MarkRead.model_validate(row) for row in rows])


@router.get("/attendance-marks/{mark_id}", operation_id="get_attendance_mark")
async def get_attendance_mark(mark_id: Id, caller: Reader, session: Session, response: Response) -> MarkRead:
    """One mark, whether it still stands or not."""
    tag(response, 1)
    return MarkRead.model_validate(await visible_mark(caller, session, mark_id))
