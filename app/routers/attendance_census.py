"""The monthly attendance census, page by page and as a file."""

from typing import Annotated

from fastapi import Query
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.placements import Placement
from app.queries.attendance_census import census_totals
from app.routers.returns import csv_file, csv_of_columns, xlsx_file
from app.rules.statistics_periods import month_before, month_period
from app.schemas.attendance_census import AttendanceCensusRead
from app.schemas.attendance_summaries import Month
from app.services.attendance_census import CENSUS
from app.services.returns import Asked, insist_on_pupils, is_provisional, read_rows
from app.web.edge import Session, StreamSessions
from app.web.file_responses import CsvFile, FileResponse, XlsxFile, xlsx_answer
from app.web.pages import Pages
from app.web.router import edge_router

router = edge_router("attendance")

Reader = Annotated[Caller, allow(Scope.ATTENDANCE_READ)]
OfMonth = Annotated[Month | None, Query(description="Left out: the last month that has ended.")]


@router.get("/attendance-census", operation_id="list_attendance_census")
async def list_attendance_census(
    caller: Reader, session: Session, pages: Pages, month: OfMonth = None
) -> AttendanceCensusRead:
    """Every placement with a session in a month, on a school's roll or not, with its sessions per code.

    For a council: those that it commissions, and those of children whose home council it is. For a school or provider:
    all that it sees. Only days that the caller may see are counted. The client needs the scope `pupils:read` as well.
    """
    insist_on_pupils(caller)
    asked = _asked(caller, month)
    rows, page = await pages.rows(session, CENSUS.found(caller, asked), [col(Placement.id)])
    placements, pupils = await census_totals(caller, session, asked.period.first, asked.period.last)
    return AttendanceCensusRead.model_validate(
        {
            "month": asked.label,
            "first_on": asked.period.first,
            "last_on": asked.period.last,
            "as_of": caller.now,
            "provisional": is_provisional(caller, asked),
            "nil_return": placements == 0,
            "placements": placements,
            "pupils": pupils,
            "items": await read_rows(CENSUS, caller, session, rows, asked),
            "next_cursor": page.next_cursor,
        }
    )


@router.get(
    "/attendance-census.csv",
    operation_id="export_attendance_census",
    response_class=CsvFile,
    response_model=None,
    responses=csv_of_columns(CENSUS),
)
async def export_attendance_census(
    caller: Reader, session: Session, sessions: StreamSessions, month: OfMonth = None
) -> FileResponse:
    """The whole census of a month as a CSV file: the same rows, with a column for each code, named by its slug.

    A month without a row is one record that says `nil_return`. A cell that a spreadsheet would take for a formula has
    an apostrophe before it. It is sent as it is read: a transfer that breaks off is not the file. The client needs the
    scope `pupils:read` as well.
    """
    return await csv_file(CENSUS, caller, session, sessions, _asked(caller, month))


@router.get(
    "/attendance-census.xlsx",
    operation_id="export_attendance_census_workbook",
    response_class=XlsxFile,
    response_model=None,
    responses=xlsx_answer(),
)
async def export_attendance_census_workbook(
    caller: Reader, session: Session, sessions: StreamSessions, month: OfMonth = None
) -> FileResponse:
    """The same rows and columns as the CSV file, as a workbook with typed cells and a sheet that explains the columns.

    Nothing in it is a formula or a link. The client needs the scope `pupils:read` as well.
    """
    return await xlsx_file(CENSUS, caller, session, sessions, _asked(caller, month))


def _asked(caller: Caller, month: str | None) -> Asked:
    named = month or month_before(caller.today)
    return Asked(named, month_period(named))
