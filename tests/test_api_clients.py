"""API clients and keys: granted no more than the giver holds, rotated with overlap, revoked at once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response

from app.access.keys import _checksum
from app.clock import utc_now
from app.db.embedded_database import Addresses
from tests.world import Party, World

EXPORT = {"name": "Attendance export", "scopes": ["attendance:read", "clients:read", "clients:write"]}


@asynccontextmanager
async def calling(app: FastAPI, bearer: str, address: str = "127.0.0.1") -> AsyncIterator[AsyncClient]:
    transport = ASGITransport(app, client=(address, 40000))
    async with AsyncClient(
        transport=transport, base_url="http://waymark.test", headers={"Authorization": f"Bearer {bearer}"}
    ) as client:
        yield client


async def status_of(app: FastAPI, bearer: str, address: str = "127.0.0.1") -> int:
    async with calling(app, bearer, address) as client:
        return (await client.get("/v1/me")).status_code


async def made_client(party: Party, **members: object) -> str:
    made = await party.post("/v1/api-clients", EXPORT | members)
    assert made.status_code == 201, made.text
    return made.headers["Location"]


async def add_key(party: Party, client: str, kind: str = "api_key", **members: object) -> Response:
    return await party.post(f"{client}/keys", {"kind": kind, **members})


async def made_key(party: Party, client: str, **members: Any) -> dict[str, Any]:
    added = await add_key(party, client, **members)
    assert added.status_code == 201, added.text
    key: dict[str, Any] = added.json()
    return key


async def token_for(http: AsyncClient, client: str, secret: str) -> str:
    form = {"grant_type": "client_credentials", "client_id": client.rpartition("/")[2], "client_secret": secret}
    answer = await http.post("/v1/oauth/token", data=form)
    assert answer.status_code == 200, answer.text
    token: str = answer.json()["access_token"]
    return token


async def test_a_new_client_works_once_it_has_a_key(world: World, app: FastAPI) -> None:
    path = await made_client(world.school)
    key = await made_key(world.school, path)
    async with calling(app, key["secret"]) as client:
        me = (await client.get("/v1/me")).json()
    assert me["organisation_id"] == str(world.school.id)
    assert me["scopes"] == sorted(EXPORT["scopes"])
    shown = (await world.school.get(path)).json()
    assert [k["id"] for k in shown["keys"]] == [key["id"]]
    assert "secret" not in shown["keys"][0]


async def test_clients_are_listed_for_their_own_organisation_only(world: World) -> None:
    path = await made_client(world.school)
    listed = (await world.school.get("/v1/api-clients")).json()["items"]
    assert {c["name"] for c in listed} == {"Attendance export", "Hill School MIS"}
    assert len(next(c for c in listed if c["name"] == "Hill School MIS")["keys"]) == 2
    others = (await world.other_school.get("/v1/api-clients")).json()["items"]
    assert {c["name"] for c in others} == {"Vale School MIS"}
    for stranger in (world.other_school, world.council):
        assert (await stranger.get(path)).status_code == 404
        assert (await add_key(stranger, path)).status_code == 404
        assert (await stranger.post(f"{path}/revocation", None)).status_code == 404


async def test_nobody_grants_a_scope_that_they_lack(world: World, app: FastAPI) -> None:
    powerful = await made_client(world.school, scopes=["placements:write"])
    limited = await made_key(world.school, await made_client(world.school))
    async with calling(app, limited["secret"]) as client:
        headers = {"Idempotency-Key": str(uuid4())}
        wider = await client.post(
            "/v1/api-clients", json=EXPORT | {"scopes": ["attendance:read", "pupils:read-upn"]}, headers=headers
        )
        assert wider.status_code == 422
        assert wider.json()["errors"] == [
            {
                "pointer": "/scopes/1",
                "code": "scope_not_held",
                "detail": "you cannot grant a scope that your own client lacks",
            }
        ]
        borrowed = await client.post(f"{powerful}/keys", json={"kind": "api_key"}, headers=headers)
        assert borrowed.status_code == 403
        assert borrowed.json()["needed_scope"] == "placements:write"
        listed = (await client.get("/v1/api-clients")).json()["items"]
    assert len(listed) == 3
    assert next(c for c in listed if c["scopes"] == ["placements:write"])["keys"] == []


async def test_managing_clients_needs_its_scope(world: World, app: FastAPI) -> None:
    path = await made_client(world.school, scopes=["attendance:read"])
    key = await made_key(world.school, path)
    async with calling(app, key["secret"]) as client:
        assert (await client.get("/v1/api-clients")).json()["needed_scope"] == "clients:read"
        refused = await client.delete(f"{path}/keys/{key['id']}")
        assert (refused.status_code, refused.json()["needed_scope"]) == (403, "clients:write")


async def test_two_keys_overlap_and_a_third_is_refused(world: World, app: FastAPI) -> None:
    path = await made_client(world.school)
    old, new = [await made_key(world.school, path) for _ in range(2)]
    assert await status_of(app, old["secret"]) == await status_of(app, new["secret"]) == 200
    third = await add_key(world.school, path)
    assert (third.status_code, third.json()["type"]) == (409, "/problems/conflict")
    assert (await add_key(world.school, path, "client_secret")).status_code == 201
    assert (await world.school.http.delete(f"{path}/keys/{old['id']}")).status_code == 204
    assert await status_of(app, old["secret"]) == 401
    assert await status_of(app, new["secret"]) == 200
    assert (await add_key(world.school, path)).status_code == 201


async def test_a_revoked_secret_ends_its_tokens_at_once(world: World, app: FastAPI, http: AsyncClient) -> None:
    path = await made_client(world.school)
    secret = await made_key(world.school, path, kind="client_secret")
    other = await made_key(world.school, path, kind="client_secret")
    token = await token_for(http, path, secret["secret"])
    kept = await token_for(http, path, other["secret"])
    assert await status_of(app, token) == 200
    assert (await world.school.http.delete(f"{path}/keys/{secret['id']}")).status_code == 204
    assert await status_of(app, token) == 401
    assert await status_of(app, kept) == 200
    again = await world.school.http.delete(f"{path}/keys/{secret['id']}")
    assert again.status_code == 204


async def test_a_revoked_client_is_refused_with_every_key_and_token(
    world: World, app: FastAPI, http: AsyncClient
) -> None:
    path = await made_client(world.school)
    key = await made_key(world.school, path)
    token = await token_for(http, path, (await made_key(world.school, path, kind="client_secret"))["secret"])
    revoked = await world.school.post(f"{path}/revocation", None)
    assert revoked.status_code == 200, revoked.text
    assert revoked.json()["revoked_at"] is not None
    assert await status_of(app, key["secret"]) == await status_of(app, token) == 401
    assert (await add_key(world.school, path)).status_code == 409
    repeated = await world.school.post(f"{path}/revocation", None)
    assert repeated.json()["revoked_at"] == revoked.json()["revoked_at"]
    assert repeated.headers["ETag"] == revoked.headers["ETag"]


async def test_a_replay_shows_the_key_without_its_secret_and_no_record_holds_it(
    world: World, database: Addresses
) -> None:
    path = await made_client(world.school)
    first = await world.school.post(f"{path}/keys", {"kind": "api_key"}, key="rotate")
    again = await world.school.post(f"{path}/keys", {"kind": "api_key"}, key="rotate")
    assert again.status_code == 201
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json() == first.json() | {"secret": None}
    assert len((await world.school.get(path)).json()["keys"]) == 1
    secret = first.json()["secret"].split("_")[3]
    with psycopg.connect(database.owner.replace("+psycopg", "", 1)) as connection:
        for table in ("idempotency_records", "credentials", "api_clients", "audit_entries", "events"):
            held = connection.execute(
                f"select count(*) from {table} t where position(%s in t::text) > 0"
                f" or position(encode(%s::bytea, 'hex') in t::text) > 0",
                [secret, secret.encode()],
            ).fetchone()
            assert held == (0,), table


async def test_a_key_ends_when_it_expires(world: World, app: FastAPI, database: Addresses) -> None:
    path = await made_client(world.school)
    past = await add_key(world.school, path, expires_at=(utc_now() - timedelta(seconds=1)).isoformat())
    assert (past.status_code, past.json()["errors"][0]["code"]) == (422, "in_the_past")
    key = await made_key(world.school, path, expires_at=(utc_now() + timedelta(days=1)).isoformat())
    assert await status_of(app, key["secret"]) == 200
    with psycopg.connect(database.owner.replace("+psycopg", "", 1)) as connection:
        connection.execute("update credentials set expires_at = now() where id = %s", [key["id"]])
    assert await status_of(app, key["secret"]) == 401
    for _ in range(2):
        await made_key(world.school, path)


async def test_a_client_calls_only_from_its_addresses(world: World, app: FastAPI) -> None:
    path = await made_client(world.school, addresses=["203.0.113.0/24", "2001:db8::/32"])
    key = await made_key(world.school, path)
    assert await status_of(app, key["secret"], "203.0.113.7") == 200
    assert await status_of(app, key["secret"], "2001:db8::7") == 200
    assert await status_of(app, key["secret"], "203.0.114.7") == 401


@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        pytest.param({"scopes": ["everything"]}, "/scopes/0", id="an unknown scope"),
        pytest.param({"scopes": []}, "/scopes", id="no scope"),
        pytest.param({"addresses": ["203.0.113.7/24"]}, "/addresses/0", id="a network with host bits"),
        pytest.param({"addresses": ["here"]}, "/addresses/0", id="no address at all"),
        pytest.param({"addresses": []}, "/addresses", id="an empty list of addresses, which would let nobody in"),
        pytest.param({"name": " "}, "/name", id="a blank name"),
        pytest.param({"revoked_at": None}, "/revoked_at", id="a member that is not its to give"),
    ],
)
async def test_a_malformed_client_is_refused(world: World, members: dict[str, Any], pointer: str) -> None:
    refused = await world.school.post("/v1/api-clients", EXPORT | members)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == pointer
    assert len((await world.school.get("/v1/api-clients")).json()["items"]) == 1


async def test_a_client_bound_to_addresses_makes_none_that_is_free_of_them(world: World, app: FastAPI) -> None:
    bound = await made_client(world.council, addresses=["192.0.2.0/28"])
    key = (await made_key(world.council, bound))["secret"]
    free = await made_client(world.council)
    fresh = {"Idempotency-Key": str(uuid4())}
    async with calling(app, key, "192.0.2.1") as http:
        heir = await http.post("/v1/api-clients", json=EXPORT, headers=fresh)
        assert heir.json()["addresses"] == ["192.0.2.0/28"]
        for addresses in (["192.0.2.0/24"], ["203.0.113.0/28"], ["2001:db8::/32"]):
            body = EXPORT | {"addresses": addresses}
            wider = await http.post("/v1/api-clients", json=body, headers={"Idempotency-Key": str(uuid4())})
            assert (wider.status_code, wider.json()["errors"][0]["code"]) == (422, "address_not_held")
        more = await http.post(f"{free}/keys", json={"kind": "api_key"}, headers={"Idempotency-Key": str(uuid4())})
        assert more.status_code == 403


async def test_an_api_key_relabelled_as_a_secret_buys_no_token(world: World, http: AsyncClient) -> None:
    for label in ("aps_test", "aps_live", "ap_live"):
        body = world.council.api_key.removeprefix("ap_test")[:-6]
        relabelled = label + body + _checksum(label + body)
        form = {
            "grant_type": "client_credentials",
            "client_id": str(world.council.client_id),
            "client_secret": relabelled,
        }
        assert (await http.post("/v1/oauth/token", data=form)).status_code == 401
    secret = "aps_live" + world.council.client_secret.removeprefix("aps_test")[:-6]
    form["client_secret"] = secret + _checksum(secret)
    assert (await http.post("/v1/oauth/token", data=form)).status_code == 401
