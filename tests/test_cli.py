"""The command line, as an operator types it: each command in a process of its own."""

import json
import subprocess
from pathlib import Path
from uuid import UUID

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from app.cli import CONTRACT
from app.db import migrate
from app.db.embedded import EmbeddedServer
from app.db.embedded_database import Addresses, prepare
from app.settings import inherited_environment
from tests import commands
from tests.world import World


def waymark(*arguments: str, owner_url: str = "", cwd: Path = migrate.PROJECT) -> subprocess.CompletedProcess[str]:
    return commands.run([*arguments], {**inherited_environment(), "DATABASE_OWNER_URL": owner_url}, cwd)


def printed(*arguments: str, database: Addresses) -> str:
    done = waymark(*arguments, owner_url=database.owner)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


async def status(app: FastAPI, key: str) -> int:
    bearer = {"Authorization": f"Bearer {key}"}
    async with AsyncClient(transport=ASGITransport(app), base_url="http://waymark.test", headers=bearer) as client:
        return (await client.get("/v1/me")).status_code


async def test_a_client_is_opened_used_and_revoked(app: FastAPI, database: Addresses) -> None:
    organisation = printed("organisations", "create", "council", "Riverside Council", database=database)
    assert f"{organisation}  council" in printed("organisations", "list", database=database)
    scopes = ("--scope", "directory:read", "--scope", "clients:read")
    client = printed("clients", "create", organisation, "Console", *scopes, database=database)
    first_id, first = printed("clients", "add-key", client, database=database).split()
    _, second = printed("clients", "add-key", client, "--days", "30", database=database).split()
    assert [await status(app, key) for key in (first, second)] == [200, 200]
    third = waymark("clients", "add-key", client, owner_url=database.owner)
    assert (third.returncode, "Revoke one first" in third.stderr) == (1, True)
    printed("clients", "revoke-key", client, first_id, database=database)
    assert [await status(app, key) for key in (first, second)] == [401, 200]
    printed("clients", "revoke", client, database=database)
    assert await status(app, second) == 401
    listed = printed("clients", "list", "--organisation", organisation, database=database)
    assert "Console  revoked  clients:read directory:read" in listed
    assert first.split("_")[3] not in listed


async def test_an_unknown_client_is_refused_in_one_sentence(world: World, database: Addresses) -> None:
    done = waymark("clients", "revoke", str(UUID(int=7)), owner_url=database.owner)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)


def test_without_a_database_the_command_says_what_to_do(tmp_path: Path) -> None:
    done = waymark("clients", "list", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr == "waymark: Set DATABASE_OWNER_URL, or start the sandbox first with `make run`.\n"


def test_migrating_a_migrated_database_changes_nothing(database: Addresses) -> None:
    assert waymark("migrate", owner_url=database.owner).returncode == 0
    assert migrate.applied(database.owner) == migrate.heads()


def test_the_access_table_prints_itself_in_columns() -> None:
    lines = waymark("access").stdout.splitlines()
    start = lines[0].index("SCOPE")
    providers = next(line for line in lines if line.endswith("register_provider"))
    assert providers[start:].split() == ["directory:write", "council", "register_provider"]


def test_a_contract_that_is_not_the_committed_one_fails_and_names_what_breaks(tmp_path: Path) -> None:
    committed = json.loads(CONTRACT.read_text())
    committed["paths"]["/v1/lost"] = {"get": {"operationId": "lost", "responses": {}}}
    spoilt = tmp_path / "contract.json"
    spoilt.write_text(json.dumps(committed))
    done = waymark("contract", "--check", "--file", str(spoilt))
    assert done.returncode == 1
    assert "BREAKING" in done.stdout
    assert "GET /v1/lost: the operation is gone" in done.stdout
    assert waymark("contract", "--write", "--file", str(spoilt)).returncode == 0
    assert spoilt.read_text() == CONTRACT.read_text()


def test_the_sandbox_that_runs_here_is_found_without_an_address(tmp_path: Path) -> None:
    with EmbeddedServer.start(tmp_path / "var" / "postgres", durable=False) as server:
        prepare(server)
        for command in (("migrate",), ("organisations", "create", "council", "Riverside Council")):
            done = waymark(*command, cwd=tmp_path)
            assert done.returncode == 0, done.stderr
        assert "Riverside Council" in waymark("organisations", "list", cwd=tmp_path).stdout


def test_what_is_outstanding_is_printed_without_a_child(database: Addresses) -> None:
    told = printed("attendance-outstanding", "--on-date", "2026-11-24", database=database)
    assert told.split()[:6] == ["COUNCIL", "PROVIDER", "EXPECTED", "DUE", "RECEIVED", "MISSING"]
