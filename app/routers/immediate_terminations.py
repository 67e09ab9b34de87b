"""Immediate terminations: a placement ends on any day, in exceptional circumstances, when both sides agree."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Query, Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.immediate_terminations import ImmediateTermination
from app.queries.agreements import (
    agreements_of,
    asked_by_id,
    asked_changed_since,
    asked_with_state,
    visible_asked,
)
from app.queries.placements import placements_by_id
from app.rules.agreements import AskedState
from app.schemas.agreements import AgreementGive
from app.schemas.immediate_terminations import ImmediateTerminationRead, ImmediateTerminationRequest
from app.schemas.wire import Id, Instant
from app.services import immediate_terminations
from app.services.agreements import shown_agreements
from app.services.agreements_both_sides import state_now
from app.services.agreements_questions import END_AT_ONCE
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("immediate-terminations")

Reader = Annotated[Caller, allow(Scope.PLACEMENTS_READ)]
Party = Annotated[Caller, allow(Scope.AGREEMENTS_WRITE)]


@router.get("/immediate-terminations", operation_id="list_immediate_terminations")
async def list_immediate_terminations(
    caller: Reader,
    session: Session,
    pages: Pages,
    placement_id: Id | None = None,
    state: AskedState | None = None,
    since: Annotated[Instant | None, Query(alias="changed_since")] = None,
) -> Page[ImmediateTerminationRead]:
    """Requests to end a placement at once, of those that the caller may see. `changed_since` covers lapses."""
    statement = visible_asked(caller, ImmediateTermination)
    if placement_id is not None:
        statement = statement.where(col(ImmediateTermination.placement_id) == placement_id)
    if state is not None:
        statement = asked_with_state(statement, ImmediateTermination, state, caller.now)
    if since is not None:
        statement = asked_changed_since(statement, ImmediateTermination, since, caller.now)
    rows, page = await pages.rows(session, statement, [col(ImmediateTermination.id)])
    return page.holding(await _read(caller, session, [row[0] for row in rows]))


@router.post("/immediate-terminations", operation_id="request_immediate_termination", status_code=201)
async def request_immediate_termination(
    body: ImmediateTerminationRequest, caller: Party, session: Session, response: Response
) -> ImmediateTerminationRead:
    """A party asks that the placement end at once, in exceptional circumstances, and agrees itself.

    Nothing changes until the other parties have agreed too: provider, commissioner and host school.
    """
    asked = await immediate_terminations.request_immediate_termination(caller, session, body)
    response.headers["Location"] = f"{END_AT_ONCE.path}/{asked.id}"
    return await _shown(caller, session, response, asked)


@router.get("/immediate-terminations/{immediate_termination_id}", operation_id="get_immediate_termination")
async def get_immediate_termination(
    immediate_termination_id: Id, caller: Reader, session: Session, response: Response
) -> ImmediateTerminationRead:
    """One request: who must agree, who has, and what is still missing."""
    asked = await asked_by_id(caller, session, ImmediateTermination, immediate_termination_id)
    return await _shown(caller, session, response, asked)


@router.post(
    "/immediate-terminations/{immediate_termination_id}/agreements", operation_id="answer_immediate_termination"
)
async def answer_immediate_termination(
    immediate_termination_id: Id, body: AgreementGive, caller: Party, session: Session, response: Response
) -> ImmediateTerminationRead:
    """The calling party agrees or refuses, for itself alone and once. The last agreement ends the placement.

    Its `ends_on` changes at once, and no session after that day is expected any more.
    """
    asked = await immediate_terminations.answer_immediate_termination(caller, session, immediate_termination_id, body)
    return await _shown(caller, session, response, asked)


@router.post(
    "/immediate-terminations/{immediate_termination_id}/withdrawal", operation_id="withdraw_immediate_termination"
)
async def withdraw_immediate_termination(
    immediate_termination_id: Id, expected: ExpectedVersion, caller: Party, session: Session, response: Response
) -> ImmediateTerminationRead:
    """Whoever asked withdraws the request, until it is agreed, refused or lapsed."""
    asked = await immediate_terminations.withdraw_immediate_termination(
        caller, session, immediate_termination_id, expected
    )
    return await _shown(caller, session, response, asked)


async def _shown(
    caller: Caller, session: Session, response: Response, asked: ImmediateTermination
) -> ImmediateTerminationRead:
    tag(response, asked.version)
    return (await _read(caller, session, [asked]))[0]


async def _read(
    caller: Caller, session: Session, found: Sequence[ImmediateTermination]
) -> list[ImmediateTerminationRead]:
    placements = await placements_by_id(caller, session, [each.placement_id for each in found])
    answers = await agreements_of(session, END_AT_ONCE.subject, [each.id for each in found])
    return [
        ImmediateTerminationRead.model_validate(
            each.model_dump(include=set(ImmediateTerminationRead.model_fields))
            | {"state": state_now(each, caller.now)}
            | shown_agreements(END_AT_ONCE.parties(placements[each.placement_id]), answers.get(each.id, []))
        )
        for each in found
    ]
