"""What is handed on when the term is over: returns as pages, CSV and workbooks; what schools file, or forget to."""

import csv
from io import BytesIO, StringIO
from typing import Any

from openpyxl import load_workbook

from tests.a_term.story import Term
from tests.a_year.story import created, listed, read
from tests.world import Party

NOVEMBER = {"month": "2026-11"}
CENSUS, DASHBOARD = "/v1/attendance-census", "/v1/monthly-dashboard"
MOVEMENTS, PART_TIME = "/v1/placement-movements", "/v1/part-time-timetables"
NOT_IN_SCHOOL = "/v1/children-not-in-school"


async def in_all_three(party: Party, path: str, **asked: str) -> list[dict[str, Any]]:
    """The records of a return, once its files are found to hold the same placements."""
    pages = await listed(party, path, **asked)
    text = await party.get(f"{path}.csv", **asked)
    assert text.status_code == 200, text.text
    lines = list(csv.DictReader(StringIO(text.content.decode("utf-8-sig"))))
    book = await party.get(f"{path}.xlsx", **asked)
    assert book.status_code == 200, book.text
    sheet = load_workbook(BytesIO(book.content)).worksheets[0]
    head, *rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    at = head.index("placement_id")
    ids = {each["placement_id"] for each in pages}
    assert {line["placement_id"] for line in lines if line["placement_id"]} == ids
    assert {row[at] for row in rows if row[at]} == ids
    return pages


async def every_party_hands_on_its_own(term: Term) -> None:
    ada, ben = term.ids["ada_placement"], term.ids["ben_placement"]
    for party, path, expected, hidden in (
        (term.council, CENSUS, {ada}, set()),
        (term.school, CENSUS, {ada, ben}, set()),
        (term.farm, DASHBOARD, {ada, ben}, set()),
        (term.school, MOVEMENTS, {ben}, {ada}),
        (term.council, PART_TIME, {ada}, {ben}),
        (term.other_council, NOT_IN_SCHOOL, {ada}, {ben}),
    ):
        found = {each["placement_id"] for each in await in_all_three(party, path, **NOVEMBER)}
        assert found >= expected, (party.name, path, expected - found)
        assert not found & hidden, (party.name, path)
    for party in (term.next_school, *term.strangers):
        found = {each["placement_id"] for each in await listed(party, DASHBOARD, **NOVEMBER)}
        assert not found & {ada, ben}, party.name


async def the_dashboard_says_how_ada_comes_on(term: Term) -> None:
    [ada] = [
        each
        for each in await listed(term.school, DASHBOARD, month="2026-12")
        if each["placement_id"] == term.ids["ada_placement"]
    ]
    assert (ada["report_state"], ada["readiness_to_return"]) == ("accepted", "working_towards"), ada
    assert (ada["targets"], ada["targets_some_progress"], ada["targets_achieved"]) == (1, 1, 0), ada
    [november] = [
        each
        for each in await listed(term.school, DASHBOARD, **NOVEMBER)
        if each["placement_id"] == term.ids["ada_placement"]
    ]
    assert (november["attended"], november["possible"], november["authorised"]) == (1, 2, 1), november


async def schools_file_or_forget(term: Term) -> None:
    moved = {"period": "2026-11", "filed_by": "A. Head, headteacher"}
    wrong = await term.next_school.post("/v1/placement-returns", moved | {"nil_return": False})
    assert wrong.status_code == 409, wrong.text
    nil = await created(term.next_school, "/v1/placement-returns", moved | {"nil_return": True})
    filed = await created(term.school, "/v1/placement-returns", moved | {"nil_return": False})
    assert {"placement_id": term.ids["ben_placement"], "commissioned": True, "ended": False} in filed["placements"]
    for each in (nil, filed):
        path = f"/v1/placement-returns/{each['id']}"
        assert (await read(term.council, path))["filed_by"] == moved["filed_by"]
        assert (await term.other_council.get(path)).status_code == 404
    missing = {
        each["school_id"] for each in await listed(term.council, "/v1/placement-returns-missing", period="2026-11")
    }
    assert str(term.parties["Canal Street Academy"].id) in missing
    assert not missing & {str(term.school.id), str(term.next_school.id)}
    assert "placement-return.filed" in await term.news(term.council)
