"""Suspensions of a placed pupil: the provider requests, the other parties agree or refuse."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

from fastapi import Query, Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.organisations import OrganisationKind
from app.models.suspensions import Suspension
from app.queries.agreements import agreements_of
from app.queries.placements import placements_by_id
from app.queries.suspensions import (
    changed_since,
    visible_suspension,
    visible_suspensions,
    with_state,
)
from app.rules.suspensions import SuspensionState
from app.schemas.agreements import AgreementGive
from app.schemas.suspensions import SuspensionRead, SuspensionRequest
from app.schemas.wire import Id, Instant
from app.services import suspensions
from app.services.agreements import shown_agreements
from app.services.suspensions_days import days_of
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("suspensions")

Reader = Annotated[Caller, allow(Scope.PLACEMENTS_READ)]
Provider = Annotated[Caller, allow(Scope.PLACEMENTS_WRITE, OrganisationKind.PROVIDER)]


@router.get("/suspensions", operation_id="list_suspensions")
async def list_suspensions(
    caller: Reader,
    session: Session,
    pages: Pages,
    placement_id: Id | None = None,
    state: SuspensionState | None = None,
    since: Annotated[Instant | None, Query(alias="changed_since")] = None,
) -> Page[SuspensionRead]:
    """The suspensions of every placement that the caller may see. `changed_since` covers requests that lapsed."""
    statement = visible_suspensions(caller)
    if placement_id is not None:
        statement = statement.where(col(Suspension.placement_id) == placement_id)
    if state is not None:
        statement = with_state(statement, state, caller.now)
    if since is not None:
        statement = changed_since(statement, since, caller.now)
    rows, page = await pages.rows(session, statement, [col(Suspension.id)])
    return page.holding(await _read(caller, session, [row[0] for row in rows]))


@router.post("/suspensions", operation_id="request_suspension", status_code=201)
async def request_suspension(
    body: SuspensionRequest, caller: Provider, session: Session, response: Response
) -> SuspensionRead:
    """The provider asks for agreement. It must be asked, and agreed to by all, before the first session missed."""
    suspension = await suspensions.request_suspension(caller, session, body)
    response.headers["Location"] = f"{suspensions.PATH}/{suspension.id}"
    return await _shown(caller, session, response, suspension)


@router.get("/suspensions/{suspension_id}", operation_id="get_suspension")
async def get_suspension(suspension_id: Id, caller: Reader, session: Session, response: Response) -> SuspensionRead:
    """One suspension: who must agree, who has, and what is still missing."""
    return await _shown(caller, session, response, await visible_suspension(caller, session, suspension_id))


@router.post("/suspensions/{suspension_id}/agreements", operation_id="answer_suspension")
async def answer_suspension(
    suspension_id: Id,
    body: AgreementGive,
    caller: Annotated[Caller, allow(Scope.AGREEMENTS_WRITE)],
    session: Session,
    response: Response,
) -> SuspensionRead:
    """The calling party agrees or refuses, for itself alone and once. Answers with the suspension as it stands then."""
    suspension = await suspensions.answer_suspension(caller, session, suspension_id, body)
    return await _shown(caller, session, response, suspension)


@router.post("/suspensions/{suspension_id}/withdrawal", operation_id="withdraw_suspension")
async def withdraw_suspension(
    suspension_id: Id, expected: ExpectedVersion, caller: Provider, session: Session, response: Response
) -> SuspensionRead:
    """The provider withdraws. Of one already agreed, the sessions that have not begun are expected again."""
    suspension = await suspensions.withdraw_suspension(caller, session, suspension_id, expected)
    return await _shown(caller, session, response, suspension)


async def _shown(caller: Caller, session: Session, response: Response, suspension: Suspension) -> SuspensionRead:
    tag(response, suspension.version)
    return (await _read(caller, session, [suspension]))[0]


async def _read(caller: Caller, session: Session, found: Sequence[Suspension]) -> list[SuspensionRead]:
    placements = await placements_by_id(caller, session, [each.placement_id for each in found])
    answers = await agreements_of(session, "suspension_id", [each.id for each in found])
    days = await days_of(caller, session, found, placements)
    reads = []
    for each in found:
        shown = each.model_dump(include=set(SuspensionRead.model_fields)) | {
            "state": suspensions.state_of(each, caller),
            **asdict(days[each.id]),
            **shown_agreements(suspensions.parties_of(placements[each.placement_id]), answers.get(each.id, [])),
        }
        reads.append(SuspensionRead.model_validate(shown))
    return reads
