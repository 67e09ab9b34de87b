"""What schools return to their councils: placements commissioned and ended, or a nil return; and who has not."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.organisations import Organisation, OrganisationKind
from app.models.placement_returns import PlacementReturn
from app.problems import Invalid, ParameterError
from app.queries.placement_returns import lines_of, schools_without_return, visible_return, visible_returns
from app.rules.statistics_periods import month_before
from app.schemas.placement_returns import (
    MissingPlacementReturnRead,
    PlacementReturnFile,
    PlacementReturnRead,
    ReturnPeriod,
)
from app.schemas.wire import Id, Instant
from app.services.placement_returns import PATH, file_return, period_named
from app.web.conditional import tag
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("returns")

Reader = Annotated[Caller, allow(Scope.PLACEMENTS_READ, OrganisationKind.COUNCIL, OrganisationKind.SCHOOL)]
School = Annotated[Caller, allow(Scope.PLACEMENTS_WRITE, OrganisationKind.SCHOOL)]
Council = Annotated[Caller, allow(Scope.PLACEMENTS_READ, OrganisationKind.COUNCIL)]


@router.get("/placement-returns", operation_id="list_placement_returns")
async def list_placement_returns(
    caller: Reader,
    session: Session,
    pages: Pages,
    school_id: Id | None = None,
    period: ReturnPeriod | None = None,
    standing: bool | None = None,
    changed_since: Instant | None = None,
) -> Page[PlacementReturnRead]:
    """The returns that the calling school filed, or that were filed to the calling council.

    `standing=true` leaves out those that another supersedes. `changed_since` covers being superseded.
    """
    statement = visible_returns(caller)
    if school_id is not None:
        statement = statement.where(col(PlacementReturn.school_id) == school_id)
    if period is not None:
        statement = statement.where(col(PlacementReturn.period) == period)
    if standing is not None:
        stands = col(PlacementReturn.superseded_by_id).is_(None)
        statement = statement.where(stands if standing else ~stands)
    if changed_since is not None:
        statement = statement.where(col(PlacementReturn.changed_at) >= changed_since)
    rows, page = await pages.rows(session, statement, [col(PlacementReturn.id)])
    return page.holding(await _read(caller, session, [row[0] for row in rows]))


@router.post("/placement-returns", operation_id="file_placement_return", status_code=201)
async def file_placement_return(
    body: PlacementReturnFile, caller: School, session: Session, response: Response
) -> PlacementReturnRead:
    """The school returns what it commissioned and what ended in a period that is over, or that there was nothing.

    What it says are the school's placements as they stand (`/v1/placement-movements`). Filed again, when they have
    changed, it takes the place of the return before. The school and its council are told.
    """
    filed = await file_return(caller, session, body)
    response.headers["Location"] = f"{PATH}/{filed.id}"
    return await _shown(caller, session, response, filed)


@router.get("/placement-returns/{return_id}", operation_id="get_placement_return")
async def get_placement_return(
    return_id: Id, caller: Reader, session: Session, response: Response
) -> PlacementReturnRead:
    """One return as it was filed. A council reads of its placements those that it may see, and how many others."""
    return await _shown(caller, session, response, await visible_return(caller, session, return_id))


@router.get("/placement-returns-missing", operation_id="list_missing_placement_returns")
async def list_missing_placement_returns(
    caller: Council, session: Session, pages: Pages, period: ReturnPeriod | None = None
) -> Page[MissingPlacementReturnRead]:
    """The schools of the calling council that have filed nothing for a period, not even a nil return.

    Without a period: for the last month that has ended.
    """
    named = period or month_before(caller.today)
    days = period_named(named)
    if days is None:
        raise Invalid([ParameterError("period", "not_as_written", "Must be a month, or a term of a school year.")])
    rows, page = await pages.rows(session, schools_without_return(caller, named), [col(Organisation.id)])
    missing = {"period": named, "last_on": days.last, "overdue": days.last < caller.today}
    return page.holding(
        [
            MissingPlacementReturnRead.model_validate({"school_id": row[0].id, "school_name": row[0].name, **missing})
            for row in rows
        ]
    )


async def _shown(caller: Caller, session: Session, response: Response, filed: PlacementReturn) -> PlacementReturnRead:
    tag(response, filed.version)
    return (await _read(caller, session, [filed]))[0]


async def _read(caller: Caller, session: Session, found: Sequence[PlacementReturn]) -> list[PlacementReturnRead]:
    lines = await lines_of(caller, session, [each.id for each in found])
    reads = []
    for each in found:
        shown = [line.model_dump(exclude={"id", "return_id"}) for line in lines.get(each.id, [])]
        read = each.model_dump(include=set(PlacementReturnRead.model_fields)) | {
            "placements": shown,
            "placements_not_shown": each.lines - len(shown),
            "filed_at": each.created_at,
        }
        reads.append(PlacementReturnRead.model_validate(read))
    return reads
