"""Outcomes: where a child went when a placement ended, why, and whether the objectives were met."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.outcomes import Outcome
from app.problems import NotFound
from app.queries.placements import placements_by_id, visible_placement
from app.queries.statements import Stated, as_stated, standing_statement, visible_statement, visible_statements
from app.rules.outcomes import Destination, outcome_state
from app.schemas.outcomes import OutcomeCorrect, OutcomeRead, OutcomeRecord
from app.schemas.wire import Id, Instant
from app.services import outcomes
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("outcomes")

Reader = Annotated[Caller, allow(Scope.PLACEMENTS_READ)]
Commissioner = Annotated[Caller, allow(Scope.PLACEMENTS_WRITE)]


@router.get("/outcomes", operation_id="list_outcomes")
async def list_outcomes(
    caller: Reader,
    session: Session,
    pages: Pages,
    placement_id: Id | None = None,
    destination: Destination | None = None,
    standing: bool | None = None,
    changed_since: Instant | None = None,
) -> Page[OutcomeRead]:
    """The outcomes of every placement that the caller may see, superseded ones too unless `standing` is true."""
    found = visible_statements(caller, Outcome)
    rows = found.rows
    if standing is not None:
        rows = rows.where(found.superseded_at.is_(None) if standing else found.superseded_at.is_not(None))
    if placement_id is not None:
        rows = rows.where(col(Outcome.placement_id) == placement_id)
    if destination is not None:
        rows = rows.where(col(Outcome.destination) == destination)
    if changed_since is not None:
        rows = rows.where(found.changed_at >= changed_since)
    page_rows, page = await pages.rows(session, rows, [col(Outcome.id)])
    return page.holding(await _read(caller, session, [as_stated(caller, row) for row in page_rows]))


@router.post("/outcomes", operation_id="record_outcome", status_code=201)
async def record_outcome(
    body: OutcomeRecord, caller: Commissioner, session: Session, response: Response
) -> OutcomeRead:
    """The commissioner records how a placement came out: from four weeks before its last day on, and once.

    A destination that can be sustained makes a check of itself after two full terms: `GET /v1/sustained-checks`.
    """
    stated = await outcomes.record_outcome(caller, session, body)
    response.headers["Location"] = f"{outcomes.PATH}/{stated.statement.id}"
    return await _shown(caller, session, response, stated)


@router.get("/outcomes/{outcome_id}", operation_id="get_outcome")
async def get_outcome(outcome_id: Id, caller: Reader, session: Session, response: Response) -> OutcomeRead:
    """One statement about an outcome, whether it stands or was superseded."""
    return await _shown(caller, session, response, await visible_statement(caller, session, Outcome, outcome_id))


@router.post("/outcomes/{outcome_id}/correction", operation_id="correct_outcome", status_code=201)
async def correct_outcome(
    outcome_id: Id,
    body: OutcomeCorrect,
    expected: ExpectedVersion,
    caller: Commissioner,
    session: Session,
    response: Response,
) -> OutcomeRead:
    """The commissioner says it anew, with the reason: a further statement supersedes the one that stands.

    Another destination or day makes another check; the check of the one before is void.
    """
    stated = await outcomes.correct_outcome(caller, session, outcome_id, body, expected)
    response.headers["Location"] = f"{outcomes.PATH}/{stated.statement.id}"
    return await _shown(caller, session, response, stated)


@router.get("/placements/{placement_id}/outcome", operation_id="get_placement_outcome")
async def get_placement_outcome(placement_id: Id, caller: Reader, session: Session, response: Response) -> OutcomeRead:
    """The outcome of a placement that stands; 404 while nobody has recorded one."""
    await visible_placement(caller, session, placement_id)
    stated = await standing_statement(caller, session, Outcome, placement_id)
    if stated is None:
        raise NotFound
    return await _shown(caller, session, response, stated)


async def _shown(caller: Caller, session: Session, response: Response, stated: Stated[Outcome]) -> OutcomeRead:
    tag(response, stated.version)
    return (await _read(caller, session, [stated]))[0]


async def _read(caller: Caller, session: Session, found: Sequence[Stated[Outcome]]) -> list[OutcomeRead]:
    placements = await placements_by_id(caller, session, [each.statement.placement_id for each in found])
    reads = []
    for each in found:
        outcome = each.statement
        shown = outcome.model_dump(include=set(OutcomeRead.model_fields)) | {
            "state": outcome_state(superseded=each.superseded_by_id is not None),
            "superseded_by_id": each.superseded_by_id,
            "warnings": outcomes.warnings_of(outcome, placements[outcome.placement_id]),
            "changed_at": each.changed_at,
        }
        reads.append(OutcomeRead.model_validate(shown))
    return reads
