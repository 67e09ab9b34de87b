"""Every operation against every kind of caller: anonymous, without scope, of the wrong kind, and a stranger.

The table is the application's own: an operation added tomorrow is in it without a line here.
"""

import re
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from httpx import AsyncClient, Response

from app.access.permission import AccessRow, access_table
from app.db.embedded_database import Addresses
from app.models.organisations import OrganisationKind
from tests.declared_headers import application, document
from tests.guards.estate import PRIVATE, Estate, make_estate
from tests.world import Party, World, open_party

NOWHERE = "3f0c8e0a-8d0e-4a65-9a57-0a1a3c1f2b77"
APP = application()
CONTRACT = document()
ROWS = [row for row in access_table(APP) if row.scope != "open"]
SCOPED = [row for row in ROWS if row.scope != "any"]
OF_SOME_KINDS = [(row, kind) for row in ROWS for kind in OrganisationKind if kind.value not in row.kinds.split()]


def collections_of(path: str) -> list[str]:
    """The collections whose members a path names: `/v1/providers/{id}/sites/{id}` gives providers and sites."""
    return re.findall(r"/([a-z-]+)/\{", path)


BY_PRIVATE_ID = [row for row in ROWS if PRIVATE.intersection(collections_of(row.path))]


def named(row: AccessRow) -> str:
    return row.operation


def example_body(row: AccessRow) -> Any:
    operation = CONTRACT["paths"][row.path][row.method.lower()]
    content = operation.get("requestBody", {}).get("content", {})
    return content["application/json"]["example"] if "application/json" in content else None


def example_file(row: AccessRow) -> dict[str, Any]:
    """What a request has instead of JSON where a file is taken."""
    operation = CONTRACT["paths"][row.path][row.method.lower()]
    if not operation.get("x-raw-body"):
        return {}
    return {"content": b"x", "headers": {"Content-Type": next(iter(operation["requestBody"]["content"]))}}


async def call(
    http: AsyncClient, row: AccessRow, ids: dict[str, str] | None = None, query: dict[str, str] | None = None
) -> Response:
    path = row.path
    for collection in collections_of(row.path):
        path = re.sub(rf"/{collection}/\{{[a-z_]+\}}", f"/{collection}/{(ids or {}).get(collection, NOWHERE)}", path)
    headers = {"Idempotency-Key": str(uuid4()), "If-Match": '"1-0000000000000000"'}
    if row.operation == "raise_absconding_alert":
        query = {"placement_id": NOWHERE}
    file = example_file(row)
    headers |= file.pop("headers", {})
    sent = file or {"json": example_body(row)}
    return await http.request(row.method, path, params=query, headers=headers, **sent)


@pytest.fixture(scope="module")
async def estate(app: FastAPI, database: Addresses) -> Any:
    """One of everything, owned by the parties of one world; shared, since nothing here may change it."""
    async with make_estate(app, database.owner) as made:
        yield made


@pytest.mark.parametrize("row", ROWS, ids=named)
async def test_an_anonymous_caller_gets_401(http: AsyncClient, row: AccessRow) -> None:
    answer = await call(http, row)
    assert (answer.status_code, answer.json()["type"]) == (401, "/problems/unauthenticated")


@pytest.mark.parametrize("row", SCOPED, ids=named)
async def test_a_client_without_the_scope_gets_403(estate: Estate, row: AccessRow) -> None:
    answer = await call(estate.without_scopes.http, row, estate.ids)
    assert (answer.status_code, answer.json().get("needed_scope")) == (403, row.scope)


@pytest.mark.parametrize(("row", "kind"), OF_SOME_KINDS, ids=lambda v: v.operation if isinstance(v, AccessRow) else v)
async def test_another_kind_of_organisation_gets_403(estate: Estate, row: AccessRow, kind: OrganisationKind) -> None:
    answer = await call(party_of(estate.world, kind).http, row, estate.ids)
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/wrong-kind-of-organisation")


@pytest.mark.parametrize("row", BY_PRIVATE_ID, ids=named)
async def test_a_stranger_gets_the_404_of_what_does_not_exist(estate: Estate, row: AccessRow) -> None:
    strangers = {
        OrganisationKind.COUNCIL: estate.world.other_council,
        OrganisationKind.SCHOOL: estate.world.other_school,
        OrganisationKind.PROVIDER: estate.world.other_provider,
    }
    for kind in row.kinds.split():
        stranger = strangers[OrganisationKind(kind)].http
        real, unknown = await call(stranger, row, estate.ids), await call(stranger, row)
        assert real.status_code == 404, (kind, real.text)
        assert without_names(real) == without_names(unknown)


def without_names(answer: Response) -> dict[str, Any]:
    """The body save for the address that was asked and the id of the request."""
    return {k: v for k, v in answer.json().items() if k not in ("instance", "request_id")}


def party_of(world: World, kind: OrganisationKind) -> Party:
    return next(party for party in world.parties if party.kind is kind)


def test_every_private_collection_is_in_the_matrix() -> None:
    reached = {c for row in BY_PRIVATE_ID for c in collections_of(row.path)}
    assert reached >= PRIVATE


async def test_a_client_of_one_sandbox_sees_nothing_of_another(
    estate: Estate, app: FastAPI, database: Addresses
) -> None:
    async with open_party(app, database.owner, OrganisationKind.COUNCIL) as elsewhere:
        theirs = estate.every_id - {estate.ids["areas"]}  # the areas are everybody's
        for row in ROWS:
            if row.method == "GET" and "{" not in row.path:
                answer = await call(elsewhere.http, row)
                assert answer.status_code == (200 if OrganisationKind.COUNCIL in row.kinds.split() else 403), row.path
                assert not [each for each in theirs if each in answer.text], row.path
