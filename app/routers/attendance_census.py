"""The monthly attendance census, page by page and as a file."""

from typing import Annotated

from fastapi import Query, Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.placements import Placement
from app.queries.attendance_census import census_placements, census_totals
from app.rules.statistics_periods import month_before, month_period
from app.schemas.attendance_census import AttendanceCensusRead
from app.schemas.attendance_summaries import Month
from app.services.attendance_census import census_rows, insist_on_pupils
from app.services.attendance_census_csv import as_csv
from app.web.edge import Session
from app.web.pages import Pages
from app.web.router import edge_router

router = edge_router("attendance")

Reader = Annotated[Caller, allow(Scope.ATTENDANCE_READ)]
OfMonth = Annotated[Month | None, Query(description="Left out: the last month that has ended.")]


class CsvFile(Response):
    media_type = "text/csv"


_EXAMPLE_DAY = month_period("2026-11").last
_FILE = {
    "description": "The file: UTF-8, RFC 4180, a header line first.",
    "content": {
        "text/csv": {
            "schema": {"type": "string", "maxLength": 50_000_000},
            "example": as_csv("2026-11", _EXAMPLE_DAY, [], provisional=False),
        }
    },
    "headers": {"Content-Disposition": {"$ref": "#/components/headers/Content-Disposition"}},
}


@router.get("/attendance-census", operation_id="list_attendance_census")
async def list_attendance_census(
    caller: Reader, session: Session, pages: Pages, month: OfMonth = None
) -> AttendanceCensusRead:
    """Every placement with a session in a month, on a school's roll or not, with its sessions per code.

    For a council: those that it commissions, and those of children whose home council it is. For a school or provider:
    all that it sees. Only days that the caller may see are counted. The client needs the scope `pupils:read` as well.
    """
    insist_on_pupils(caller)
    named = month or month_before(caller.today)
    period = month_period(named)
    wanted = census_placements(caller, period.first, period.last)
    rows, page = await pages.rows(session, wanted, [col(Placement.id)])
    placements, pupils = await census_totals(caller, session, period.first, period.last)
    return AttendanceCensusRead.model_validate(
        {
            "month": named,
            "first_on": period.first,
            "last_on": period.last,
            "as_of": caller.now,
            "provisional": period.last >= caller.today,
            "nil_return": placements == 0,
            "placements": placements,
            "pupils": pupils,
            "items": await census_rows(caller, session, rows, period),
            "next_cursor": page.next_cursor,
        }
    )


@router.get(
    "/attendance-census.csv",
    operation_id="export_attendance_census",
    response_class=CsvFile,
    response_model=None,
    responses={200: _FILE},
)
async def export_attendance_census(caller: Reader, session: Session, month: OfMonth = None) -> Response:
    """The whole census of a month as a CSV file: the same rows, with a column for each code, named by its slug.

    A month without a row is one record that says `nil_return`. A cell that a spreadsheet would take for a formula has
    an apostrophe before it. The file comes whole or not at all. The client needs the scope `pupils:read` as well.
    """
    insist_on_pupils(caller)
    named = month or month_before(caller.today)
    period = month_period(named)
    wanted = census_placements(caller, period.first, period.last).order_by(col(Placement.id))
    rows = await census_rows(caller, session, (await session.execute(wanted)).all(), period)
    provisional = period.last >= caller.today
    name = f"attendance-census-{named}{'-provisional' if provisional else ''}.csv"
    return Response(
        as_csv(named, period.last, rows, provisional=provisional),
        media_type="text/csv; charset=utf-8; header=present",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
