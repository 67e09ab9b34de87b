"""How the API speaks: problems, strict JSON, idempotency, ETags, methods, bounded bodies."""

import asyncio
from typing import Any

import psycopg
import pytest
from httpx import AsyncClient, Response

from app.db.embedded_database import Addresses
from tests.world import World

PROVIDER = '{"name": "Hollow Farm", "category": "charity"'


async def sent(world: World, body: bytes, content_type: str = "application/json") -> Response:
    headers = {"Idempotency-Key": "raw", "Content-Type": content_type}
    return await world.council.http.post("/v1/providers", content=body, headers=headers)


async def registered(world: World) -> int:
    return len((await world.council.get("/v1/providers", limit=200)).json()["items"])


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param(b'{"name": NaN}', "number_not_finite", id="NaN"),
        pytest.param(b'{"name": 1e999}', "number_out_of_range", id="a number beyond any"),
        pytest.param(b'{"name": 123456789012345678901234567890}', "number_out_of_range", id="past 64 bits"),
        pytest.param(b'{"name": "a\\u0000b"}', "nul_character", id="NUL"),
        pytest.param(b'{"name": "\\ud800"}', "lone_surrogate", id="a lone surrogate"),
        pytest.param(b'{"name": "a", "name": "b"}', "duplicate_member", id="a member twice"),
        pytest.param(b'{"name": ' + b"[" * 900 + b"]" * 900 + b"}", "too_deep", id="depth 900"),
        pytest.param(b'{"name": "\xff"}', "not_utf8", id="bytes that are no UTF-8"),
        pytest.param(b"{", "malformed_json", id="half an object"),
    ],
)
async def test_hostile_json_is_named_and_nothing_stored(world: World, body: bytes, code: str) -> None:
    before = await registered(world)
    answer = await sent(world, body)
    assert answer.status_code == 422, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert [e["code"] for e in answer.json()["errors"]] == [code]
    assert await registered(world) == before


async def test_a_wrong_content_type_is_refused(world: World) -> None:
    assert (await sent(world, b"name=x", "application/x-www-form-urlencoded")).status_code == 415
    assert (await sent(world, b"{}", "application/json; charset=latin-1")).status_code == 415


async def test_ten_megabytes_are_refused(world: World) -> None:
    answer = await sent(world, b'{"name": "' + b"x" * 10_000_000 + b'"}')
    assert (answer.status_code, answer.json()["type"]) == (413, "/problems/body-too-large")


async def test_an_unknown_address_and_a_foreign_method_have_their_problems(world: World) -> None:
    assert (await world.council.get("/v1/nothing")).json()["type"] == "/problems/not-found"
    answer = await world.council.http.delete("/v1/providers")
    assert (answer.status_code, answer.json()["type"]) == (405, "/problems/method-not-allowed")
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}


async def test_head_answers_where_get_does(world: World) -> None:
    answer = await world.council.http.head("/v1/me")
    assert (answer.status_code, answer.content) == (200, b"")


async def test_a_post_needs_a_key_and_a_change_needs_if_match(world: World) -> None:
    answer = await world.council.http.post("/v1/providers", json={})
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/idempotency-key-required")
    path = (await sent(world, f"{PROVIDER}}}".encode())).headers["Location"]
    answer = await world.council.http.patch(path, json={"offer": "x"})
    assert (answer.status_code, answer.json()["type"]) == (428, "/problems/precondition-required")


async def test_an_unchanged_resource_is_not_sent_again(world: World) -> None:
    path = (await sent(world, f"{PROVIDER}}}".encode())).headers["Location"]
    etag = (await world.council.get(path)).headers["ETag"]
    again = await world.council.http.get(path, headers={"If-None-Match": etag})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", etag)


async def test_one_key_sent_fifty_times_at_once_has_one_effect(world: World) -> None:
    before = await registered(world)
    answers = await asyncio.gather(*(sent(world, f"{PROVIDER}}}".encode()) for _ in range(50)))
    assert {a.status_code for a in answers} <= {201, 409, 503}
    assert await registered(world) == before + 1
    assert len({a.json()["id"] for a in answers if a.status_code == 201}) == 1


async def test_a_refusal_is_not_kept_under_its_key(world: World) -> None:
    assert (await sent(world, b"{}")).status_code == 422
    assert (await sent(world, f"{PROVIDER}}}".encode())).status_code == 201


async def test_a_cursor_serves_only_the_list_it_was_made_for(world: World) -> None:
    page = await world.council.get("/v1/providers", limit=1)
    cursor = page.json()["next_cursor"]
    assert (await world.council.get("/v1/providers", limit=1, cursor=cursor)).status_code == 200
    for path, party in (("/v1/schools", world.council), ("/v1/providers", world.school)):
        answer = await party.get(path, limit=1, cursor=cursor)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "cursor_not_valid")
    assert (await world.council.get("/v1/providers", cursor=cursor[:-2] + "AA")).status_code == 422


async def test_every_answer_names_its_request(world: World, http: AsyncClient) -> None:
    answer = await http.get("/v1/me", headers={"X-Request-Id": "vendor-7"})
    assert (answer.headers["X-Request-Id"], answer.json()["request_id"]) == ("vendor-7", "vendor-7")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "server" not in answer.headers


async def test_a_write_and_a_disclosure_leave_one_audit_entry_each(world: World, database: Addresses) -> None:
    placement = await world.newly_placed()
    await world.school.http.get(f"/v1/placements/{placement}", headers={"On-Behalf-Of": "J. Okafor"})
    entries = audit_of(database, world.school.id)
    assert entries == [("get_placement", "J. Okafor", [placement])]
    written = [operation for operation, _, _ in audit_of(database, world.provider.id)]
    assert written == ["get_placement", "accept_placement"]


def audit_of(database: Addresses, organisation_id: Any) -> list[tuple[str, str | None, list[str]]]:
    with psycopg.connect(database.owner.replace("+psycopg", "")) as connection:
        rows = connection.execute(
            "select operation, on_behalf_of, placement_ids from audit_entries where organisation_id = %s order by id",
            [organisation_id],
        ).fetchall()
    return [(operation, person, [str(i) for i in ids]) for operation, person, ids in rows]
