"""The return of part-time timetables, page by page and as a file."""

from typing import Annotated

from fastapi import Depends

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.routers.returns import Named, csv_file, csv_of_columns, page_of, xlsx_file
from app.schemas.part_time_timetables import PartTimeTimetableRow
from app.schemas.returns import ReturnRead
from app.schemas.wire import Id
from app.services.part_time_timetables import PART_TIME_TIMETABLES
from app.services.returns import Asked
from app.services.returns_periods import asked_for
from app.web.edge import Session, StreamSessions
from app.web.file_responses import CsvFile, FileResponse, XlsxFile, xlsx_answer
from app.web.pages import Pages
from app.web.router import edge_router

router = edge_router("returns")

Reader = Annotated[Caller, allow(Scope.PLACEMENTS_READ)]


async def _asked(
    caller: Reader, named: Named, provider_id: Id | None = None, host_school_id: Id | None = None
) -> Asked:
    return asked_for(caller, named, provider_id, host_school_id)


Wanted = Annotated[Asked, Depends(_asked)]


@router.get("/part-time-timetables", operation_id="list_part_time_timetables")
async def list_part_time_timetables(
    caller: Reader, session: Session, pages: Pages, asked: Wanted
) -> ReturnRead[PartTimeTimetableRow]:
    """Each part-time timetable that ran in a month, a term or a school year, in placements that the caller may see.

    Plans that were proposed and never agreed are none. The client needs the scope `pupils:read` as well.
    """
    return ReturnRead[PartTimeTimetableRow].model_validate(
        await page_of(PART_TIME_TIMETABLES, caller, session, pages, asked)
    )


@router.get(
    "/part-time-timetables.csv",
    operation_id="export_part_time_timetables",
    response_class=CsvFile,
    response_model=None,
    responses=csv_of_columns(PART_TIME_TIMETABLES),
)
async def export_part_time_timetables(
    caller: Reader, session: Session, sessions: StreamSessions, asked: Wanted
) -> FileResponse:
    """The whole return as a CSV file; one that says `nil_return` where nothing ran. It needs `pupils:read` as well."""
    return await csv_file(PART_TIME_TIMETABLES, caller, session, sessions, asked)


@router.get(
    "/part-time-timetables.xlsx",
    operation_id="export_part_time_timetables_workbook",
    response_class=XlsxFile,
    response_model=None,
    responses=xlsx_answer(),
)
async def export_part_time_timetables_workbook(
    caller: Reader, session: Session, sessions: StreamSessions, asked: Wanted
) -> FileResponse:
    """The same as a workbook, with a sheet that explains the columns. The client needs `pupils:read` as well."""
    return await xlsx_file(PART_TIME_TIMETABLES, caller, session, sessions, asked)
