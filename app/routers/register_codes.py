"""The codes that schools entered in their registers, beside the facts that providers stated."""

from datetime import date
from typing import Annotated

from fastapi import Query, Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.attendance import RegisterCode
from app.queries.register_codes import entered_since, visible_register_code, visible_register_codes
from app.rules.calendars import SchoolSession
from app.schemas.register_codes import RegisterCodeEnter, RegisterCodeRead
from app.schemas.wire import Day, Id, Instant
from app.services import register_codes
from app.services.attendance_marks import VERSION
from app.web.conditional import tag
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("attendance")

Reader = Annotated[Caller, allow(Scope.ATTENDANCE_READ)]
_FIRST, _LAST = date(1990, 1, 1), date(2100, 12, 31)


@router.get("/register-codes", operation_id="list_register_codes")
async def list_register_codes(
    caller: Reader,
    session: Session,
    pages: Pages,
    placement_id: Id | None = None,
    first: Annotated[Day | None, Query(alias="from", description="First day of the sessions.")] = None,
    last: Annotated[Day | None, Query(alias="to", description="Last day of the sessions.")] = None,
    part: Annotated[SchoolSession | None, Query(alias="session")] = None,
    changed_since: Instant | None = None,
    superseded: Annotated[bool, Query(description="Show those too in whose place a later one came.")] = False,
) -> Page[RegisterCodeRead]:
    """The codes that stand in the registers of the children the caller may see; with `superseded`, all ever entered."""
    days = col(RegisterCode.on_date)
    statement = visible_register_codes(caller, superseded=superseded).where(
        days.between(first or _FIRST, last or _LAST)
    )
    if placement_id is not None:
        statement = statement.where(col(RegisterCode.placement_id) == placement_id)
    if part is not None:
        statement = statement.where(col(RegisterCode.session) == part)
    if changed_since is not None:
        statement = statement.where(entered_since(changed_since))
    rows, page = await pages.rows(session, statement, [days, col(RegisterCode.id)])
    caller.sees_placements(*(row.placement_id for row in rows))
    return page.holding([_read(row) for row in rows])


@router.post("/register-codes", operation_id="enter_register_code", status_code=201)
async def enter_register_code(
    body: RegisterCodeEnter,
    caller: Annotated[Caller, allow(Scope.ATTENDANCE_WRITE)],
    session: Session,
    response: Response,
) -> RegisterCodeRead:
    """The host school (the commissioner where there is none) tells the code that it entered for a session.

    It changes nothing of what the provider stated, and takes the place of an earlier entry, which is kept. The same
    code again is no new entry.
    """
    entry = await register_codes.enter_register_code(caller, session, body)
    response.headers["Location"] = f"{register_codes.PATH}/{entry.id}"
    tag(response, VERSION)
    return _read(entry)


@router.get("/register-codes/{register_code_id}", operation_id="get_register_code")
async def get_register_code(
    register_code_id: Id, caller: Reader, session: Session, response: Response
) -> RegisterCodeRead:
    """One entry, whether it still stands or not."""
    tag(response, VERSION)
    return _read(await visible_register_code(caller, session, register_code_id))


def _read(row: object) -> RegisterCodeRead:
    return RegisterCodeRead.model_validate(row)
