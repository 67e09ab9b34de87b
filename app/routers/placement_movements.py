"""The placements that schools commissioned and that ended, page by page and as a file."""

from typing import Annotated

from fastapi import Depends

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.organisations import OrganisationKind
from app.routers.returns import Named, csv_file, csv_of_columns, page_of, xlsx_file
from app.schemas.placement_movements import PlacementMovementRow
from app.schemas.returns import ReturnRead
from app.schemas.wire import Id
from app.services.placement_movements import PLACEMENT_MOVEMENTS
from app.services.returns import Asked
from app.services.returns_periods import asked_for
from app.web.edge import Session, StreamSessions
from app.web.file_responses import CsvFile, FileResponse, XlsxFile, xlsx_answer
from app.web.pages import Pages
from app.web.router import edge_router

router = edge_router("returns")

Reader = Annotated[Caller, allow(Scope.PLACEMENTS_READ, OrganisationKind.COUNCIL, OrganisationKind.SCHOOL)]


async def _asked(caller: Reader, named: Named, school_id: Id | None = None) -> Asked:
    return asked_for(caller, named, school_id=school_id)


Wanted = Annotated[Asked, Depends(_asked)]


@router.get("/placement-movements", operation_id="list_placement_movements")
async def list_placement_movements(
    caller: Reader, session: Session, pages: Pages, asked: Wanted
) -> ReturnRead[PlacementMovementRow]:
    """The placements that schools commissioned and that began or ended in a month, a term or a school year.

    A school reads those that it commissioned: what it files by `file_placement_return`. A council reads those of its
    schools that it may see. The client needs the scope `pupils:read` as well.
    """
    return ReturnRead[PlacementMovementRow].model_validate(
        await page_of(PLACEMENT_MOVEMENTS, caller, session, pages, asked)
    )


@router.get(
    "/placement-movements.csv",
    operation_id="export_placement_movements",
    response_class=CsvFile,
    response_model=None,
    responses=csv_of_columns(PLACEMENT_MOVEMENTS),
)
async def export_placement_movements(
    caller: Reader, session: Session, sessions: StreamSessions, asked: Wanted
) -> FileResponse:
    """All of them as a CSV file; one line says `nil_return` where there are none. It needs `pupils:read` as well."""
    return await csv_file(PLACEMENT_MOVEMENTS, caller, session, sessions, asked)


@router.get(
    "/placement-movements.xlsx",
    operation_id="export_placement_movements_workbook",
    response_class=XlsxFile,
    response_model=None,
    responses=xlsx_answer(),
)
async def export_placement_movements_workbook(
    caller: Reader, session: Session, sessions: StreamSessions, asked: Wanted
) -> FileResponse:
    """The same as a workbook, with a sheet that explains the columns. The client needs `pupils:read` as well."""
    return await xlsx_file(PLACEMENT_MOVEMENTS, caller, session, sessions, asked)
