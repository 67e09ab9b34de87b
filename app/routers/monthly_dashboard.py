"""The monthly dashboard, page by page and as a file."""

from typing import Annotated

from fastapi import Depends

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.routers.returns import Named, csv_file, csv_of_columns, page_of, xlsx_file
from app.schemas.monthly_dashboard import DashboardRow
from app.schemas.returns import ReturnRead
from app.schemas.wire import Id
from app.services.monthly_dashboard import DASHBOARD
from app.services.returns import Asked
from app.services.returns_periods import asked_for
from app.web.edge import Session, StreamSessions
from app.web.file_responses import CsvFile, FileResponse, XlsxFile, xlsx_answer
from app.web.pages import Pages
from app.web.router import edge_router

router = edge_router("returns")

Reader = Annotated[Caller, allow(Scope.ATTENDANCE_READ)]


async def _asked(
    caller: Reader, named: Named, provider_id: Id | None = None, host_school_id: Id | None = None
) -> Asked:
    return asked_for(caller, named, provider_id, host_school_id)


OfMonth = Annotated[Asked, Depends(_asked)]


@router.get("/monthly-dashboard", operation_id="list_monthly_dashboard")
async def list_monthly_dashboard(
    caller: Reader, session: Session, pages: Pages, asked: OfMonth
) -> ReturnRead[DashboardRow]:
    """Attendance, progress to targets and readiness to return of each placement that ran in a month.

    A provider reads its own, a school and a council those that they may see; `provider_id` and `host_school_id` narrow
    it. A school year or a term may be asked for too. The client needs the scope `pupils:read` as well.
    """
    return ReturnRead[DashboardRow].model_validate(await page_of(DASHBOARD, caller, session, pages, asked))


@router.get(
    "/monthly-dashboard.csv",
    operation_id="export_monthly_dashboard",
    response_class=CsvFile,
    response_model=None,
    responses=csv_of_columns(DASHBOARD),
)
async def export_monthly_dashboard(
    caller: Reader, session: Session, sessions: StreamSessions, asked: OfMonth
) -> FileResponse:
    """The whole dashboard as a CSV file: a column for each member of a row. The client needs `pupils:read` as well."""
    return await csv_file(DASHBOARD, caller, session, sessions, asked)


@router.get(
    "/monthly-dashboard.xlsx",
    operation_id="export_monthly_dashboard_workbook",
    response_class=XlsxFile,
    response_model=None,
    responses=xlsx_answer(),
)
async def export_monthly_dashboard_workbook(
    caller: Reader, session: Session, sessions: StreamSessions, asked: OfMonth
) -> FileResponse:
    """The whole dashboard as a workbook, with a sheet that explains its columns. It needs `pupils:read` as well."""
    return await xlsx_file(DASHBOARD, caller, session, sessions, asked)
