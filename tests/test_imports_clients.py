"""Whose rows an import's are: those of the client that sent its file, which may make each of them by itself."""

from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from httpx import Response
from sqlalchemy.exc import ProgrammingError

from tests.importing import csv, opened, work
from tests.ledger import Ledger
from tests.test_api_clients import calling, made_client, made_key
from tests.world import Party, World

CHILD = csv("given_name,family_name,date_of_birth", "Ada,Example,2012-03-04")


async def second_client(party: Party, *scopes: str) -> tuple[str, str]:
    """The id and the key of another client of the same organisation."""
    client = await made_client(party, name="Office", scopes=["imports:read", "imports:write", *scopes])
    return client.rpartition("/")[2], str((await made_key(party, client))["secret"])


async def sent_by(app: FastAPI, key: str, path: str) -> Response:
    async with calling(app, key) as client:
        headers: dict[str, Any] = {
            "If-Match": (await client.get(path)).headers["ETag"],
            "Content-Type": "text/csv",
            "Idempotency-Key": str(uuid4()),
        }
        return await client.put(f"{path}/content", content=CHILD.encode(), headers=headers)


async def test_a_client_that_may_not_make_them_sends_no_file_to_the_import_of_one_that_may(
    app: FastAPI, world: World
) -> None:
    path = await opened(world.school, "pupils")
    _, key = await second_client(world.school)
    answer = await sent_by(app, key, path)
    assert (answer.status_code, answer.json()["needed_scope"]) == (403, "pupils:write")
    assert (await world.school.get(path)).json()["state"] == "awaiting_content"


async def test_what_a_client_has_sent_is_not_done_once_it_is_revoked_whoever_opened_the_import(
    app: FastAPI, world: World, ledger: Ledger
) -> None:
    path = await opened(world.school, "pupils")
    client, key = await second_client(world.school, "pupils:write")
    assert (await sent_by(app, key, path)).status_code == 200
    await ledger.sql("update api_clients set revoked_at = now() where id = cast(:id as uuid)", id=client)
    await work(app)
    held = (await world.school.get(path)).json()
    assert (held["state"], held["stopped_because"], held["made_count"]) == ("stopped", "client_revoked", 0)


async def test_the_database_moves_no_import_to_another_client(world: World, ledger: Ledger) -> None:
    await opened(world.school, "pupils")
    other = await made_client(world.school, name="Office", scopes=["imports:read"])
    with pytest.raises(ProgrammingError, match="for the client that sent its file"):
        await ledger.sql_as(
            world.school.id, "update imports set client_id = cast(:id as uuid) returning 1", id=other.rpartition("/")[2]
        )
