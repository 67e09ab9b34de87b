"""An absconding alert is raised whatever else is wrong, and followed until the pupil is found."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import psycopg
import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from app.db.embedded_database import Addresses
from app.main import create_app
from app.settings import Settings
from tests.attendance_days import set_clock
from tests.placing import owner_session
from tests.world import TUESDAY_MORNING, Party, World

PATH = "/v1/absconding-alerts"
NOWHERE = "3f0c8e0a-8d0e-4a65-9a57-0a1a3c1f2b77"
SEEN = {"last_seen_at": "2026-11-24T07:55:00Z", "last_seen_where": "The bus stop"}
FOUND = {"found_at": "2026-11-24T08:00:00Z", "found_by": "Her aunt", "safe": True}


async def raised(world: World, **changes: Any) -> dict[str, Any]:
    answer = await world.provider.post(PATH, {"placement_id": await world.placement(), **SEEN, **changes})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def send(party: Party, body: bytes, headers: dict[str, str] | None = None, **params: str) -> Response:
    sent = {"Content-Type": "application/json", **(headers or {})}
    return await party.http.post(PATH, content=body, headers=sent, params=params)


def told(alert: dict[str, Any]) -> list[tuple[list[str], str | None, str, str]]:
    return [(n["roles"], n["organisation_id"], n["channel"], n["state"]) for n in alert["notifications"]]


async def test_school_commissioner_and_police_are_told(world: World) -> None:
    alert = await raised(world)
    assert sorted(told(alert)) == [
        (["commissioner"], str(world.council.id), "email", "pending"),
        (["host_school"], str(world.school.id), "email", "pending"),
        (["police"], str(world.provider.id), "phone", "pending"),
    ]
    assert alert["flags"] == []
    assert (alert["state"], alert["last_seen_where"]) == ("raised", "The bus stop")
    for party in (world.school, world.council, world.provider):
        assert (await party.get(f"{PATH}/{alert['id']}")).json() == alert
        feed = (await party.get("/v1/events")).json()["items"]
        assert (feed[-1]["type"], feed[-1]["resource"]) == ("absconding-alert.raised", f"{PATH}/{alert['id']}")


async def test_police_with_an_address_are_written_to(world: World) -> None:
    police = {"role": "police", "email": "control@police.example.org"}
    own = (await world.council.get("/v1/contacts")).json()["contacts"]
    kept = await world.council.change("PUT", "/v1/contacts", {"contacts": [*own, police]})
    assert kept.status_code == 200, kept.text
    assert (["police"], None, "email", "pending") in told(await raised(world))


async def test_an_organisation_in_two_roles_is_told_once_of_both(world: World) -> None:
    body = await world.proposal(calendar_id=await world.calendar(), host_school_id=str(world.school.id))
    pupil = {"given_name": "Ada", "family_name": "Example", "date_of_birth": "2012-03-04"}
    body["pupil_id"] = (await world.school.post("/v1/pupils", pupil)).json()["id"]
    proposed = await world.school.post("/v1/placements", body)
    assert proposed.status_code == 201, proposed.text
    await world.provider.act(proposed.headers["Location"], "acceptance")
    answer = await world.provider.post(PATH, {"placement_id": proposed.json()["id"], **SEEN})
    assert sorted(told(answer.json())) == [
        (["host_school", "commissioner"], str(world.school.id), "email", "pending"),
        (["police"], str(world.provider.id), "phone", "pending"),
    ]


@pytest.mark.parametrize(
    ("body", "flags"),
    [
        pytest.param(b"", {"time_missing", "place_missing"}, id="nothing but the placement"),
        pytest.param(b"{}", {"time_missing", "place_missing"}, id="an empty object"),
        pytest.param(b"she ran off!", {"body_not_json", "time_missing", "place_missing"}, id="prose"),
        pytest.param(b"\x00\xff\xfe{{{", {"body_not_json", "time_missing", "place_missing"}, id="garbage"),
        pytest.param(b"[" * 100_000, {"body_cut", "time_missing", "place_missing"}, id="brackets"),
        pytest.param(b"[1, 2]", {"body_not_json", "time_missing", "place_missing"}, id="an array"),
        pytest.param(
            b'{"last_seen_where": 5, "last_seen_at": "soon"}',
            {"fields_not_understood", "time_missing", "place_missing"},
            id="wrong types",
        ),
        pytest.param(
            b'{"last_seen_where": "Gate", "last_seen_at": "2026-11-24T07:50:00Z", "mood": "angry"}',
            {"fields_unknown"},
            id="an unknown member",
        ),
        pytest.param(
            b'{"last_seen_where": "Gate", "last_seen_at": "2026-11-24T09:50:00Z"}', {"left_in_future"}, id="the future"
        ),
        pytest.param(
            b'{"last_seen_where": "Gate", "last_seen_at": "2026-11-24T07:50:00"}',
            {"fields_not_understood"},
            id="a time without offset",
        ),
        pytest.param(
            b'{"last_seen_where": "Gate\\u0000\\ud800", "last_seen_at": "2026-11-24T07:50:00Z", "n": NaN}',
            {"body_not_json", "fields_not_understood", "fields_unknown"},
            id="characters that cannot be stored",
        ),
    ],
)
async def test_whatever_the_body_is_the_alert_is_raised(world: World, body: bytes, flags: set[str]) -> None:
    answer = await send(world.provider, body, placement_id=await world.placement())
    assert answer.status_code == 201, answer.text
    assert set(answer.json()["flags"]) == flags
    assert len(answer.json()["notifications"]) == 3
    kept = answer.json()["as_received"]
    assert kept == body[:65_536].decode("utf-8", "replace").replace("\x00", "\ufffd")


async def test_a_placement_is_found_in_a_body_that_is_not_json(world: World) -> None:
    placement = await world.placement()
    answer = await send(world.provider, f'{{"placement_id": "{placement.upper()}", oops'.encode())
    assert (answer.status_code, answer.json()["placement_id"]) == (201, placement)


async def test_content_type_and_headers_that_are_wrong_are_flagged(world: World) -> None:
    headers = {"Content-Type": "text/plain", "Idempotency-Key": "k" * 200, "On-Behalf-Of": "x" * 300}
    answer = await send(world.provider, b"{}", headers, placement_id=await world.placement())
    assert answer.status_code == 201, answer.text
    assert {"content_type_unexpected", "headers_not_understood"} <= set(answer.json()["flags"])


async def test_a_upn_that_was_sent_is_not_shown(world: World) -> None:
    alert = await raised(world, description="Pupil X00180001701A, grey coat", upn="H801200001001")
    for number in ("X00180001701A", "H801200001001"):
        assert number not in (await world.school.get(f"{PATH}/{alert['id']}")).text
    assert alert["description"] == "Pupil [UPN removed], grey coat"


@pytest.mark.parametrize("state", ["proposed", "declined", "withdrawn", "upcoming", "ended"])
async def test_a_placement_in_any_state_takes_an_alert(world: World, database: Addresses, state: str) -> None:
    dates = {"starts_on": "2027-01-04"} if state == "upcoming" else {}
    dates = {"starts_on": "2026-09-03", "planned_end_on": "2026-10-23"} if state == "ended" else dates
    proposed = await world.council.post("/v1/placements", await world.proposal(**dates))
    path = proposed.headers["Location"]
    if state in ("upcoming", "ended"):
        set_clock(database, world, "2026-09-03T08:00:00+00:00")
        await world.provider.act(path, "acceptance")
        set_clock(database, world, TUESDAY_MORNING.isoformat())
    elif state == "declined":
        await world.provider.act(path, "refusal", {"reason": "Full"})
    elif state == "withdrawn":
        await world.council.act(path, "withdrawal")
    assert (await world.provider.get(path)).json()["status"] == state
    answer = await world.provider.post(PATH, {"placement_id": proposed.json()["id"], **SEEN})
    assert answer.status_code == 201, answer.text
    assert answer.json()["flags"] == ["placement_not_active"]


async def test_only_the_placements_own_provider_raises_and_for_others_there_is_none(world: World) -> None:
    placement = await world.placement()
    missing = await world.provider.post(PATH, {"placement_id": NOWHERE})
    foreign = await world.other_provider.post(PATH, {"placement_id": placement})
    assert (missing.status_code, foreign.status_code) == (404, 404)
    assert missing.json()["detail"] == foreign.json()["detail"]
    for party in (world.council, world.school):
        assert (await party.post(PATH, {"placement_id": placement})).status_code == 403
    unnamed = await world.provider.post(PATH, {})
    assert (unnamed.status_code, unnamed.json()["errors"][0]["pointer"]) == (422, "/placement_id")


async def test_strangers_see_no_alert(world: World) -> None:
    path = f"{PATH}/{(await raised(world))['id']}"
    for stranger in (world.other_council, world.other_school, world.other_provider):
        assert (await stranger.get(path)).status_code == 404
        assert (await stranger.get(PATH)).json()["items"] == []


async def test_a_repeat_with_the_same_key_is_the_same_alert(world: World) -> None:
    body = {"placement_id": await world.placement(), **SEEN}
    answers = await asyncio.gather(*(world.provider.post(PATH, body, key="one") for _ in range(3)))
    assert [a.status_code for a in answers] == [201, 201, 201]
    assert len({a.json()["id"] for a in answers}) == 1
    assert sum(a.headers.get("Idempotent-Replayed") == "true" for a in answers) == 2
    other = await world.provider.post(PATH, body | {"description": "another pupil, same key"}, key="one")
    assert (other.status_code, other.json()["flags"]) == (201, ["key_used_before", "may_repeat"])
    assert other.json()["id"] != answers[0].json()["id"]


async def test_an_exhausted_rate_limit_does_not_block(world: World, settings: Settings) -> None:
    placement = await world.placement()
    slow = create_app(settings.model_copy(update={"rate_burst": 1, "rate_per_second": 0.001}))
    async with slow.router.lifespan_context(slow):
        headers = {"Authorization": f"Bearer {world.provider.api_key}"}
        async with AsyncClient(transport=ASGITransport(slow), base_url="http://waymark.test", headers=headers) as http:
            while (await http.get(PATH)).status_code == 200:
                pass
            for _ in range(3):
                answer = await http.post(PATH, json={"placement_id": placement})
                assert answer.status_code == 201, answer.text


@asynccontextmanager
async def broken(database: Addresses, break_: str, mend: str) -> AsyncIterator[None]:
    async with owner_session(database.owner) as session:
        await session.execute(text(break_))
    try:
        yield
    finally:
        async with owner_session(database.owner) as session:
            await session.execute(text(mend))


async def test_an_alert_leaves_its_entry_in_the_audit(world: World, app: FastAPI, database: Addresses) -> None:
    before = figures(app)
    alert = await raised(world)
    async with owner_session(database.owner) as session:
        statement = (
            "select count(*) from audit_entries where operation = 'raise_absconding_alert' and placement_ids = :ids"
        )
        found = await session.execute(text(statement), {"ids": [UUID(alert["placement_id"])]})
        assert found.scalar_one() == 1
    assert figures(app) == before


def refuse(table: str) -> tuple[str, str]:
    return (
        f"alter table {table} add constraint broken check (false) not valid",
        f"alter table {table} drop constraint broken",
    )


@pytest.mark.parametrize("table", ["audit_entries", "idempotency_records", "events"], ids=lambda t: f"no {t}")
async def test_trouble_with_what_is_kept_beside_it_does_not_block(
    world: World, app: FastAPI, database: Addresses, table: str
) -> None:
    body = {"placement_id": await world.placement(), **SEEN}
    before = figures(app)
    async with broken(database, *refuse(table)):
        answer = await world.provider.post(PATH, body)
        assert answer.status_code == 201, answer.text
        if table == "audit_entries":
            assert (await world.provider.get(f"{PATH}/{answer.json()['id']}")).status_code >= 500
    assert (await world.school.get(f"{PATH}/{answer.json()['id']}")).json() == answer.json()
    assert figures(app) > before


@pytest.mark.parametrize("table", ["calendar_half_terms", "contacts", "placement_contacts"])
async def test_what_cannot_be_read_does_not_block(world: World, app: FastAPI, database: Addresses, table: str) -> None:
    body = {"placement_id": await world.placement(), **SEEN}
    before = figures(app)
    async with broken(database, f"alter table {table} rename to away", f"alter table away rename to {table}"):
        answer = await world.provider.post(PATH, body)
    assert answer.status_code == 201, answer.text
    assert answer.json()["flags"] == []
    assert (["police"], str(world.provider.id), "phone", "pending") in told(answer.json())
    assert (await world.school.get(f"{PATH}/{answer.json()['id']}")).json() == answer.json()
    assert figures(app) == before + 1


@pytest.mark.parametrize(
    "statement",
    [
        "delete from absconding_alerts",
        "delete from alert_notifications",
        "update absconding_alerts set description = 'nothing happened'",
        "update absconding_alerts set as_received = ''",
        "update alert_notifications set created_at = now()",
        "delete from alert_calls",
        "delete from attendance_submissions",
        "update attendance_submissions set recorded = 0",
    ],
)
async def test_the_application_rewrites_no_evidence(world: World, app: FastAPI, statement: str) -> None:
    async with app.state.sessions() as session:
        await session.execute(text("select set_config('app.organisation', :id, true)"), {"id": str(world.provider.id)})
        with pytest.raises(ProgrammingError) as refusal:
            await session.execute(text(statement))
    assert isinstance(refusal.value.orig, InsufficientPrivilege)


async def test_who_only_watches_a_placement_writes_nothing_about_its_alerts(
    world: World, app: FastAPI, database: Addresses
) -> None:
    alert = await raised(world)
    async with owner_session(database.owner) as session:
        statement = (
            "insert into placement_viewers (organisation_id, placement_id, basis) values (:org, :id, 'home_council')"
        )
        watching = {"org": world.other_council.id, "id": UUID(alert["placement_id"])}
        await session.execute(text(statement), watching)
    for party, changed in ((world.other_council, 0), (world.school, 1)):
        async with app.state.sessions() as session:
            await session.execute(text("select set_config('app.organisation', :id, true)"), {"id": str(party.id)})
            seen = await session.execute(
                text("select 1 from absconding_alerts where id = :id"), {"id": UUID(alert["id"])}
            )
            assert seen.scalar_one() == 1
            for table, column, count in (("absconding_alerts", "id", 1), ("alert_notifications", "alert_id", 1)):
                statement = f"update {table} set state = state where {column} = :id"
                done = await session.execute(text(statement), {"id": UUID(alert["id"])})
                assert done.rowcount == changed * count


def figures(app: FastAPI) -> float:
    lines = app.state.metrics.exposition()[0].decode().splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith("waymark_left_undone_total"))


async def test_a_placement_being_changed_does_not_block(world: World, database: Addresses) -> None:
    placement = await world.placement()
    async with owner_session(database.owner) as session:
        await session.execute(
            text("select 1 from placements where id = cast(:id as uuid) for no key update"), {"id": placement}
        )
        answer = await asyncio.wait_for(world.provider.post(PATH, {"placement_id": placement}), 2)
    assert answer.status_code == 201


def notification(alert: dict[str, Any], role: str) -> dict[str, Any]:
    return next(n for n in alert["notifications"] if role in n["roles"])


async def test_the_organisation_that_was_told_acknowledges_by_name(world: World) -> None:
    alert = await raised(world)
    path = f"{PATH}/{alert['id']}/notifications/{notification(alert, 'host_school')['id']}/acknowledgements"
    foreign = await world.council.post(path, {"by": "An officer"})
    assert (foreign.status_code, foreign.json()["rule"]) == (409, "not_the_one_told")
    answer = await world.school.post(path, {"by": "R. Patel"})
    assert answer.status_code == 200, answer.text
    done = notification(answer.json(), "host_school")
    assert (done["state"], done["acknowledged_by"]) == ("acknowledged", "R. Patel")
    again = await world.school.post(path, {"by": "R. Patel"})
    assert (again.status_code, again.json()["rule"]) == (409, "wrong_state")
    assert (await world.other_school.post(path, {"by": "X"})).status_code == 404


async def test_a_call_with_a_log_number_tells_the_police(world: World) -> None:
    alert = await raised(world)
    path = f"{PATH}/{alert['id']}/calls"
    call = {"called_by": "S. Turner", "called_at": "2026-11-24T08:00:00Z"}
    engaged = await world.provider.post(path, call | {"notification_id": notification(alert, "police")["id"]})
    assert notification(engaged.json(), "police")["state"] == "pending"
    through = await world.provider.post(path, call | {"log_number": "GMP-412"})
    assert notification(through.json(), "police")["state"] == "delivered"
    assert [c["log_number"] for c in through.json()["calls"]] == [None, "GMP-412"]
    assert (await world.school.post(path, call)).status_code == 403
    assert (await world.other_provider.post(path, call)).status_code == 404
    late = await world.provider.post(path, call | {"called_at": "2026-11-24T08:30:00Z"})
    assert late.json()["errors"][0]["pointer"] == "/called_at"
    stray = await world.provider.post(path, call | {"notification_id": NOWHERE})
    assert stray.json()["errors"][0]["code"] == "notification_not_found"


async def test_a_pupil_is_found_and_the_alert_closed_with_its_timeline(world: World) -> None:
    alert = await raised(world)
    path = f"{PATH}/{alert['id']}"
    early = await world.school.act(path, "closure", {"note": "Too early"})
    assert (early.status_code, early.json()["rule"]) == (409, "wrong_state")
    found = await world.school.act(path, "resolution", FOUND)
    assert (found.status_code, found.json()["state"], found.json()["safe"]) == (200, "found", True)
    assert (await world.other_school.act(path, "closure", {"note": "X"})).status_code == 404
    closed = await world.council.act(path, "closure", {"note": "Plan reviewed"})
    assert [e["what"] for e in closed.json()["timeline"]] == ["last_seen", "raised", "found", "closed"]
    feed = [e["type"] for e in (await world.provider.get("/v1/events")).json()["items"]]
    assert feed[-3:] == ["absconding-alert.raised", "absconding-alert.found", "absconding-alert.closed"]


async def test_lists_are_filtered(world: World) -> None:
    first, second = await raised(world), await raised(world)
    await world.provider.act(f"{PATH}/{second['id']}", "resolution", FOUND)
    for params, expected in (
        ({"state": "raised"}, [first["id"]]),
        ({"placement_id": second["placement_id"]}, [second["id"]]),
        ({"raised_since": "2026-11-24T08:00:01Z"}, []),
    ):
        page = (await world.school.get(PATH, **params)).json()
        assert [a["id"] for a in page["items"]] == expected


async def test_the_reply_kept_for_a_repeat_names_no_child(world: World, database: Addresses) -> None:
    body = {"placement_id": await world.placement(), "description": "Zebedee, grey coat", "last_seen_where": "Zoo"}
    first = await world.provider.post("/v1/absconding-alerts", body, key="named")
    again = await world.provider.post("/v1/absconding-alerts", body, key="named")
    assert first.json()["description"] == "Zebedee, grey coat"
    assert (again.json()["id"], again.json()["description"]) == (first.json()["id"], None)
    with psycopg.connect(database.owner.replace("+psycopg", "")) as connection:
        kept = connection.execute("select body from idempotency_records where key = 'named'").fetchall()
    assert b"Zebedee" not in b"".join(row[0] for row in kept)


async def test_a_body_too_large_to_keep_is_not_parsed_but_its_placement_is_found(world: World) -> None:
    head = f'{{"placement_id": "{await world.placement()}", "x": ['.encode()
    content = head + b"[[[[1]]]]," * 40_000 + b"1]}"
    headers = {"Content-Type": "application/json"}
    raised = await world.provider.http.post("/v1/absconding-alerts", content=content, headers=headers)
    assert raised.status_code == 201
    assert set(raised.json()["flags"]) == {"body_cut", "time_missing", "place_missing"}
