"""Webhook endpoints: kept by their own organisation, with secrets that are shown once."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from fastapi import FastAPI
from sqlalchemy.exc import DBAPIError

from app.access.scopes import Scope
from app.db.embedded_database import Addresses
from app.models.organisations import OrganisationKind
from app.outbox.webhook_secrets import SealingKeys, SecretNotOpened
from app.rules.webhook_endpoints import MOST_ENDPOINTS
from tests.ledger import Ledger
from tests.receiving import DELIVERIES, ENDPOINTS, by_hand, created, happens
from tests.test_events import page
from tests.world import World, make_world, open_party

URL = "https://mis.example.org/waymark"


@pytest.fixture(scope="module")
async def world(app: FastAPI, database: Addresses) -> AsyncIterator[World]:
    async with make_world(app, database.owner) as made:
        yield made


@pytest.fixture(autouse=True)
def owner(database: Addresses) -> Iterator[psycopg.Connection[Any]]:
    with by_hand(database) as connection:
        yield connection
        connection.execute("delete from webhook_endpoints")


async def test_an_endpoint_is_made_unproven_and_its_secret_shown_once(world: World) -> None:
    body = {"url": URL, "description": "Office", "event_types": ["attendance.missing"]}
    made = await world.school.post(ENDPOINTS, body, key="once")
    assert made.status_code == 201, made.text
    found = made.json()
    assert found["secret"].startswith("whsec_")
    assert (found["state"], found["url"], found["event_types"]) == ("unproven", URL, ["attendance.missing"])
    replayed = (await world.school.post(ENDPOINTS, body, key="once")).json()
    assert (replayed["id"], replayed["secret"]) == (found["id"], None)
    shown = (await world.school.get(made.headers["Location"])).json()
    assert shown == {name: value for name, value in found.items() if name != "secret"}
    assert (await world.school.get(ENDPOINTS)).json()["items"] == [shown]


async def test_a_secret_is_stored_only_sealed_and_the_api_cannot_read_it(
    world: World, database: Addresses, owner: psycopg.Connection[Any]
) -> None:
    endpoint = await created(world.school, URL)
    [(sealed,)] = owner.execute(
        "select sealed from webhook_secrets where endpoint_id = %s", [endpoint["id"]]
    ).fetchall()
    assert endpoint["secret"].removeprefix("whsec_").encode() not in sealed
    with pytest.raises(Exception, match="permission denied"):
        await Ledger(database, world).sql_as(world.school.id, "select sealed from webhook_secrets")
    kept = owner.execute("select body from idempotency_records where body::text like '%whsec%'").fetchall()
    assert kept == []


ADD = (
    "insert into webhook_deliveries (id, created_at, changed_at, version, endpoint_id, organisation_id, event_id, type,"
    " occurred_at, recorded_at, resource, challenge, state, failures) select gen_random_uuid(), now(), now(), 1,"
    " :endpoint, :who, cast(:event as uuid), :type, now(), now(), :resource, :challenge, :state, 0"
)


async def test_nobody_is_sent_what_its_feed_does_not_say_nor_proves_itself_says_the_database_too(
    world: World, database: Addresses, owner: psycopg.Connection[Any]
) -> None:
    """A session that claims to be the endpoint's own organisation, past every service."""
    ledger, me = Ledger(database, world), world.school.id
    endpoint = (await created(world.school, URL))["id"]
    foreign_endpoint = (await created(world.other_school, URL))["id"]
    [mine], [foreign] = happens(database, world.school), happens(database, world.council)
    told = "select id, type, resource from events where resource = %s"
    [[event, type_, resource]] = owner.execute(told, [mine]).fetchall()
    [[other, *_]] = owner.execute(told, [foreign]).fetchall()
    of_event = {"endpoint": endpoint, "who": me, "event": str(event), "type": type_, "resource": resource}
    of_event |= {"challenge": None, "state": "pending"}
    proof = of_event | {"event": None, "type": "webhook.proof", "challenge": "c" * 32}
    for forged in (
        of_event | {"event": str(other)},
        of_event | {"event": str(other), "resource": foreign},
        of_event | {"who": world.council.id, "event": str(other)},
        of_event | {"state": "delivered"},
        of_event | {"resource": "/v1/placements/x"},
        of_event | {"type": "webhook.proof"},
        of_event | {"challenge": "c" * 32},
        proof | {"challenge": None},
        proof | {"challenge": ""},
        proof | {"challenge": "<html"},
        proof | {"type": type_},
        proof | {"who": world.other_school.id, "endpoint": foreign_endpoint},
    ):
        with pytest.raises(DBAPIError, match="row-level security"):
            await ledger.sql_as(me, ADD, **forged)
    with pytest.raises(DBAPIError, match="foreign key"):
        await ledger.sql_as(me, ADD, **of_event | {"endpoint": foreign_endpoint})
    for good in (of_event, proof):
        await ledger.sql_as(me, ADD, **good)
    for statement in (
        "update webhook_endpoints set organisation_id = gen_random_uuid()",
        "update webhook_deliveries set challenge = 'x'",
        "select sealed from webhook_secrets",
        "insert into webhook_attempts (delivery_id, organisation_id, at, result, milliseconds)"
        " select id, organisation_id, now(), 'succeeded', 1 from webhook_deliveries",
        "delete from webhook_deliveries",
    ):
        with pytest.raises(DBAPIError, match="permission denied"):
            await ledger.sql_as(me, statement)
    owner.execute("update webhook_endpoints set state = 'enabled'")
    with pytest.raises(DBAPIError, match="by its proof alone"):
        await ledger.sql_as(me, "update webhook_endpoints set url = 'https://thief.example.org/'")


async def test_only_a_proof_enables_an_endpoint_says_the_database_too(world: World, database: Addresses) -> None:
    endpoint = await created(world.school, URL)
    ledger = Ledger(database, world)
    for change in ("state = 'enabled'", "proven_at = now()"):
        with pytest.raises(Exception, match="by its proof alone"):
            await ledger.sql_as(world.school.id, f"update webhook_endpoints set {change}")
    await world.school.post(f"{ENDPOINTS}/{endpoint['id']}/proof", None)
    with pytest.raises(Exception, match="only who sent it"):
        await ledger.sql_as(world.school.id, "update webhook_deliveries set state = 'delivered'")
    for table in ("webhook_endpoints", "webhook_secrets", "webhook_deliveries", "webhook_attempts"):
        assert await ledger.sql_as(world.council.id, f"select id from {table}") == []


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"url": "http://mis.example.org/"}, "/url", "https_expected"),
        ({"url": "https://10.0.0.1/"}, "/url", "name_expected"),
        ({"url": "https://u:p@mis.example.org/"}, "/url", "url_expected"),
        ({"url": ""}, "/url", "too_short"),
        ({"url": "https://mis.example.org/" + "a" * 2000}, "/url", "too_long"),
        ({"url": 5}, "/url", "text_expected"),
        ({"url": URL, "event_types": []}, "/event_types", "too_few"),
        ({"url": URL, "event_types": ["placement.exploded"]}, "/event_types/0", "not_one_of"),
        ({"url": URL, "event_types": ["placement.ended"] * 2}, "/event_types", "repeated"),
        ({"url": URL, "state": "enabled"}, "/state", "unknown_member"),
        ({"url": URL, "description": " "}, "/description", "blank"),
    ],
)
async def test_a_faulty_endpoint_is_refused_by_name(world: World, body: Any, pointer: str, code: str) -> None:
    refused = await world.school.post(ENDPOINTS, body)
    assert refused.status_code == 422, refused.text
    assert [(e["pointer"], e["code"]) for e in refused.json()["errors"]] == [(pointer, code)]
    assert "mis.example" not in refused.text
    assert (await world.school.get(ENDPOINTS)).json()["items"] == []


async def test_an_organisation_has_ten_even_if_it_asks_for_many_at_once(world: World) -> None:
    answers = await asyncio.gather(*(world.school.post(ENDPOINTS, {"url": URL}) for _ in range(MOST_ENDPOINTS + 3)))
    assert sorted(each.status_code for each in answers) == [201] * MOST_ENDPOINTS + [409] * 3
    refused = next(each for each in answers if each.status_code == 409)
    assert refused.json()["rule"] == "too_many_webhook_endpoints"
    assert (await world.council.post(ENDPOINTS, {"url": URL})).status_code == 201


async def test_an_endpoint_is_changed_disabled_and_removed_by_who_read_it(world: World) -> None:
    endpoint = await created(world.school, URL)
    path = f"{ENDPOINTS}/{endpoint['id']}"
    changed = await world.school.change("PATCH", path, {"description": "Office", "event_types": None})
    assert (changed.status_code, changed.json()["description"]) == (200, "Office")
    refused = await world.school.change("PATCH", path, {"url": "https://localhost/"})
    assert refused.json()["errors"][0]["code"] == "name_expected"
    assert (await world.school.change("PATCH", path, {"url": None})).status_code == 422
    stale = {"If-Match": '"99-0000000000000000"', "Idempotency-Key": str(uuid4())}
    for method, address in (("PATCH", path), ("DELETE", path), ("POST", f"{path}/disablement")):
        body = {"description": None} if method == "PATCH" else None
        assert (await world.school.http.request(method, address, json=body, headers=stale)).status_code == 412
    disabled = await world.school.act(path, "disablement")
    assert (disabled.json()["state"], disabled.json()["disabled_because"]) == ("disabled", "by_hand")
    twice = await world.school.act(path, "disablement")
    assert (twice.status_code, twice.json()["rule"]) == (409, "wrong_state")
    assert twice.json()["possible_verbs"] == ["prove", "change"]
    elsewhere = await world.school.change("PATCH", path, {"url": f"{URL}/new"})
    assert (elsewhere.json()["state"], elsewhere.json()["disabled_because"]) == ("unproven", None)
    assert (await world.school.change("DELETE", path, None)).status_code == 204
    assert (await world.school.get(path)).status_code == 404
    told = [each["type"] for each in (await page(world.school, 2))["items"] if each["resource"] == path]
    assert told == ["webhook-endpoint.disabled", "webhook-endpoint.removed"]
    assert path not in [each["resource"] for each in (await page(world.council))["items"]]


async def test_a_proof_that_is_under_way_is_not_doubled(world: World) -> None:
    endpoint = await created(world.school, URL)
    path = f"{ENDPOINTS}/{endpoint['id']}"
    answers = await asyncio.gather(*(world.school.post(f"{path}/proof", None) for _ in range(4)))
    assert {each.status_code for each in answers} == {201}
    assert len({each.json()["id"] for each in answers}) == 1
    proof = (await world.school.get(answers[0].headers["Location"])).json()
    assert (proof["type"], proof["state"], proof["event_id"], proof["attempts"]) == (
        "webhook.proof",
        "pending",
        None,
        [],
    )
    assert "challenge" not in proof
    listed = (await world.school.get(DELIVERIES, type="webhook.proof", state="pending")).json()["items"]
    assert [each["id"] for each in listed] == [proof["id"]]
    assert (await world.school.get(DELIVERIES, type="placement.exploded")).status_code == 422
    await world.school.act(path, "disablement")
    ended = (await world.school.get(answers[0].headers["Location"])).json()
    assert (ended["state"], ended["abandoned_because"]) == ("abandoned", "endpoint_disabled")
    refused = await world.school.post(f"{DELIVERIES}/{proof['id']}/replay", None)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "proof_not_replayed")


async def test_no_more_than_three_secrets_sign_at_once(world: World) -> None:
    path = f"{ENDPOINTS}/{(await created(world.school, URL))['id']}"
    shown = [(await world.school.post(f"{path}/secrets", {})).json() for _ in range(2)]
    assert len(shown[1]["secrets"]) == 3
    assert len({each["secret"] for each in shown}) == 2
    refused = await world.school.post(f"{path}/secrets", {})
    assert (refused.status_code, refused.json()["rule"]) == (409, "too_many_webhook_secrets")
    ended = (await world.school.post(f"{path}/secrets", {"overlap_hours": 0})).json()
    assert [each["expires_at"] for each in ended["secrets"]] == [None]
    for hours in (-1, 169, "24"):
        assert (await world.school.post(f"{path}/secrets", {"overlap_hours": hours})).status_code == 422


async def test_strangers_find_nothing(world: World) -> None:
    endpoint = await created(world.school, URL)
    path = f"{ENDPOINTS}/{endpoint['id']}"
    proof = (await world.school.post(f"{path}/proof", None)).headers["Location"]
    for stranger in (world.council, world.provider, world.other_school):
        for address in (path, proof):
            assert (await stranger.get(address)).status_code == 404
        headers = {"If-Match": '"1-0000000000000000"', "Idempotency-Key": str(uuid4())}
        for verb, body in (
            ("proof", None),
            ("disablement", None),
            ("secrets", {}),
            ("replay", {"since": "2026-11-24T08:00:00Z"}),
        ):
            answer = await stranger.http.post(f"{path}/{verb}", json=body, headers=headers)
            assert answer.status_code == 404, verb
            headers["Idempotency-Key"] = str(uuid4())
        assert (await stranger.http.delete(path, headers=headers)).status_code == 404
        assert (await stranger.http.patch(path, json={"description": "x"}, headers=headers)).status_code == 404
        assert (await stranger.get(ENDPOINTS)).json()["items"] == []
        assert (await stranger.get(DELIVERIES)).json()["items"] == []
        assert (await stranger.get(DELIVERIES, endpoint_id=endpoint["id"])).json()["items"] == []


async def test_reading_and_keeping_endpoints_are_scopes_of_their_own(app: FastAPI, database: Addresses) -> None:
    only_reads = frozenset({Scope.WEBHOOKS_READ})
    async with open_party(app, database.owner, OrganisationKind.SCHOOL, only_reads) as reader:
        assert (await reader.get(ENDPOINTS)).status_code == 200
        refused = await reader.post(ENDPOINTS, {"url": URL})
        assert (refused.status_code, refused.json()["needed_scope"]) == (403, "webhooks:write")


def test_a_sealed_secret_opens_for_its_own_id_and_key_alone() -> None:
    first, other = uuid4(), uuid4()
    before = SealingKeys({"a": b"k" * 32}, "a")
    rotated = SealingKeys({"a": b"k" * 32, "b": b"n" * 32}, "b")
    sealed = before.seal(first, b"secret")
    assert rotated.open(first, "a", sealed) == b"secret"
    for secret_id, key_id, text in (
        (other, "a", sealed),
        (first, "b", sealed),
        (first, "c", sealed),
        (first, "a", sealed[:-1] + bytes([sealed[-1] ^ 1])),
    ):
        with pytest.raises(SecretNotOpened):
            rotated.open(secret_id, key_id, text)


@pytest.mark.parametrize(("keys", "current"), [({"a": b"short"}, "a"), ({"a": b"k" * 32}, "b"), ({"": b"k" * 32}, "")])
def test_keys_that_protect_nothing_are_refused(keys: dict[str, bytes], current: str) -> None:
    with pytest.raises(ValueError, match="webhook key"):
        SealingKeys(keys, current)
