"""Which progress reports are owed, term by term, and what became of their targets."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.queries.clocks import ClockFilters, placement_with_clocks
from app.queries.placements import visible_placement
from app.rules.calendars import Term
from app.rules.progress_reports_due import ReportDueState, ReportOwed
from app.schemas.progress_reports import (
    PlacementTargetsRead,
    ReportDueRead,
    ReportsDueRead,
    TargetHistoryRead,
    TargetStageRead,
)
from app.schemas.wire import Day, Id, SchoolYear
from app.services.progress_reports_due import Wanted, page_of_due, reports_due
from app.services.report_targets import TargetHistory, histories_of
from app.web.edge import Session
from app.web.pages import Cut, Page, Pages
from app.web.router import edge_router

router = edge_router("progress-reports")

Reader = Annotated[Caller, allow(Scope.REPORTS_READ)]


@router.get("/progress-reports-due", operation_id="list_progress_reports_due")
async def list_progress_reports_due(
    caller: Reader,
    session: Session,
    pages: Pages,
    state: ReportDueState | None = None,
    school_year: SchoolYear | None = None,
    term: Term | None = None,
    due_before: Annotated[Day | None, Query(description="Reports that are due before this day.")] = None,
    provider_id: Id | None = None,
    host_school_id: Id | None = None,
) -> Page[ReportsDueRead]:
    """The reports that are owed for every placement that the caller may see, as of today, begun or not.

    A placement comes with those of its terms that match, or not at all. A page may hold fewer placements than `limit`,
    even none, and yet have a `next_cursor`. Placements that ended more than a year ago are left out.
    """
    after = next(iter(pages.position([UUID])), None)
    wanted = Wanted(state, school_year, term, due_before, ClockFilters(provider_id, host_school_id))
    found, last = await page_of_due(caller, session, wanted, after, pages.limit)
    caller.sees_placements(*(each.placement.id for each in found))
    caller.sees_pupils(*(each.placement.pupil_id for each in found))
    next_cursor = None if last is None else pages.cursor_at([str(last)])
    if next_cursor is not None:
        pages.link(next_cursor)
    items = [
        ReportsDueRead(
            placement_id=each.placement.id,
            provider_id=each.placement.provider_id,
            host_school_id=each.placement.host_school_id,
            terms=[_due(report) for report in each.reports],
        )
        for each in found
    ]
    return Cut(next_cursor).holding(items)


@router.get("/placements/{placement_id}/progress-reports-due", operation_id="get_progress_reports_due")
async def get_progress_reports_due(placement_id: Id, caller: Reader, session: Session) -> ReportsDueRead:
    """The reports that are owed for one placement, term by term. One that was not accepted owes none."""
    placement = await visible_placement(caller, session, placement_id)
    rows = await placement_with_clocks(caller, session, placement.id)
    owed = await reports_due(caller, session, rows)
    return ReportsDueRead(
        placement_id=placement.id,
        provider_id=placement.provider_id,
        host_school_id=placement.host_school_id,
        terms=[_due(each) for each in owed.get(placement.id, ())],
    )


@router.get("/placements/{placement_id}/targets", operation_id="get_placement_targets")
async def get_placement_targets(placement_id: Id, caller: Reader, session: Session) -> PlacementTargetsRead:
    """Every target that the placement's submitted reports name, and what each report said of it."""
    placement = await visible_placement(caller, session, placement_id)
    found = await histories_of(caller, session, placement.id)
    return PlacementTargetsRead(placement_id=placement.id, targets=[_history(each) for each in found])


def _due(each: ReportOwed) -> ReportDueRead:
    begun = each.begun
    return ReportDueRead(
        school_year=each.owed.term.school_year,
        term=each.owed.term.term,
        due_on=each.owed.due_on,
        state=each.state,
        late=begun is not None and begun.late,
        report_id=begun.report_id if begun else None,
        report_state=begun.state if begun else None,
    )


def _history(found: TargetHistory) -> TargetHistoryRead:
    stages = [
        TargetStageRead(
            report_id=report.id,
            school_year=report.school_year,
            term=report.term,
            text=target.text,
            success_criterion=target.success_criterion,
            review_on=target.review_on,
            progress=target.progress,
            comment=target.comment,
        )
        for target, report in found.stages
    ]
    return TargetHistoryRead(target_id=found.target_id, text=found.text, open=found.open, history=stages)
