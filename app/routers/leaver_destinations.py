"""Post-16 destinations of year 11 leavers."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.organisations import OrganisationKind
from app.models.outcomes import LeaverDestinationRecord
from app.queries.placements import placements_by_id
from app.queries.pupils import births_of
from app.queries.statements import Stated, as_stated, visible_statement, visible_statements
from app.rules.leaver_destinations import LeaverDestination, leaver_destination_state, leaver_warnings
from app.schemas.leaver_destinations import (
    LeaverDestinationCorrect,
    LeaverDestinationCreate,
    LeaverDestinationRead,
)
from app.schemas.wire import Id, Instant
from app.services import leaver_destinations
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("leaver-destinations")

Leaver = Stated[LeaverDestinationRecord]
Reader = Annotated[Caller, allow(Scope.PLACEMENTS_READ)]
Writer = Annotated[Caller, allow(Scope.PLACEMENTS_WRITE, OrganisationKind.COUNCIL, OrganisationKind.SCHOOL)]


@router.get("/leaver-destinations", operation_id="list_leaver_destinations")
async def list_leaver_destinations(
    caller: Reader,
    session: Session,
    pages: Pages,
    placement_id: Id | None = None,
    destination: LeaverDestination | None = None,
    standing: bool | None = None,
    changed_since: Instant | None = None,
) -> Page[LeaverDestinationRead]:
    """Where the pupils of placements that the caller may see went after year 11, superseded statements included."""
    found = visible_statements(caller, LeaverDestinationRecord)
    rows = found.rows
    if standing is not None:
        rows = rows.where(found.superseded_at.is_(None) if standing else found.superseded_at.is_not(None))
    if placement_id is not None:
        rows = rows.where(col(LeaverDestinationRecord.placement_id) == placement_id)
    if destination is not None:
        rows = rows.where(col(LeaverDestinationRecord.destination) == destination)
    if changed_since is not None:
        rows = rows.where(found.changed_at >= changed_since)
    page_rows, page = await pages.rows(session, rows, [col(LeaverDestinationRecord.id)])
    return page.holding(await _read(caller, session, [as_stated(caller, row) for row in page_rows]))


@router.post("/leaver-destinations", operation_id="record_leaver_destination", status_code=201)
async def record_leaver_destination(
    body: LeaverDestinationCreate, caller: Writer, session: Session, response: Response
) -> LeaverDestinationRead:
    """The commissioner or the host school records where a pupil went after year 11, whatever came of the placement.

    Somewhere to go makes a check of itself after two full terms: `GET /v1/sustained-checks?kind=post_16`.
    """
    stated = await leaver_destinations.record_leaver_destination(caller, session, body)
    response.headers["Location"] = f"{leaver_destinations.PATH}/{stated.statement.id}"
    return await _shown(caller, session, response, stated)


@router.get("/leaver-destinations/{leaver_destination_id}", operation_id="get_leaver_destination")
async def get_leaver_destination(
    leaver_destination_id: Id, caller: Reader, session: Session, response: Response
) -> LeaverDestinationRead:
    """One statement about a leaver's destination, whether it stands or was superseded."""
    stated = await visible_statement(caller, session, LeaverDestinationRecord, leaver_destination_id)
    return await _shown(caller, session, response, stated)


@router.post(
    "/leaver-destinations/{leaver_destination_id}/correction",
    operation_id="correct_leaver_destination",
    status_code=201,
)
async def correct_leaver_destination(
    leaver_destination_id: Id,
    body: LeaverDestinationCorrect,
    expected: ExpectedVersion,
    caller: Writer,
    session: Session,
    response: Response,
) -> LeaverDestinationRead:
    """A further statement, with its reason, supersedes the one that stands. Another destination makes another check."""
    stated = await leaver_destinations.correct_leaver_destination(
        caller, session, leaver_destination_id, body, expected
    )
    response.headers["Location"] = f"{leaver_destinations.PATH}/{stated.statement.id}"
    return await _shown(caller, session, response, stated)


async def _shown(caller: Caller, session: Session, response: Response, stated: Leaver) -> LeaverDestinationRead:
    tag(response, stated.version)
    return (await _read(caller, session, [stated]))[0]


async def _read(caller: Caller, session: Session, found: Sequence[Leaver]) -> list[LeaverDestinationRead]:
    placements = await placements_by_id(caller, session, [each.statement.placement_id for each in found])
    births = await births_of(caller, session, [each.pupil_id for each in placements.values()])
    reads = []
    for each in found:
        born = births[placements[each.statement.placement_id].pupil_id]
        shown = each.statement.model_dump(include=set(LeaverDestinationRead.model_fields)) | {
            "state": leaver_destination_state(superseded=each.superseded_by_id is not None),
            "superseded_by_id": each.superseded_by_id,
            "warnings": leaver_warnings(born, each.statement.from_on),
            "changed_at": each.changed_at,
        }
        reads.append(LeaverDestinationRead.model_validate(shown))
    return reads
