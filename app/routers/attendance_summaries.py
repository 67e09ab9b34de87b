"""Attendance summed: per pupil, placement, provider, school, council and period."""

from typing import Annotated

from fastapi import Query

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.queries.attendance_summaries import SummaryFilters, summary_keys
from app.rules.attendance_summaries import SummaryGroup
from app.rules.calendars import Term
from app.schemas.attendance_summaries import AttendanceSummaries, Month
from app.schemas.wire import Day, Id, SchoolYear
from app.services.attendance_summaries import period_of, summaries
from app.web.edge import Session
from app.web.pages import Pages
from app.web.router import edge_router

router = edge_router("attendance")


@router.get("/attendance-summaries", operation_id="list_attendance_summaries")
async def list_attendance_summaries(
    caller: Annotated[Caller, allow(Scope.ATTENDANCE_READ)],
    session: Session,
    pages: Pages,
    by: SummaryGroup = SummaryGroup.PLACEMENT,
    first: Annotated[Day | None, Query(alias="from", description="Left out: the first of August.")] = None,
    last: Annotated[Day | None, Query(alias="to", description="At most 400 days in all. Left out: today.")] = None,
    month: Annotated[Month | None, Query(description="Instead of `from` and `to`.")] = None,
    school_year: Annotated[SchoolYear | None, Query(description="Instead of `from` and `to`.")] = None,
    term: Annotated[Term | None, Query(description="A part of the school year, the present one unless named.")] = None,
    pupil_id: Id | None = None,
    placement_id: Id | None = None,
    provider_id: Id | None = None,
    host_school_id: Id | None = None,
    council_id: Annotated[Id | None, Query(description="The council that commissions, or whose school does.")] = None,
) -> AttendanceSummaries:
    """Sessions counted over a period, of every pupil, placement, provider, school or council that has any in it.

    Only what the caller may see is counted, day by day. The code in the school's register counts, else the provider's
    stated one, else the one suggested; sessions that nobody has reported on are counted apart. Rates come with
    numerator and denominator. A pupil with two placements is one pupil; two organisations' records of one child
    are two.
    """
    period = period_of(caller, first, last, month, school_year, term)
    filters = SummaryFilters(pupil_id, placement_id, provider_id, host_school_id, council_id)
    wanted = summary_keys(caller, by, period.first, period.last, filters)
    rows, page = await pages.rows(session, wanted, list(wanted.selected_columns))
    items = await summaries(caller, session, by, period, filters, [row.key for row in rows])
    return AttendanceSummaries.model_validate(
        {
            "by": by,
            "first_on": period.first,
            "last_on": period.last,
            "as_of": caller.now,
            "items": items,
            "next_cursor": page.next_cursor,
        }
    )
