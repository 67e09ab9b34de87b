"""Concerns about a provider: confidential between whoever raised one, the council and, once shared, the provider."""

from operator import eq
from typing import Annotated

from fastapi import Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.concerns import Concern
from app.models.organisations import OrganisationKind
from app.queries.concerns import changed_or_overdue, is_overdue, visible_concern, visible_concerns
from app.rules.concerns import ConcernState, concern_is_overdue
from app.schemas.concerns import (
    ConcernActOn,
    ConcernAnswer,
    ConcernRaise,
    ConcernRead,
    ConcernSettle,
    ConcernShare,
)
from app.schemas.wire import Id, Instant
from app.services import concerns
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("quality assurance")

Reader = Annotated[Caller, allow(Scope.QA_READ)]
Raiser = Annotated[Caller, allow(Scope.QA_WRITE, OrganisationKind.COUNCIL, OrganisationKind.SCHOOL)]
Council = Annotated[Caller, allow(Scope.QA_WRITE, OrganisationKind.COUNCIL)]
Provider = Annotated[Caller, allow(Scope.QA_WRITE, OrganisationKind.PROVIDER)]


@router.get("/concerns", operation_id="list_concerns")
async def list_concerns(
    caller: Reader,
    session: Session,
    pages: Pages,
    provider_id: Id | None = None,
    visit_id: Id | None = None,
    state: ConcernState | None = None,
    overdue: bool | None = None,
    changed_since: Instant | None = None,
) -> Page[ConcernRead]:
    """Those that the calling council hears, that the caller raised, and that were shared with the calling provider.

    `changed_since` covers those that have become overdue.
    """
    filters = [
        (col(Concern.provider_id), eq, provider_id),
        (col(Concern.visit_id), eq, visit_id),
        (col(Concern.state), eq, state),
        (is_overdue(caller.today), eq, overdue),
    ]
    statement = visible_concerns(caller).where(
        *[compare(field, value) for field, compare, value in filters if value is not None]
    )
    if changed_since is not None:
        statement = statement.where(changed_or_overdue(caller, changed_since))
    rows, page = await pages.rows(session, statement, [col(Concern.created_at), col(Concern.id)])
    return page.holding(await _reads(caller, session, *(row[0] for row in rows)))


@router.post("/concerns", operation_id="raise_concern", status_code=201)
async def raise_concern(body: ConcernRaise, caller: Raiser, session: Session, response: Response) -> ConcernRead:
    """Raises a concern: with oneself as a council, or with the council of the calling school.

    No other school ever reads it, and the provider only once the council has shared it.
    """
    concern = await concerns.raise_concern(caller, session, body)
    response.headers["Location"] = f"{concerns.PATH}/{concern.id}"
    return await _shown(caller, session, response, concern)


@router.get("/concerns/{concern_id}", operation_id="get_concern")
async def get_concern(concern_id: Id, caller: Reader, session: Session, response: Response) -> ConcernRead:
    """One concern, with the provider's answer and what became of it."""
    return await _shown(caller, session, response, await visible_concern(caller, session, concern_id))


@router.post("/concerns/{concern_id}/sharing", operation_id="share_concern")
async def share_concern(
    concern_id: Id,
    body: ConcernShare,
    expected: ExpectedVersion,
    caller: Council,
    session: Session,
    response: Response,
) -> ConcernRead:
    """Shows the concern to the provider, as it is written, and asks for an answer by a day."""
    return await _shown(caller, session, response, await concerns.share(caller, session, concern_id, body, expected))


@router.put("/concerns/{concern_id}/answer", operation_id="answer_concern")
async def answer_concern(
    concern_id: Id,
    body: ConcernAnswer,
    expected: ExpectedVersion,
    caller: Provider,
    session: Session,
    response: Response,
) -> ConcernRead:
    """The provider answers, once. `If-Match` takes the concern's ETag."""
    return await _shown(caller, session, response, await concerns.answer(caller, session, concern_id, body, expected))


@router.post("/concerns/{concern_id}/action-plan", operation_id="act_on_concern")
async def act_on_concern(
    concern_id: Id,
    body: ConcernActOn,
    expected: ExpectedVersion,
    caller: Council,
    session: Session,
    response: Response,
) -> ConcernRead:
    """Opens the action plan that the concern leads to, `action_plan_id`, and shows the provider the concern too.

    To act without showing it, open a plan without a source.
    """
    return await _shown(caller, session, response, await concerns.act_on(caller, session, concern_id, body, expected))


@router.post("/concerns/{concern_id}/closure", operation_id="close_concern")
async def close_concern(
    concern_id: Id,
    body: ConcernSettle,
    expected: ExpectedVersion,
    caller: Council,
    session: Session,
    response: Response,
) -> ConcernRead:
    """Closes a concern with a reason, which whoever raised it reads; not while its action plan is open."""
    return await _shown(caller, session, response, await concerns.close(caller, session, concern_id, body, expected))


@router.post("/concerns/{concern_id}/withdrawal", operation_id="withdraw_concern")
async def withdraw_concern(
    concern_id: Id,
    body: ConcernSettle,
    expected: ExpectedVersion,
    caller: Raiser,
    session: Session,
    response: Response,
) -> ConcernRead:
    """Whoever raised it takes it back, while the council has done nothing; the council goes on seeing it."""
    return await _shown(caller, session, response, await concerns.withdraw(caller, session, concern_id, body, expected))


async def _shown(caller: Caller, session: Session, response: Response, concern: Concern) -> ConcernRead:
    tag(response, concern.version)
    return (await _reads(caller, session, concern))[0]


async def _reads(caller: Caller, session: Session, *found: Concern) -> list[ConcernRead]:
    plans = await concerns.plans_by_concern(caller, session, *found)
    return [_read(caller, each, plans[each.id].id if each.id in plans else None) for each in found]


def _read(caller: Caller, concern: Concern, plan_id: Id | None) -> ConcernRead:
    shown = concern.model_dump(include=set(ConcernRead.model_fields))
    shown["overdue"] = concern_is_overdue(concern.state, concern.due_on, caller.today)
    shown["action_plan_id"] = plan_id
    named = concern.raiser_may_be_named or concern.raised_by_id == concern.council_id
    if caller.organisation_id == concern.provider_id and not named:
        shown["raised_by_id"] = None
    return ConcernRead.model_validate(shown)
