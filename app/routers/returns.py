"""What the operations of all returns share, and the list of the returns that there are."""

from typing import Annotated, Any

from fastapi import Depends, Query

from app.access.caller import Caller
from app.access.permission import allow
from app.queries.returns import number_of
from app.rules.calendars import Term
from app.rules.statistics_periods import month_period
from app.schemas.attendance_summaries import Month
from app.schemas.returns import ReturnDefinitionRead, ReturnDefinitions
from app.schemas.wire import SchoolYear
from app.services.returns import Asked, Return, insist_on_pupils, is_provisional, prepare, read_rows
from app.services.returns_all import RETURNS
from app.services.returns_files import csv_of, xlsx_of
from app.services.returns_periods import PeriodNamed, asked_for
from app.services.tables_csv import CSV, csv_head
from app.services.tables_xlsx import XLSX
from app.web.edge import Session, StreamSessions
from app.web.file_responses import FileResponse, csv_answer
from app.web.pages import Paging
from app.web.router import edge_router

router = edge_router("returns")


async def _named(
    month: Annotated[Month | None, Query(description="With no period named: the last month that has ended.")] = None,
    school_year: SchoolYear | None = None,
    term: Annotated[Term | None, Query(description="Only together with the school year.")] = None,
) -> PeriodNamed:
    return PeriodNamed(month, school_year, term)


Named = Annotated[PeriodNamed, Depends(_named)]
"""The period of a return: `month`, or `school_year` with or without `term`."""


async def page_of(definition: Return, caller: Caller, session: Session, pages: Paging, asked: Asked) -> dict[str, Any]:
    """The members of a `ReturnRead`."""
    insist_on_pupils(caller)
    found = definition.found(caller, asked)
    rows, page = await pages.rows(session, found, [definition.key])
    records = await number_of(caller, session, found, definition.key)
    return {
        "period": asked.label,
        "first_on": asked.period.first,
        "last_on": asked.period.last,
        "as_of": caller.now,
        "provisional": is_provisional(caller, asked),
        "nil_return": records == 0,
        "records": records,
        "items": await read_rows(definition, caller, session, rows, asked),
        "next_cursor": page.next_cursor,
    }


async def csv_file(
    definition: Return, caller: Caller, session: Session, sessions: StreamSessions, asked: Asked
) -> FileResponse:
    export = await prepare(definition, caller, session, sessions, asked)
    return FileResponse(csv_of(export), f"{CSV}; charset=utf-8; header=present", f"{export.filename}.csv")


async def xlsx_file(
    definition: Return, caller: Caller, session: Session, sessions: StreamSessions, asked: Asked
) -> FileResponse:
    export = await prepare(definition, caller, session, sessions, asked)
    return FileResponse(xlsx_of(export), XLSX, f"{export.filename}.xlsx")


def csv_of_columns(definition: Return) -> dict[int | str, dict[str, Any]]:
    """The `responses` of the operation that answers with the CSV file: its example is the line of the columns."""
    return csv_answer(csv_head(definition.columns(Asked("2026-11", month_period("2026-11")))))


@router.get("/returns", operation_id="list_returns")
async def list_returns(caller: Annotated[Caller, allow(None)]) -> ReturnDefinitions:
    """Every return that can be read as pages, CSV and XLSX, with its columns: what each means and who may read it."""
    asked = asked_for(caller, PeriodNamed())
    return ReturnDefinitions(
        items=[
            ReturnDefinitionRead.model_validate(
                {
                    "name": each.name,
                    "title": each.title,
                    "path": f"/v1/{each.name}",
                    "columns": each.columns(asked),
                }
            )
            for each in RETURNS
        ]
    )
