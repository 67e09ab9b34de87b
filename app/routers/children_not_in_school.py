"""The extract for the register of children not in school, page by page and as a file."""

from typing import Annotated

from fastapi import Depends

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.organisations import OrganisationKind
from app.routers.returns import Named, csv_file, csv_of_columns, page_of, xlsx_file
from app.schemas.children_not_in_school import ChildNotInSchoolRow
from app.schemas.returns import ReturnRead
from app.services.children_not_in_school import CHILDREN_NOT_IN_SCHOOL
from app.services.returns import Asked
from app.services.returns_periods import asked_for
from app.web.edge import Session, StreamSessions
from app.web.file_responses import CsvFile, FileResponse, XlsxFile, xlsx_answer
from app.web.pages import Pages
from app.web.router import edge_router

router = edge_router("returns")

Reader = Annotated[Caller, allow(Scope.ATTENDANCE_READ, OrganisationKind.COUNCIL)]


async def _asked(caller: Reader, named: Named) -> Asked:
    return asked_for(caller, named)


Wanted = Annotated[Asked, Depends(_asked)]


@router.get("/children-not-in-school", operation_id="list_children_not_in_school")
async def list_children_not_in_school(
    caller: Reader, session: Session, pages: Pages, asked: Wanted
) -> ReturnRead[ChildNotInSchoolRow]:
    """The children whose home council the caller is and who are placed, by type of provider, place and time spent.

    Time is counted on the days on which it is their home council, as timetabled: minutes late are not taken off. The
    client needs the scope `pupils:read` as well.
    """
    return ReturnRead[ChildNotInSchoolRow].model_validate(
        await page_of(CHILDREN_NOT_IN_SCHOOL, caller, session, pages, asked)
    )


@router.get(
    "/children-not-in-school.csv",
    operation_id="export_children_not_in_school",
    response_class=CsvFile,
    response_model=None,
    responses=csv_of_columns(CHILDREN_NOT_IN_SCHOOL),
)
async def export_children_not_in_school(
    caller: Reader, session: Session, sessions: StreamSessions, asked: Wanted
) -> FileResponse:
    """The whole extract as a CSV file: a line for each place of each placement. It needs `pupils:read` as well."""
    return await csv_file(CHILDREN_NOT_IN_SCHOOL, caller, session, sessions, asked)


@router.get(
    "/children-not-in-school.xlsx",
    operation_id="export_children_not_in_school_workbook",
    response_class=XlsxFile,
    response_model=None,
    responses=xlsx_answer(),
)
async def export_children_not_in_school_workbook(
    caller: Reader, session: Session, sessions: StreamSessions, asked: Wanted
) -> FileResponse:
    """The same as a workbook, with a sheet that explains the columns. The client needs `pupils:read` as well."""
    return await xlsx_file(CHILDREN_NOT_IN_SCHOOL, caller, session, sessions, asked)
