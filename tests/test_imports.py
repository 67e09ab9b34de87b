"""The life of an import: opened, given its file, done by the worker; cancelled, stopped, killed, or two at once."""

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI
from psycopg.errors import InsufficientPrivilege
from sqlalchemy.exc import ProgrammingError

from app.access.audit import record_audit
from app.access.scopes import Scope
from app.db.embedded_database import Addresses
from app.models.organisations import OrganisationKind
from app.problems import Unavailable
from app.rules.imports import ImportKind
from app.services import imports_doing, imports_running
from app.services.imports_pupils import import_pupil
from app.services.imports_running import do_due_imports
from app.services.pruning import prune_imports
from tests.importing import csv, imported, opened, put, report, states, work
from tests.ledger import Ledger
from tests.owner import sessions_of
from tests.test_identity_severances import an_hour_later, sever
from tests.world import TUESDAY_MORNING, World, open_party

CALENDARS = csv("calendar,entry,term,half,first_on,last_on", "N,half_term,autumn,1,2026-09-03,2026-10-23")
HEADER = "given_name,family_name,date_of_birth"


def children(number: int) -> str:
    return csv(HEADER, *(f"Child,N{i},2012-03-04" for i in range(number)))


def in_batches_of(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports_running, "UNITS_AT_ONCE", number)
    monkeypatch.setattr(imports_running, "SECONDS_AT_ONCE", 60.0)


async def test_an_import_is_a_dry_run_unless_it_says_otherwise(world: World) -> None:
    made = await world.council.post("/v1/imports", {"kind": "providers"})
    assert (made.status_code, made.json()["dry_run"], made.json()["state"]) == (201, True, "awaiting_content")
    assert (await world.council.get(made.headers["Location"])).json() == made.json()
    listed = (await world.council.get("/v1/imports", kind="providers", state="awaiting_content")).json()["items"]
    assert [each["id"] for each in listed] == [made.json()["id"]]
    assert (await world.council.get("/v1/imports", kind="pupils")).json()["items"] == []


@pytest.mark.parametrize(
    ("who", "body", "status", "says"),
    [
        ("provider", {"kind": "pupils"}, 403, {"needed_kinds": ["council", "school"]}),
        ("school", {"kind": "providers"}, 403, {"needed_kinds": ["council"]}),
        ("school", {"kind": "pupils", "calendar_name": "2026/27"}, 422, {}),
        ("school", {"kind": "teachers"}, 422, {}),
        ("school", {"kind": "pupils", "dry_run": "no"}, 422, {}),
        ("school", {"kind": "pupils", "file": "pupils.csv"}, 422, {}),
    ],
)
async def test_nobody_imports_what_it_may_not_make(
    world: World, who: str, body: dict[str, Any], status: int, says: dict[str, Any]
) -> None:
    answer = await getattr(world, who).post("/v1/imports", body)
    assert answer.status_code == status
    assert {key: answer.json().get(key) for key in says} == says


async def test_importing_needs_the_scope_of_making_one_by_itself(app: FastAPI, database: Addresses) -> None:
    scopes = frozenset({Scope.IMPORTS_READ, Scope.IMPORTS_WRITE, Scope.CALENDARS_WRITE})
    async with open_party(app, database.owner, OrganisationKind.COUNCIL, scopes) as party:
        refused = await party.post("/v1/imports", {"kind": "pupils"})
        assert (refused.status_code, refused.json()["needed_scope"]) == (403, "pupils:write")
        assert (await party.post("/v1/imports", {"kind": "calendars"})).status_code == 201


async def test_a_stranger_finds_nothing_of_an_import(app: FastAPI, world: World) -> None:
    path = await opened(world.school, "pupils")
    etag = (await world.school.get(path)).headers["ETag"]
    for stranger in (world.council, world.other_school):
        assert (await stranger.get(path)).status_code == 404
        assert (await stranger.get(f"{path}/rows")).status_code == 404
        headers = {"If-Match": etag, "Content-Type": "text/csv"}
        assert (await stranger.http.put(f"{path}/content", content=b"x", headers=headers)).status_code == 404
        assert (await stranger.get("/v1/imports")).json()["items"] == []


async def test_a_file_is_put_once_and_with_the_tag_of_the_import(app: FastAPI, world: World, ledger: Ledger) -> None:
    path = await opened(world.school, "pupils")
    headers = {"Content-Type": "text/csv"}
    assert (await world.school.http.put(f"{path}/content", content=b"x", headers=headers)).status_code == 428
    assert (await put(world.school, path, "x", "application/json")).status_code == 415
    assert (await put(world.school, path, "BEGIN:VCALENDAR", "text/calendar")).status_code == 415
    taken = await put(world.school, path, children(2))
    assert (taken.json()["state"], taken.json()["row_count"]) == ("waiting", 2)
    assert len(taken.json()["content_sha256"]) == 64
    again = await put(world.school, path, children(2))
    assert (again.status_code, again.json()["possible_verbs"]) == (409, ["cancel"])
    await work(app)
    assert await ledger.told("import.completed", path) == {world.school.id}
    assert states(await report(world.school, path)) == ["made", "made"]


async def test_a_cancelled_import_leaves_undone_what_is_not_done(
    app: FastAPI, world: World, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_batches_of(2, monkeypatch)
    path = await opened(world.school, "pupils")
    await put(world.school, path, children(5))
    await do_due_imports(app.state.worker_sessions, app.state.sessions)
    running = (await world.school.get(path)).json()
    assert (running["state"], running["made_count"]) == ("running", 2)
    cancelled = await world.school.act(path, "cancellation")
    assert (cancelled.json()["state"], cancelled.json()["not_done_count"]) == ("cancelled", 3)
    await work(app)
    assert states(await report(world.school, path)) == ["made", "made", "not_done", "not_done", "not_done"]
    kept = await ledger.sql("select cells from import_rows where organisation_id = :id", id=world.school.id)
    assert all(cells is None for (cells,) in kept)
    assert (await world.school.act(path, "cancellation")).status_code == 409
    later = (await world.school.get("/v1/imports", changed_since=running["changed_at"])).json()["items"]
    assert [each["state"] for each in later] == ["cancelled"]


async def test_an_import_goes_on_where_a_killed_worker_left_it(
    app: FastAPI, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_batches_of(4, monkeypatch)
    path = await opened(world.school, "pupils")
    await put(world.school, path, children(10))
    await do_due_imports(app.state.worker_sessions, app.state.sessions)

    async def killed(*_: Any, **__: Any) -> None:
        raise RuntimeError("killed before the commit")

    monkeypatch.setattr(imports_running, "record_audit", killed)
    assert await do_due_imports(app.state.worker_sessions, app.state.sessions) == 0
    assert states(await report(world.school, path)).count("made") == 4
    monkeypatch.setattr(imports_running, "record_audit", record_audit)
    await work(app)
    assert states(await report(world.school, path)) == ["made"] * 10
    assert len((await world.school.get("/v1/pupils", limit=50)).json()["items"]) == 10


async def test_two_imports_of_one_file_at_once_register_each_child_once(app: FastAPI, world: World) -> None:
    paths = [await opened(world.school, "pupils") for _ in range(2)]
    for path in paths:
        await put(world.school, path, children(20))
    await asyncio.gather(*(work(app) for _ in range(4)))
    await work(app)
    done = [(await world.school.get(path)).json() for path in paths]
    assert [sum(each[count] for each in done) for count in ("made_count", "unchanged_count")] == [20, 20]
    assert len((await world.school.get("/v1/pupils", limit=50)).json()["items"]) == 20


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("revoked_at = now()", "client_revoked"),
        ("scopes = array_remove(scopes, 'pupils:write')", "scope_lacking"),
    ],
)
async def test_an_import_ends_with_what_its_client_may(
    app: FastAPI, world: World, ledger: Ledger, change: str, reason: str
) -> None:
    path = await opened(world.council, "pupils")
    await put(world.council, path, children(3))
    second = await world.council.post("/v1/api-clients", {"name": "Console", "scopes": ["imports:read"]})
    await ledger.sql(f"update api_clients set {change} where id = :id", id=world.council.client_id)
    await work(app)
    [held] = await ledger.sql(
        "select state, stopped_because, not_done_count from imports where id = :id", id=path.rsplit("/", 1)[1]
    )
    assert (tuple(held), second.status_code) == (("stopped", reason, 3), 201)
    assert await ledger.told("import.stopped", path) == {world.council.id}
    assert await ledger.sql("select id from pupils where registered_by_id = :id", id=world.council.id) == []


def failing_at(name: str, fault: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first time that the row of this family name is done, it fails so."""
    faults = [fault]

    async def done(caller: Any, session: Any, said: Any) -> Any:
        if said["family_name"] == name and faults:
            raise faults.pop()
        return await import_pupil(caller, session, said)

    monkeypatch.setitem(imports_doing._ROWS, ImportKind.PUPILS, done)


async def test_a_row_that_fails_on_our_side_is_named_and_holds_up_no_other(
    app: FastAPI, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing_at("N1", RuntimeError("a fault of ours"), monkeypatch)
    _, rows = await imported(app, world.school, "pupils", children(3))
    assert states(rows) == ["made", "rejected", "made"]
    assert rows[1]["faults"][0]["code"] == "not_done"


async def test_a_row_that_the_database_cannot_do_just_now_is_done_later(
    app: FastAPI, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing_at("N1", Unavailable(), monkeypatch)
    path = await opened(world.school, "pupils")
    await put(world.school, path, children(3))
    await do_due_imports(app.state.worker_sessions, app.state.sessions)
    assert states(await report(world.school, path)) == ["made", "waiting", "waiting"]
    await work(app)
    assert states(await report(world.school, path)) == ["made"] * 3


async def test_reports_are_forgotten_after_a_month(
    app: FastAPI, world: World, database: Addresses, ledger: Ledger
) -> None:
    done, _ = await imported(app, world.school, "pupils", children(1))
    path = f"/v1/imports/{done['id']}"
    async with sessions_of(database.worker)() as session:
        [(until,)] = await ledger.sql("select kept_until from imports where id = :id", id=done["id"])
        assert await prune_imports(session, TUESDAY_MORNING) == 0
        while await prune_imports(session, until.replace(year=until.year + 1)):
            pass
        await session.commit()
    assert (await world.school.get(path)).status_code == 404
    assert await ledger.sql("select line from import_rows where import_id = :id", id=done["id"]) == []
    assert len((await world.school.get("/v1/pupils")).json()["items"]) == 1


async def test_a_report_leads_to_no_child_whose_identity_was_severed(
    app: FastAPI, world: World, ledger: Ledger
) -> None:
    held, [row] = await imported(app, world.council, "pupils", children(1))
    severed = await sever(world.council, row["resource"].rsplit("/", 1)[1])
    assert severed.status_code == 200, severed.text
    await an_hour_later(world)
    [row] = await report(world.council, f"/v1/imports/{held['id']}")
    assert (row["state"], row["resource"]) == ("made", None)


@pytest.mark.parametrize(
    "statement",
    [
        "update imports set state = 'awaiting_content', row_count = 0 where id = :id returning id",
        "update imports set organisation_id = gen_random_uuid() where id = :id returning id",
        "update import_rows set line = line + 1 where import_id = :id returning line",
        "insert into import_rows (import_id, line, organisation_id, unit, state)"
        " select :id, 99, organisation_id, 99, 'waiting' from imports where id = :id returning line",
        "delete from imports where id = :id returning id",
    ],
)
async def test_the_database_keeps_a_completed_import_as_it_is(
    app: FastAPI, world: World, ledger: Ledger, statement: str
) -> None:
    held, _ = await imported(app, world.school, "calendars", CALENDARS)
    assert await ledger.sql_as(world.council.id, "select id from imports where id = :id", id=held["id"]) == []
    assert len(await ledger.sql_as(world.school.id, "select id from imports where id = :id", id=held["id"])) == 1
    with pytest.raises(ProgrammingError) as refused:
        await ledger.sql_as(world.school.id, statement, id=held["id"])
    assert isinstance(refused.value.orig, InsufficientPrivilege)
    undone = "update import_rows set state = 'not_done', cells = null where import_id = :id returning line"
    assert await ledger.sql_as(world.school.id, undone, id=held["id"]) == []
