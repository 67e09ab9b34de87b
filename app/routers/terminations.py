"""Notices of termination: a placement ends early, only at the end of a half-term."""

from typing import Annotated

from fastapi import Query, Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.placements import TerminationNotice
from app.queries.placements import placements_by_id, visible_placement
from app.queries.terminations import changed_since, visible_notice, visible_notices, with_state
from app.rules.termination import NoticeState
from app.schemas.terminations import NoticeGive, NoticeRead
from app.schemas.wire import Id, Instant
from app.services import terminations
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("termination-notices")

Reader = Annotated[Caller, allow(Scope.PLACEMENTS_READ)]
Writer = Annotated[Caller, allow(Scope.PLACEMENTS_WRITE)]


@router.get("/termination-notices", operation_id="list_termination_notices")
async def list_termination_notices(
    caller: Reader,
    session: Session,
    pages: Pages,
    placement_id: Id | None = None,
    state: NoticeState | None = None,
    since: Annotated[Instant | None, Query(alias="changed_since")] = None,
) -> Page[NoticeRead]:
    """The notices on every placement that the caller may see, those withdrawn included.

    `changed_since` covers those that have come into effect.
    """
    statement = visible_notices(caller)
    if state is not None:
        statement = with_state(statement, state, caller.today)
    if placement_id is not None:
        statement = statement.where(col(TerminationNotice.placement_id) == placement_id)
    if since is not None:
        statement = changed_since(statement, since, caller.today)
    rows, page = await pages.rows(session, statement, [col(TerminationNotice.id)])
    found: list[TerminationNotice] = [row[0] for row in rows]
    await placements_by_id(caller, session, [each.placement_id for each in found])
    return page.holding([_read(caller, each) for each in found])


@router.post("/termination-notices", operation_id="give_termination_notice", status_code=201)
async def give_termination_notice(body: NoticeGive, caller: Writer, session: Session, response: Response) -> NoticeRead:
    """A party of either side ends the placement early. A refusal names the next lawful dates.

    The placement's `ends_on` changes at once, and no session after that day is expected any more. While notice stands,
    only notice for an earlier day changes anything.
    """
    notice = await terminations.give_notice(caller, session, body)
    response.headers["Location"] = f"{terminations.PATH}/{notice.id}"
    return _shown(caller, response, notice)


@router.get("/termination-notices/{notice_id}", operation_id="get_termination_notice")
async def get_termination_notice(notice_id: Id, caller: Reader, session: Session, response: Response) -> NoticeRead:
    """One notice of termination."""
    notice = await visible_notice(caller, session, notice_id)
    await visible_placement(caller, session, notice.placement_id)
    return _shown(caller, response, notice)


@router.post("/termination-notices/{notice_id}/withdrawal", operation_id="withdraw_termination_notice")
async def withdraw_termination_notice(
    notice_id: Id, expected: ExpectedVersion, caller: Writer, session: Session, response: Response
) -> NoticeRead:
    """The giver takes its notice back before the day it names; the end that stood before stands again."""
    return _shown(caller, response, await terminations.withdraw_notice(caller, session, notice_id, expected))


def _shown(caller: Caller, response: Response, notice: TerminationNotice) -> NoticeRead:
    tag(response, notice.version)
    return _read(caller, notice)


def _read(caller: Caller, notice: TerminationNotice) -> NoticeRead:
    shown = notice.model_dump(include=set(NoticeRead.model_fields))
    return NoticeRead.model_validate({**shown, "state": terminations.state_of(notice, caller)})
