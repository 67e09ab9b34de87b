"""Agreements: everything that the parties are asked, in one list, and who has answered what."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Query, Response

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.queries.agreements import agreements_of
from app.queries.agreements_asked import SOURCE_OF, visible_question, visible_questions
from app.queries.placements import placements_by_id
from app.rules.agreements import AgreementKind, AskedState
from app.schemas.agreements import AgreementAskedRead
from app.schemas.wire import Id, Instant
from app.services.agreements import parties_asked, shown_agreements
from app.web.conditional import tag
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("agreements")

Reader = Annotated[Caller, allow(Scope.PLACEMENTS_READ)]


@router.get("/agreements", operation_id="list_agreements")
async def list_agreements(
    caller: Reader,
    session: Session,
    pages: Pages,
    waiting_for_me: bool | None = None,
    placement_id: Id | None = None,
    kind: AgreementKind | None = None,
    state: AskedState | None = None,
    since: Annotated[Instant | None, Query(alias="changed_since")] = None,
) -> Page[AgreementAskedRead]:
    """Everything that asks for agreement, of every kind, in the order in which it was asked.

    `waiting_for_me=true` is what an office opens in the morning: what the caller's own organisation has still to
    answer, and can. `changed_since` covers requests that lapsed.
    """
    statement, every = visible_questions(
        caller, kind=kind, placement_id=placement_id, state=state, waiting_for_me=waiting_for_me, changed_since=since
    )
    rows, page = await pages.rows(session, statement, [every.c.asked_at, every.c.id])
    return page.holding(await _read(caller, session, rows))


@router.get("/agreements/{agreement_id}", operation_id="get_agreement")
async def get_agreement(agreement_id: Id, caller: Reader, session: Session, response: Response) -> AgreementAskedRead:
    """One thing that asks for agreement, by the id of what is asked for: a suspension's, an extension's."""
    return await _shown(caller, session, response, agreement_id)


@router.get("/suspensions/{suspension_id}/agreements", operation_id="get_suspension_agreements")
async def get_suspension_agreements(
    suspension_id: Id, caller: Reader, session: Session, response: Response
) -> AgreementAskedRead:
    """Who must agree to a suspension, who has answered what, when and for whom, and which roles are still open."""
    return await _shown(caller, session, response, suspension_id, AgreementKind.SUSPENSION)


@router.get(
    "/immediate-terminations/{immediate_termination_id}/agreements", operation_id="get_immediate_termination_agreements"
)
async def get_immediate_termination_agreements(
    immediate_termination_id: Id, caller: Reader, session: Session, response: Response
) -> AgreementAskedRead:
    """Who must agree to an immediate termination, who has answered what, and which roles are still open."""
    return await _shown(caller, session, response, immediate_termination_id, AgreementKind.IMMEDIATE_TERMINATION)


@router.get("/extensions/{extension_id}/agreements", operation_id="get_extension_agreements")
async def get_extension_agreements(
    extension_id: Id, caller: Reader, session: Session, response: Response
) -> AgreementAskedRead:
    """Who must agree to an extension, who has answered what, when and for whom, and which roles are still open."""
    return await _shown(caller, session, response, extension_id, AgreementKind.EXTENSION)


@router.get("/early-departures/{early_departure_id}/agreements", operation_id="get_early_departure_agreements")
async def get_early_departure_agreements(
    early_departure_id: Id, caller: Reader, session: Session, response: Response
) -> AgreementAskedRead:
    """Which organisation must agree to sending a pupil home, and what it answered; parents' consents stand apart."""
    return await _shown(caller, session, response, early_departure_id, AgreementKind.SENDING_HOME)


@router.get("/part-time-plans/{plan_id}/agreements", operation_id="get_part_time_plan_agreements")
async def get_part_time_plan_agreements(
    plan_id: Id, caller: Reader, session: Session, response: Response
) -> AgreementAskedRead:
    """Who must agree to a part-time plan, who has answered what, when and for whom, and which roles are still open."""
    return await _shown(caller, session, response, plan_id, AgreementKind.PART_TIME_PLAN)


async def _shown(
    caller: Caller, session: Session, response: Response, asked_id: Id, kind: AgreementKind | None = None
) -> AgreementAskedRead:
    row = await visible_question(caller, session, asked_id, kind)
    tag(response, row.version)
    return (await _read(caller, session, [row]))[0]


async def _read(caller: Caller, session: Session, rows: Sequence[Any]) -> list[AgreementAskedRead]:
    placements = await placements_by_id(caller, session, [row.placement_id for row in rows])
    answers: dict[Any, Any] = {}
    for kind in {AgreementKind(row.kind) for row in rows}:
        ids = [row.id for row in rows if row.kind == kind.value]
        answers.update(await agreements_of(session, SOURCE_OF[kind].subject, ids))
    reads = []
    for row in rows:
        kind = AgreementKind(row.kind)
        parties = parties_asked(placements[row.placement_id], kind)
        shown = {name: row._mapping[name] for name in _PLAIN} | {
            "kind": kind,
            "state": AskedState(row.state),
            "resource": f"{SOURCE_OF[kind].path}/{row.id}",
            **shown_agreements(parties, answers.get(row.id, [])),
        }
        reads.append(AgreementAskedRead.model_validate(shown))
    return reads


_PLAIN = (
    "id",
    "placement_id",
    "asked_by_id",
    "asked_at",
    "answer_by",
    "settled_at",
    "changed_at",
    "waiting_for_me",
)
