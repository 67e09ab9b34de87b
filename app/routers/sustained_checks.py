"""Checks whether a move was sustained after two full terms."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from fastapi import Query, Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.organisations import OrganisationKind
from app.models.outcomes import SustainedCheck
from app.queries.placements import placements_by_id
from app.queries.sustained_checks import (
    changed_since,
    findings_of,
    of_kind,
    visible_check,
    visible_checks,
    with_state,
)
from app.rules.sustained_checks import CheckState, SustainedCheckKind, check_state
from app.schemas.sustained_checks import SustainedCheckRead, SustainedFindingRead, SustainedFindingRecord
from app.schemas.wire import Id, Instant
from app.services import sustained_checks
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("sustained-checks")

Found = tuple[SustainedCheck, date | None]
Reader = Annotated[Caller, allow(Scope.PLACEMENTS_READ)]
Writer = Annotated[Caller, allow(Scope.PLACEMENTS_WRITE, OrganisationKind.COUNCIL, OrganisationKind.SCHOOL)]


@router.get("/sustained-checks", operation_id="list_sustained_checks")
async def list_sustained_checks(
    caller: Reader,
    session: Session,
    pages: Pages,
    state: CheckState | None = None,
    kind: SustainedCheckKind | None = None,
    placement_id: Id | None = None,
    since: Annotated[Instant | None, Query(alias="changed_since")] = None,
) -> Page[SustainedCheckRead]:
    """The checks of every placement that the caller may see. `changed_since` covers those that have fallen due."""
    checks = await visible_checks(caller, session)
    statement = checks.rows if state is None else with_state(caller, checks, state)
    if kind is not None:
        statement = statement.where(of_kind(caller, kind))
    if placement_id is not None:
        statement = statement.where(col(SustainedCheck.placement_id) == placement_id)
    if since is not None:
        statement = changed_since(caller, checks, statement, since)
    rows, page = await pages.rows(session, statement, [col(SustainedCheck.id)])
    return page.holding(await _read(caller, session, [tuple(row)[:2] for row in rows]))


@router.get("/sustained-checks/{check_id}", operation_id="get_sustained_check")
async def get_sustained_check(check_id: Id, caller: Reader, session: Session, response: Response) -> SustainedCheckRead:
    """One check: when it is due, and what has been found."""
    return await _shown(caller, session, response, await visible_check(caller, session, check_id))


@router.post("/sustained-checks/{check_id}/findings", operation_id="record_sustained_finding")
async def record_sustained_finding(
    check_id: Id,
    body: SustainedFindingRecord,
    expected: ExpectedVersion,
    caller: Writer,
    session: Session,
    response: Response,
) -> SustainedCheckRead:
    """The commissioner or the host school says whether the move was sustained, and by what that is known.

    `not_sustained` may be said at any time, the rest from `due_on` on. A further finding says why it takes the place of
    the one before, which stays on record. Answers with the check as it stands then.
    """
    return await _shown(
        caller, session, response, await sustained_checks.record_finding(caller, session, check_id, body, expected)
    )


async def _shown(caller: Caller, session: Session, response: Response, found: Found) -> SustainedCheckRead:
    tag(response, found[0].version)
    return (await _read(caller, session, [found]))[0]


async def _read(caller: Caller, session: Session, found: Sequence[Found]) -> list[SustainedCheckRead]:
    await placements_by_id(caller, session, [check.placement_id for check, _ in found])
    findings = await findings_of(caller, session, [check.id for check, _ in found])
    reads = []
    for check, due_on in found:
        shown = check.model_dump(include=set(SustainedCheckRead.model_fields)) | {
            "kind": SustainedCheckKind.TRANSITION if check.outcome_id is not None else SustainedCheckKind.POST_16,
            "state": check_state(check.state, due_on, caller.today),
            "due_on": due_on,
            "findings": [
                each.model_dump(include=set(SustainedFindingRead.model_fields)) for each in findings.get(check.id, [])
            ],
        }
        reads.append(SustainedCheckRead.model_validate(shown))
    return reads
