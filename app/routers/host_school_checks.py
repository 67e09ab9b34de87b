"""What the host school does while the child is away: dated checks, and what is due."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.host_school_checks import HostSchoolCheck
from app.queries.host_school_checks import check_changed_at, is_corrected, visible_checks
from app.queries.placements import visible_placement
from app.rules.host_school_checks import CheckKind
from app.schemas.host_school_checks import CheckDueRead, CheckRead, CheckRecord, ChecksDueRead
from app.schemas.wire import Id, Instant
from app.services import host_school_checks
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("placements")

Reader = Annotated[Caller, allow(Scope.PLACEMENTS_READ)]


@router.get("/placements/{placement_id}/checks", operation_id="list_checks")
async def list_checks(
    placement_id: Id,
    caller: Reader,
    session: Session,
    pages: Pages,
    kind: CheckKind | None = None,
    corrected: bool | None = None,
    changed_since: Instant | None = None,
) -> Page[CheckRead]:
    """The host school's entries, by the day they are about; `corrected=false` leaves those that stand.

    `changed_since` covers entries that were corrected.
    """
    await visible_placement(caller, session, placement_id)
    statement = visible_checks(caller, placement_id)
    if kind is not None:
        statement = statement.where(col(HostSchoolCheck.kind) == kind)
    if corrected is not None:
        statement = statement.where(is_corrected() if corrected else ~is_corrected())
    if changed_since is not None:
        statement = statement.where(check_changed_at() >= changed_since)
    rows, page = await pages.rows(session, statement, [col(HostSchoolCheck.done_on), col(HostSchoolCheck.id)])
    return page.holding([_read(row) for row in rows])


@router.post("/placements/{placement_id}/checks", operation_id="record_check", status_code=201)
async def record_check(
    placement_id: Id,
    body: CheckRecord,
    caller: Annotated[Caller, allow(Scope.PLACEMENTS_WRITE)],
    session: Session,
    response: Response,
) -> CheckRead:
    """The host school, or for a child on no roll the commissioner, records what it did, or corrects an entry."""
    check = await host_school_checks.record_check(caller, session, placement_id, body)
    response.headers["Location"] = host_school_checks.path_of(placement_id)
    return _read((check, None))


@router.get("/placements/{placement_id}/checks-due", operation_id="get_checks_due")
async def get_checks_due(placement_id: Id, caller: Reader, session: Session) -> ChecksDueRead:
    """What the host school owes of each kind of check: last done, next due, and the days that passed without."""
    placement = await visible_placement(caller, session, placement_id)
    standings = await host_school_checks.checks_due(caller, session, placement)
    return ChecksDueRead(
        checks=[
            CheckDueRead(**asdict(each) | {"missed": list(each.missed), "overdue": bool(each.missed)})
            for each in standings
        ]
    )


def _read(row: Sequence[Any]) -> CheckRead:
    """From a check, and the one that corrects it or None."""
    check: HostSchoolCheck = row[0]
    later: HostSchoolCheck | None = row[1]
    shown = check.model_dump(include=set(CheckRead.model_fields))
    return CheckRead.model_validate(
        shown
        | {
            "recorded_at": check.created_at,
            "corrected_by_id": later and later.id,
            "changed_at": later.created_at if later else check.created_at,
        }
    )
