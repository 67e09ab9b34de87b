"""Extensions: a later planned end, when both sides agree."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Query, Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.extensions import Extension
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
from app.schemas.extensions import ExtensionRead, ExtensionRequest
from app.schemas.wire import Id, Instant
from app.services import extensions
from app.services.agreements import shown_agreements
from app.services.agreements_both_sides import state_now
from app.services.agreements_questions import EXTEND
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("extensions")

Reader = Annotated[Caller, allow(Scope.PLACEMENTS_READ)]
Party = Annotated[Caller, allow(Scope.AGREEMENTS_WRITE)]


@router.get("/extensions", operation_id="list_extensions")
async def list_extensions(
    caller: Reader,
    session: Session,
    pages: Pages,
    placement_id: Id | None = None,
    state: AskedState | None = None,
    since: Annotated[Instant | None, Query(alias="changed_since")] = None,
) -> Page[ExtensionRead]:
    """Requests for a later planned end, of the placements that the caller may see. `changed_since` covers lapses."""
    statement = visible_asked(caller, Extension)
    if placement_id is not None:
        statement = statement.where(col(Extension.placement_id) == placement_id)
    if state is not None:
        statement = asked_with_state(statement, Extension, state, caller.now)
    if since is not None:
        statement = asked_changed_since(statement, Extension, since, caller.now)
    rows, page = await pages.rows(session, statement, [col(Extension.id)])
    return page.holding(await _read(caller, session, [row[0] for row in rows]))


@router.post("/extensions", operation_id="request_extension", status_code=201)
async def request_extension(
    body: ExtensionRequest, caller: Party, session: Session, response: Response
) -> ExtensionRead:
    """A party asks for a later planned end, and agrees itself. A refusal names the next lawful dates.

    Nothing changes until the other parties have agreed too: provider, commissioner and host school.
    """
    asked = await extensions.request_extension(caller, session, body)
    response.headers["Location"] = f"{EXTEND.path}/{asked.id}"
    return await _shown(caller, session, response, asked)


@router.get("/extensions/{extension_id}", operation_id="get_extension")
async def get_extension(extension_id: Id, caller: Reader, session: Session, response: Response) -> ExtensionRead:
    """One request: who must agree, who has, and what is still missing."""
    asked = await asked_by_id(caller, session, Extension, extension_id)
    return await _shown(caller, session, response, asked)


@router.post("/extensions/{extension_id}/agreements", operation_id="answer_extension")
async def answer_extension(
    extension_id: Id, body: AgreementGive, caller: Party, session: Session, response: Response
) -> ExtensionRead:
    """The calling party agrees or refuses, for itself alone and once. The last agreement moves the planned end.

    The sessions added are expected at once. Notice of termination that stands goes on ruling the last day.
    """
    asked = await extensions.answer_extension(caller, session, extension_id, body)
    return await _shown(caller, session, response, asked)


@router.post("/extensions/{extension_id}/withdrawal", operation_id="withdraw_extension")
async def withdraw_extension(
    extension_id: Id, expected: ExpectedVersion, caller: Party, session: Session, response: Response
) -> ExtensionRead:
    """Whoever asked withdraws the request, until it is agreed, refused or lapsed."""
    asked = await extensions.withdraw_extension(caller, session, extension_id, expected)
    return await _shown(caller, session, response, asked)


async def _shown(caller: Caller, session: Session, response: Response, asked: Extension) -> ExtensionRead:
    tag(response, asked.version)
    return (await _read(caller, session, [asked]))[0]


async def _read(caller: Caller, session: Session, found: Sequence[Extension]) -> list[ExtensionRead]:
    placements = await placements_by_id(caller, session, [each.placement_id for each in found])
    answers = await agreements_of(session, EXTEND.subject, [each.id for each in found])
    return [
        ExtensionRead.model_validate(
            each.model_dump(include=set(ExtensionRead.model_fields))
            | {"state": state_now(each, caller.now)}
            | shown_agreements(EXTEND.parties(placements[each.placement_id]), answers.get(each.id, []))
        )
        for each in found
    ]
