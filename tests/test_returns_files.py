"""The files of a return: what a spreadsheet makes of them, how they are read, and what is on record before they go."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime
from io import BytesIO
from os import listdir
from tempfile import gettempdir
from typing import Any
from uuid import UUID

import pytest
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.row_security import Standing, stand, standing_of
from app.db.embedded_database import Addresses
from app.rules.tables import LONGEST_CELL, Cells, Column, ColumnType
from app.services import returns
from app.services.tables_csv import as_csv
from app.services.tables_xlsx import as_xlsx
from tests.ledger import Ledger
from tests.owner import sessions_of
from tests.test_attendance_census import a_day_of_attendance, file_of
from tests.world import Party, World

AS_OF = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
COLUMNS = [
    Column("name", "A name.", ColumnType.TEXT),
    Column("count", "A count.", ColumnType.NUMBER),
    Column("day", "A day.", ColumnType.DAY),
    Column("at", "An instant.", ColumnType.INSTANT),
    Column("came", "Whether.", ColumnType.YES_NO),
    Column("id", "An id.", ColumnType.ID),
]
ID = UUID("3f0c8e0a-8d0e-4a65-9a57-0a1a3c1f2b77")
HOSTILE = [
    *[f"{sign}1+1" for sign in "=+-@\t\r\uff1d\uff0b\uff0d\uff20"],
    '=HYPERLINK("http://x","y")',
    "https://evil.example/",
    "0123",
    "_x0041_",
]


async def given(*batches: list[Cells]) -> AsyncIterator[list[Cells]]:
    for batch in batches:
        yield batch


async def whole(pieces: AsyncIterator[bytes]) -> bytes:
    return b"".join([piece async for piece in pieces])


async def workbook(*batches: list[Cells], columns: Sequence[Column] = COLUMNS, **options: Any) -> Any:
    return load_workbook(BytesIO(await whole(as_xlsx("Return", columns, given(*batches), AS_OF, **options))))


async def book_of(party: Party, path: str, **asked: str) -> Any:
    answer = await party.get(path, **asked)
    assert answer.status_code == 200, answer.text
    return load_workbook(BytesIO(answer.content))


async def test_a_workbook_holds_typed_cells_and_explains_its_columns() -> None:
    row: Cells = {"name": "Zoë", "count": 3, "day": date(2026, 11, 24), "at": AS_OF, "came": False, "id": ID}
    book = await workbook([row], [{"name": "Ada", "count": -1}])
    sheet = book["Records"]
    assert [[cell.value for cell in line] for line in sheet.iter_rows()] == [
        ["name", "count", "day", "at", "came", "id"],
        ["Zoë", 3, datetime(2026, 11, 24), "2026-11-24T08:00:00Z", "no", str(ID)],  # noqa: DTZ001
        ["Ada", -1, None, None, None, None],
    ]
    assert (sheet["C2"].number_format, sheet.freeze_panes, sheet.auto_filter.ref) == ("yyyy-mm-dd", "A2", "A1:F3")
    assert [[cell.value for cell in line] for line in book["Columns"].iter_rows(max_row=2)] == [
        ["column", "meaning"],
        ["name", "A name."],
    ]


async def test_no_cell_of_a_workbook_is_a_formula_a_link_or_a_number_that_was_a_text() -> None:
    book = await workbook([{"name": text} for text in HOSTILE])
    cells = [line[0] for line in book["Records"].iter_rows(min_row=2)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell.hyperlink for cell in cells] == [None] * len(HOSTILE)
    assert [unescape(cell.value) for cell in cells] == HOSTILE
    assert [cell.quotePrefix for cell in cells] == [text[0] in "=+-@\t\r\uff1d\uff0b\uff0d\uff20" for text in HOSTILE]


async def test_a_text_longer_than_a_cell_is_cut() -> None:
    book = await workbook([{"name": "x" * (LONGEST_CELL + 1)}])
    assert len(book["Records"]["A2"].value) == LONGEST_CELL


async def test_more_rows_than_a_sheet_holds_go_on_in_another() -> None:
    book = await workbook([{"count": number} for number in range(5)], most_rows=3)
    found = {name: [cell.value for cell in book[name]["B"]] for name in book.sheetnames if name != "Columns"}
    assert found == {"Records": ["count", 0, 1], "Records 2": ["count", 2, 3], "Records 3": ["count", 4]}


async def test_nothing_is_left_on_disk_of_a_workbook_that_nobody_fetched_to_its_end() -> None:
    pieces: Any = as_xlsx("Return", COLUMNS, given([{"name": "Ada"}]), AS_OF)
    assert (await anext(pieces)).startswith(b"PK")
    await pieces.aclose()
    with pytest.raises(RuntimeError):
        await whole(as_xlsx("Return", COLUMNS, _broken(), AS_OF))
    assert not [name for name in _temporary() if name.startswith("waymark-return-")]


async def test_a_csv_file_comes_in_pieces() -> None:
    pieces = [piece async for piece in as_csv(COLUMNS[:2], given([{"name": "=1", "count": -1}], [{"name": "b"}]))]
    assert pieces == [b"name,count\r\n", b"'=1,-1\r\n", b"b,\r\n"]


async def test_the_workbook_says_what_the_csv_file_says(world: World, database: Addresses, ledger: Ledger) -> None:
    await a_day_of_attendance(world, database)
    _, rows = await file_of(world.council)
    answer = await world.council.get("/v1/attendance-census.xlsx", month="2026-11")
    assert answer.headers["Content-Type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    named = 'attachment; filename="attendance-census-2026-11-provisional.xlsx"'
    assert answer.headers["Content-Disposition"] == named
    [head, *lines] = load_workbook(BytesIO(answer.content))["Records"].iter_rows(values_only=True)
    told = [dict(zip(head, line, strict=True)) for line in lines]
    assert list(head) == list(rows[0])
    assert [row["placement_id"] for row in told] == [row["placement_id"] for row in rows]
    assert len(set(head)) == len(head), "each column has a name of its own"
    assert {row["given_name"] for row in told} == {"=HYPERLINK(1)", "Ada"}
    assert [row["date_of_birth"] for row in told] == [datetime(2012, 3, 4)] * 2  # noqa: DTZ001
    assert [str(row["possible"]) for row in told] == [row["possible"] for row in rows]
    [audited] = await ledger.sql(
        "select array_length(placement_ids, 1), array_length(pupil_ids, 1) from audit_entries"
        " where operation = 'export_attendance_census_workbook' and organisation_id = :id",
        id=world.council.id,
    )
    assert audited == (2, 2)


async def test_a_file_is_the_same_however_many_batches_it_is_read_in(
    world: World, database: Addresses, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_day_of_attendance(world, database)
    answer, rows = await file_of(world.council)
    monkeypatch.setattr(returns, "BATCH", 1)
    again, _ = await file_of(world.council)
    assert len(rows) == 2
    assert again.content == answer.content


async def test_a_file_asked_for_by_its_head_is_not_made(
    world: World, database: Addresses, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_day_of_attendance(world, database)
    monkeypatch.setattr(returns, "stand", _never)
    answer = await world.council.http.head("/v1/attendance-census.csv", params={"month": "2026-11"})
    assert (answer.status_code, answer.content) == (200, b"")
    assert "attachment" in answer.headers["Content-Disposition"]


async def test_a_child_severed_meanwhile_is_not_in_the_rest_of_the_file(
    world: World, database: Addresses, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The batches are read under row security as it is then, and hold nobody whom the audit does not name."""
    placements = sorted(await a_day_of_attendance(world, database))
    monkeypatch.setattr(returns, "BATCH", 1)

    async def and_then_hide(session: AsyncSession, standing: Standing) -> None:
        await ledger.sql("delete from placement_viewers where placement_id = :p", p=placements[1])
        await stand(session, standing)

    monkeypatch.setattr(returns, "stand", and_then_hide)
    _, rows = await file_of(world.council)
    assert [row["placement_id"] for row in rows] == placements[:1]


async def test_a_file_that_breaks_off_stays_unfinished(
    world: World, database: Addresses, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_day_of_attendance(world, database)
    monkeypatch.setattr(returns, "stand", _never)
    with pytest.raises(AssertionError):  # the transport's own: the answer was never completed
        await world.council.get("/v1/attendance-census.csv", month="2026-11")


async def _never(session: AsyncSession, standing: Standing) -> None:
    raise RuntimeError


async def _broken() -> AsyncIterator[list[Cells]]:
    yield [{"name": "Ada"}]
    raise RuntimeError


def _temporary() -> list[str]:
    return listdir(gettempdir())


async def test_whoever_is_next_on_a_connection_does_not_stand_where_an_export_stood(
    world: World, database: Addresses
) -> None:
    standing = Standing(str(world.council.id), str(world.sandbox_id), "", "")
    async with sessions_of(database.app)() as session:
        await stand(session, standing)
        first = await session.scalar(text("select pg_backend_pid()"))
    async with sessions_of(database.app)() as session:
        assert await session.scalar(text("select pg_backend_pid()")) == first
        assert await standing_of(session) == Standing("", "", "", "")
