"""The monthly census: every pupil attending, on a roll or not, as pages and as a file."""

import csv
from io import StringIO
from typing import Any

import pytest
from fastapi import FastAPI

from app.db.embedded_database import Addresses
from app.rules.attendance_codes import ATTENDANCE_CODES
from app.rules.tables import safe_text_of
from app.rules.upn import synthetic_upn
from tests.attendance_days import mark, placement_accepted_at, set_clock, submit
from tests.ledger import Ledger
from tests.world import Party, World, make_world

MONDAY = "2026-11-23T08:00:00+00:00"
EVENING, DECEMBER = "2026-11-24T17:00:00+00:00", "2026-12-01T00:00:00+00:00"
UPN = synthetic_upn(4711)


async def census(party: Party, **asked: Any) -> dict[str, Any]:
    answer = await party.get("/v1/attendance-census", **{"month": "2026-11", **asked})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def file_of(party: Party, month: str = "2026-11") -> tuple[Any, list[dict[str, str]]]:
    answer = await party.get("/v1/attendance-census.csv", month=month)
    assert answer.status_code == 200, answer.text
    return answer, list(csv.DictReader(StringIO(answer.content.decode("utf-8"), newline="")))


async def child(world: World, **changes: str) -> str:
    """A child of the council's, living there."""
    body = {"given_name": "Ada", "family_name": "Example", "date_of_birth": "2012-03-04"}
    made = await world.council.post("/v1/pupils", {**body, "home_council_id": str(world.council.id), **changes})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def a_day_of_attendance(world: World, database: Addresses) -> tuple[str, str]:
    """Two placements of one council: a child on the school's roll, and one on no roll. One pupil is not reported on."""
    pupil = await child(world, upn=UPN, given_name="=HYPERLINK(1)", family_name='O"Neil, "Zoë"')
    on_roll = await placement_accepted_at(database, world, MONDAY, pupil_id=pupil)
    no_roll = await placement_accepted_at(database, world, MONDAY, pupil_id=await child(world), host_school_id=None)
    set_clock(database, world, EVENING)
    rows = [
        mark(on_roll),
        mark(on_roll, session="pm", fact="late", arrived_at="13:20", code="L"),
        mark(on_roll, on_date="2026-11-23", session="pm", fact="absent", reason="ill"),
    ]
    answer = await submit(world.provider, *rows)
    assert answer.json()["recorded_count"] == 3, answer.text
    return on_roll, no_roll


async def test_every_pupil_attending_is_in_it_on_a_roll_or_not(world: World, database: Addresses) -> None:
    on_roll, no_roll = await a_day_of_attendance(world, database)
    found = await census(world.council)
    assert (found["first_on"], found["last_on"], found["provisional"]) == ("2026-11-01", "2026-11-30", True)
    assert (found["placements"], found["pupils"], found["nil_return"]) == (2, 2, False)
    rows = {each["placement_id"]: each for each in found["items"]}
    there = rows[on_roll]
    assert (there["on_school_roll"], rows[no_roll]["on_school_roll"]) == (True, False)
    assert (there["host_school_id"], rows[no_roll]["host_school_id"]) == (str(world.school.id), None)
    assert [(each["code"], each["slug"], each["sessions"]) for each in there["codes"]] == [
        ("L", "late", 1),
        ("K", "arranged-by-council", 1),
        ("I", "illness", 1),
    ]
    counts = there["sessions"]
    assert (counts["possible"], counts["attended"], counts["authorised"], counts["late"]) == (3, 2, 1, 1)
    assert (counts["not_reported"], rows[no_roll]["sessions"]["not_reported"]) == (1, 4)
    assert rows[no_roll]["codes"] == []
    assert there["absence"] == {"numerator": 1, "denominator": 3, "percent": 33.3}
    assert there["setting"] == {"urn": None, "ukprn": None, "setting_type": "other_unregistered"}
    assert (there["primary_reason"], there["census_code"]) == ("at_risk_of_exclusion", None)
    assert (there["upn"], there["upn_held"], rows[no_roll]["upn_held"]) == (UPN, True, False)
    for party, seen in ((world.school, [on_roll]), (world.provider, sorted([on_roll, no_roll]))):
        assert [each["placement_id"] for each in (await census(party))["items"]] == seen
    for stranger in (world.other_council, world.other_school, world.other_provider):
        nothing = await census(stranger)
        assert (nothing["items"], nothing["nil_return"], nothing["placements"]) == ([], True, 0)
        _, rows_of_stranger = await file_of(stranger)
        assert [each["record"] for each in rows_of_stranger] == ["nil_return"]


async def test_the_pages_hold_each_placement_once(world: World, database: Addresses) -> None:
    placements = sorted(await a_day_of_attendance(world, database))
    first = await census(world.council, limit=1)
    second = await census(world.council, limit=1, cursor=first["next_cursor"])
    assert [each["items"][0]["placement_id"] for each in (first, second)] == placements
    assert (second["next_cursor"], second["placements"]) == (None, 2)


async def test_the_file_says_the_same_and_is_safe_to_open(world: World, database: Addresses, ledger: Ledger) -> None:
    on_roll, no_roll = await a_day_of_attendance(world, database)
    answer, rows = await file_of(world.council)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
    named = 'attachment; filename="attendance-census-2026-11-provisional.csv"'
    assert answer.headers["Content-Disposition"] == named
    assert answer.content.count(b"\r\n") == 3
    by_id = {each["placement_id"]: each for each in rows}
    there = by_id[on_roll]
    assert (there["record"], there["month"], there["provisional"]) == ("placement", "2026-11", "yes")
    assert (there["given_name"], there["family_name"]) == ("'=HYPERLINK(1)", 'O"Neil, "Zoë"')
    assert (there["upn"], there["date_of_birth"], there["setting_type"]) == (UPN, "2012-03-04", "other_unregistered")
    assert (there["late"], there["arranged-by-council"], there["illness"], there["present-am"]) == ("1", "1", "1", "0")
    assert (there["came_late"], there["possible"], there["not_reported"], by_id[no_roll]["host_school_id"]) == (
        "1",
        "3",
        "1",
        "",
    )
    current = {each.slug for each in ATTENDANCE_CODES if each.valid_until is None}
    assert current <= there.keys()
    assert "agreed-holiday" not in there
    assert not {"/", "\\", "#"} & there.keys()
    [audited] = await ledger.sql(
        "select array_length(placement_ids, 1), array_length(pupil_ids, 1), client_id from audit_entries"
        " where operation = 'export_attendance_census' and organisation_id = :id",
        id=world.council.id,
    )
    assert audited == (2, 2, world.council.client_id)


async def test_a_month_is_final_when_it_has_ended_in_london(world: World, database: Addresses) -> None:
    await a_day_of_attendance(world, database)
    set_clock(database, world, "2026-11-30T23:59:00+00:00")
    assert (await census(world.council))["provisional"]
    set_clock(database, world, DECEMBER)
    answer = await world.council.get("/v1/attendance-census")
    assert (answer.json()["month"], answer.json()["provisional"]) == ("2026-11", False)
    assert answer.json()["items"][0]["sessions"]["not_yet_due"] == 0
    answer, _ = await file_of(world.council)
    assert 'filename="attendance-census-2026-11.csv"' in answer.headers["Content-Disposition"]
    assert (await census(world.council, month="2026-10"))["nil_return"]
    answer, rows = await file_of(world.council, "2026-10")
    assert [(each["record"], each["month"], each["pupil_id"]) for each in rows] == [("nil_return", "2026-10", "")]


async def test_a_council_answers_for_the_children_who_live_there_on_their_days(
    world: World, database: Addresses
) -> None:
    on_roll, _ = await a_day_of_attendance(world, database)
    pupil = next(e["pupil_id"] for e in (await census(world.council))["items"] if e["placement_id"] == on_roll)
    moved = {"home_council_id": str(world.other_council.id), "from_on": "2026-11-24"}
    assert (await world.council.act(f"/v1/pupils/{pupil}", "home-council", moved)).status_code == 200
    [row] = (await census(world.other_council))["items"]
    assert (row["placement_id"], row["sessions"]["authorised"], row["sessions"]["attended"]) == (on_roll, 0, 2)
    rows = {each["placement_id"]: each for each in (await census(world.council))["items"]}
    assert rows[on_roll]["sessions"]["possible"] == 3, "it commissions still"


async def test_what_only_oversight_shows_is_not_in_a_councils_census(
    world: World, database: Addresses, ledger: Ledger
) -> None:
    on_roll, _ = await a_day_of_attendance(world, database)
    await ledger.sql(
        "insert into placement_viewers (organisation_id, placement_id, basis) values (:who, :what, 'framework_council')",
        who=world.other_council.id,
        what=on_roll,
    )
    assert (await census(world.other_council))["nil_return"]
    seen = (await world.other_council.get("/v1/attendance-summaries", month="2026-11")).json()["items"]
    assert [each["placement_id"] for each in seen] == [on_roll]


async def test_a_client_needs_both_scopes_and_reads_upns_with_a_third(app: FastAPI, database: Addresses) -> None:
    async with make_world(app, database.owner) as world:
        await a_day_of_attendance(world, database)
        for scopes, status in ((["attendance:read"], 403), (["attendance:read", "pupils:read"], 200)):
            made = await world.council.post("/v1/api-clients", {"name": "Returns", "scopes": scopes})
            key = await world.council.post(f"/v1/api-clients/{made.json()['id']}/keys", {"kind": "api_key"})
            headers = {"Authorization": f"Bearer {key.json()['secret']}"}
            for path in ("/v1/attendance-census", "/v1/attendance-census.csv"):
                answer = await world.council.http.get(path, params={"month": "2026-11"}, headers=headers)
                assert answer.status_code == status, answer.text
                assert UPN not in answer.text
                assert status == 200 or answer.json()["needed_scope"] == "pupils:read"


async def test_a_month_is_written_as_one(world: World) -> None:
    for path in ("/v1/attendance-census", "/v1/attendance-census.csv", "/v1/attendance-summaries"):
        for month in ("2026-13", "2026-1", "26-11", "2026-11-01", ""):
            answer = await world.council.get(path, month=month)
            assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, "month")


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        *[(f"{sign}1+1", f"'{sign}1+1") for sign in "=+-@\t\r"],
        ("  =1", "'  =1"),
        ("\n=1", "'\n=1"),
        ("O'Neil", "O'Neil"),
        ("a=b", "a=b"),
        ("", ""),
        (None, ""),
        (-1, "-1"),
        (True, "yes"),
        (False, "no"),
    ],
)
def test_no_cell_is_a_formula(value: object, cell: str) -> None:
    assert safe_text_of(value) == cell
