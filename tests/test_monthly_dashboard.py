"""The monthly dashboard: attendance, reviews and reports of each placement that ran in the month."""

import csv
from io import BytesIO, StringIO
from typing import Any

from fastapi import FastAPI
from openpyxl import load_workbook

from app.db.embedded_database import Addresses
from app.schemas.monthly_dashboard import DashboardRow
from tests.ledger import Ledger
from tests.test_attendance_census import a_day_of_attendance
from tests.test_progress_reports import MORNINGS, begun
from tests.test_reviews import HELD
from tests.world import Party, World, make_world

PATH = "/v1/monthly-dashboard"
OF_REPORT = [
    "readiness_to_return",
    "targets",
    *(f"targets_{each}" for each in ("achieved", "on_track", "some_progress", "not_started", "no_longer_set")),
]


async def dashboard(party: Party, **asked: Any) -> dict[str, Any]:
    answer = await party.get(PATH, **{"month": "2026-11", **asked})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def rows_of(party: Party, **asked: Any) -> dict[str, dict[str, Any]]:
    return {each["placement_id"]: each for each in (await dashboard(party, **asked))["items"]}


async def reported(world: World, placement: str) -> str:
    """A report on the placement, submitted."""
    path = await begun(world, placement_id=placement)
    assert (await world.provider.act(path, "submission")).status_code == 200
    return path.rsplit("/", 1)[1]


async def test_a_row_says_how_the_pupil_attends_and_comes_on(world: World, database: Addresses) -> None:
    on_roll, no_roll = await a_day_of_attendance(world, database)
    draft = (await rows_of(world.council))[on_roll]
    assert (draft["report_id"], draft["report_term"], draft["last_review_on"]) == (None, None, None)
    report = await reported(world, on_roll)
    review = HELD | {"held_on": "2026-11-20", "progress": []}
    assert (await world.school.post(f"/v1/placements/{on_roll}/reviews", review)).status_code in (200, 201)
    row = (await rows_of(world.council))[on_roll]
    assert (row["family_name"], row["given_name"]) == ('O"Neil, "Zoë"', "=HYPERLINK(1)")
    assert (row["possible"], row["attended"], row["authorised"], row["came_late"]) == (3, 2, 1, 1)
    assert (row["attendance_percent"], row["not_reported"]) == (66.7, 1)
    assert (row["report_id"], row["report_term"], row["report_state"]) == (report, "autumn", "submitted")
    assert row["last_review_on"] == "2026-11-20"
    assert (row["provider_name"], row["host_school_name"]) == (world.provider.name, world.school.name)
    other = (await rows_of(world.council))[no_roll]
    assert (other["possible"], other["attendance_percent"], other["host_school_id"]) == (0, None, None)


async def test_a_row_counts_how_far_the_targets_have_come(world: World, database: Addresses) -> None:
    on_roll, no_roll = await a_day_of_attendance(world, database)
    targets = [
        MORNINGS,
        MORNINGS | {"text": "Read a book"},
        MORNINGS | {"text": "Join the team", "progress": "achieved"},
        MORNINGS | {"text": "Speak up", "progress": "no_longer_set", "comment": "Speaks up"},
        MORNINGS | {"text": "Swim", "progress": "not_started"},
    ]
    path = await begun(world, placement_id=on_roll, targets=targets, readiness_to_return="ready_next_term")
    nothing = dict.fromkeys(OF_REPORT)
    assert _of(await rows_of(world.provider), on_roll) == nothing
    assert (await world.provider.act(path, "submission")).status_code == 200
    counted = {
        "readiness_to_return": "ready_next_term",
        "targets": 5,
        "targets_achieved": 1,
        "targets_on_track": 2,
        "targets_some_progress": 0,
        "targets_not_started": 1,
        "targets_no_longer_set": 1,
    }
    for party in (world.council, world.school, world.provider):
        assert _of(await rows_of(party), on_roll) == counted
    await world.council.act(path, "return", {"reason": "Say more"})
    headers = {"If-Match": (await world.provider.get(path)).headers["ETag"]}
    rewritten = {"answers": {}, "readiness_to_return": "not_yet", "targets": [MORNINGS]}
    assert (await world.provider.http.put(f"{path}/answers", json=rewritten, headers=headers)).status_code == 200
    rows = await rows_of(world.council)
    assert (_of(rows, on_roll), _of(rows, no_roll)) == (counted, nothing)
    assert (await rows_of(world.council, month="2026-10")) == {}
    lines = csv.DictReader(StringIO((await world.council.get(f"{PATH}.csv", month="2026-11")).text, newline=""))
    told = {each["placement_id"]: each for each in lines}
    assert _of(told, on_roll) == {name: str(value) for name, value in counted.items()}
    assert _of(told, no_roll) == dict.fromkeys(OF_REPORT, "")
    answer = await world.council.get(f"{PATH}.xlsx", month="2026-11")
    names, *cells = load_workbook(BytesIO(answer.content))["Records"].iter_rows(values_only=True)
    in_sheet: dict[str, dict[str, Any]] = {}
    for row in cells:
        record = {str(name): cell for name, cell in zip(names, row, strict=True)}
        in_sheet[str(record["placement_id"])] = record
    assert (_of(in_sheet, on_roll), _of(in_sheet, no_roll)) == (counted, nothing)


async def test_a_report_of_a_later_month_is_not_in_an_earlier_one(world: World, database: Addresses) -> None:
    on_roll, _ = await a_day_of_attendance(world, database)
    path = await begun(world, placement_id=on_roll)
    moved = await world.council.post("/v1/sandbox/clock/advance", {"seconds": 8 * 86_400})
    assert moved.status_code == 200, moved.text
    assert (await world.provider.act(path, "submission")).status_code == 200
    november, december = await rows_of(world.council), await rows_of(world.council, month="2026-12")
    assert (november[on_roll]["report_id"], november[on_roll]["targets"]) == (None, None)
    assert (december[on_roll]["targets"], december[on_roll]["readiness_to_return"]) == (1, "working_towards")


def _of(rows: dict[str, dict[str, Any]], placement: str) -> dict[str, Any]:
    return {name: rows[placement][name] for name in OF_REPORT}


async def test_each_reads_its_own_and_strangers_nothing(world: World, database: Addresses) -> None:
    on_roll, no_roll = await a_day_of_attendance(world, database)
    assert (await rows_of(world.school)).keys() == {on_roll}
    assert (await rows_of(world.provider)).keys() == {on_roll, no_roll}
    for stranger in (world.other_council, world.other_school, world.other_provider):
        found = await dashboard(stranger)
        assert (found["items"], found["nil_return"], found["records"]) == ([], True, 0)


async def test_it_is_narrowed_to_a_provider_or_a_school(world: World, database: Addresses) -> None:
    on_roll, no_roll = await a_day_of_attendance(world, database)
    assert (await rows_of(world.council, host_school_id=str(world.school.id))).keys() == {on_roll}
    assert (await rows_of(world.council, provider_id=str(world.provider.id))).keys() == {on_roll, no_roll}
    assert (await dashboard(world.council, provider_id=str(world.other_provider.id)))["nil_return"]


async def test_a_framework_council_reads_what_it_oversees(world: World, database: Addresses, ledger: Ledger) -> None:
    on_roll, _ = await a_day_of_attendance(world, database)
    await ledger.sql(
        "insert into placement_viewers (organisation_id, placement_id, basis) values (:who, :what, 'framework_council')",
        who=world.other_council.id,
        what=on_roll,
    )
    [row] = (await rows_of(world.other_council)).values()
    assert row["possible"] == 3


async def test_a_home_council_of_earlier_reads_nothing_of_a_later_month(world: World, database: Addresses) -> None:
    on_roll, _ = await a_day_of_attendance(world, database)
    pupil = (await rows_of(world.council))[on_roll]["pupil_id"]
    moved = {"home_council_id": str(world.other_council.id), "from_on": "2026-11-24"}
    assert (await world.council.act(f"/v1/pupils/{pupil}", "home-council", moved)).status_code == 200
    assert (await rows_of(world.other_council)).keys() == {on_roll}
    assert (await dashboard(world.other_council, month="2026-10"))["nil_return"]


async def test_the_files_hold_the_members_of_a_row(world: World, database: Addresses) -> None:
    on_roll, _ = await a_day_of_attendance(world, database)
    answer = await world.council.get(f"{PATH}.csv", month="2026-11")
    lines = list(csv.DictReader(StringIO(answer.text, newline="")))
    assert list(lines[0])[3:] == list(DashboardRow.model_fields)
    told = {each["placement_id"]: each for each in lines}[on_roll]
    assert (told["record"], told["period"], told["provisional"]) == ("placement", "2026-11", "yes")
    assert (told["attendance_percent"], told["given_name"], told["starts_on"]) == (
        "66.7",
        "'=HYPERLINK(1)",
        "2026-11-02",
    )
    answer = await world.council.get(f"{PATH}.xlsx", month="2026-11")
    assert 'filename="monthly-dashboard-2026-11-provisional.xlsx"' in answer.headers["Content-Disposition"]
    sheet = load_workbook(BytesIO(answer.content))["Records"]
    assert [cell.value for cell in sheet[1]] == list(lines[0])
    answer = await world.other_council.get(f"{PATH}.csv", school_year="2025-26", term="summer")
    [nil] = csv.DictReader(StringIO(answer.text, newline=""))
    assert (nil["record"], nil["period"], nil["placement_id"]) == ("nil_return", "2025-26-summer", "")


async def test_a_client_without_the_scope_finds_no_reports(app: FastAPI, database: Addresses) -> None:
    async with make_world(app, database.owner) as world:
        on_roll, _ = await a_day_of_attendance(world, database)
        await reported(world, on_roll)
        for scopes, status in ((["attendance:read"], 403), (["attendance:read", "pupils:read"], 200)):
            made = await world.council.post("/v1/api-clients", {"name": "Returns", "scopes": scopes})
            key = await world.council.post(f"/v1/api-clients/{made.json()['id']}/keys", {"kind": "api_key"})
            headers = {"Authorization": f"Bearer {key.json()['secret']}"}
            for ending in ("", ".csv", ".xlsx"):
                answer = await world.council.http.get(PATH + ending, params={"month": "2026-11"}, headers=headers)
                assert answer.status_code == status
        answer = await world.council.http.get(PATH, params={"month": "2026-11"}, headers=headers)
        rows = {each["placement_id"]: each for each in answer.json()["items"]}
        assert (rows[on_roll]["possible"], rows[on_roll]["report_id"], rows[on_roll]["report_state"]) == (3, None, None)


async def test_a_period_is_named_once_and_rightly(world: World) -> None:
    asked = {
        "month": [{"month": "2026-13"}, {"month": "2026-11", "school_year": "2026-27"}],
        "school_year": [{"school_year": "2026-28"}, {"term": "autumn"}],
        "term": [{"school_year": "2026-27", "term": "winter"}],
    }
    for parameter, each in asked.items():
        for query in each:
            answer = await world.council.get(PATH, **query)
            assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, parameter)


async def test_the_returns_that_there_are_explain_their_columns(world: World) -> None:
    answer = await world.provider.get("/v1/returns")
    returns = {each["name"]: each for each in answer.json()["items"]}
    assert returns["monthly-dashboard"]["path"] == PATH
    columns = {each["name"]: each for each in returns["monthly-dashboard"]["columns"]}
    assert columns["report_state"]["needs"] == "reports:read"
    assert (columns["starts_on"]["type"], columns["possible"]["type"], columns["provisional"]["type"]) == (
        "day",
        "number",
        "yes_no",
    )
    upn = next(each for each in returns["attendance-census"]["columns"] if each["name"] == "upn")
    assert upn["needs"] == "pupils:read-upn"
