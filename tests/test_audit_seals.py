"""The audit's seals: tampering of every kind is found, and the first bad entry named."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.embedded_database import Addresses
from app.services.audit_seals import BadEntry, Head, seal_all, verify
from app.settings import Settings
from tests.databases import Databases
from tests.placing import owner_session
from tests.running import own_database, running, settings_for
from tests.test_cli import waymark
from tests.world import World

FARM = {"name": "Hollow Farm", "category": "charity"}
ENTRY = "(select id from audit_entries where organisation_id = :id order by id offset 1 limit 1)"
NEXT = "(select id from audit_entries where organisation_id = :id order by id offset 2 limit 1)"


@pytest.fixture(scope="module")
async def database(databases: Databases) -> AsyncIterator[Addresses]:
    """What is sealed, tampered with and verified is the audit of all organisations together."""
    async with own_database(databases) as addresses:
        yield addresses


@pytest.fixture(scope="module")
def settings(database: Addresses) -> Settings:
    return settings_for(database)


@pytest.fixture(scope="module")
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    async with running(settings) as application:
        yield application


async def seal(app: FastAPI) -> list[Head]:
    async with app.state.worker_sessions() as session:
        heads = await seal_all(session)
        await session.commit()
    return heads


async def found(database: Addresses, heads: list[Head] | None = None) -> BadEntry | None:
    async with owner_session(database.owner) as session:
        return await verify(session, heads or ())


async def entries_sealed_in_two_batches(app: FastAPI, world: World) -> list[Head]:
    heads = []
    for count in (4, 3):
        for _ in range(count):
            assert (await world.council.post("/v1/providers", FARM)).status_code == 201
        heads += [head for head in await seal(app) if head.organisation_id == world.council.id]
    return heads


@asynccontextmanager
async def tampering(database: Addresses) -> AsyncIterator[AsyncSession]:
    """As the owner, with the triggers off; what was done is put back afterwards, for the tests that follow."""
    kept = ("audit_entries", "audit_seals")
    async with owner_session(database.owner) as session:
        for table in kept:
            await session.execute(text(f"create table kept_{table} as table {table}"))
            await session.execute(text(f"alter table {table} disable trigger user"))
        await session.commit()
        try:
            yield session
        finally:
            await session.rollback()
            for table in kept:
                await session.execute(text(f"delete from {table}"))
                overriding = "overriding system value" if table == "audit_entries" else ""
                await session.execute(text(f"insert into {table} {overriding} table kept_{table}"))
                await session.execute(text(f"drop table kept_{table}"))
                await session.execute(text(f"alter table {table} enable trigger user"))


async def test_an_untouched_audit_is_whole(app: FastAPI, world: World, database: Addresses) -> None:
    heads = await entries_sealed_in_two_batches(app, world)
    assert [head.number for head in heads] == [1, 2]
    assert await seal(app) == []
    await world.council.post("/v1/providers", FARM)
    assert await found(database, heads) is None


@pytest.mark.parametrize(
    ("statement", "named", "fault"),
    [
        pytest.param(f"update audit_entries set status = 500 where id = {ENTRY}", ENTRY, "entry changed", id="changed"),
        pytest.param(f"update audit_entries set at = at + interval '1 us' where id = {ENTRY}", ENTRY, "entry changed", id="redated"),
        pytest.param(f"update audit_entries set on_behalf_of = 'A. N. Other' where id = {ENTRY}", ENTRY, "entry changed", id="attributed to another"),
        pytest.param(f"update audit_entries set placement_ids = '{{}}', pupil_ids = array[gen_random_uuid()] where id = {ENTRY}", ENTRY, "entry changed", id="about another child"),
        pytest.param(f"delete from audit_entries where id = {ENTRY}", ENTRY, "entry removed", id="removed"),
        pytest.param(f"update audit_entries set organisation_id = gen_random_uuid() where id = {ENTRY}", ENTRY, "entry removed", id="given to another organisation"),
        pytest.param(
            "insert into audit_entries (id, at, organisation_id, client_id, operation, request_id, status, placement_ids, pupil_ids)"
            " overriding system value select (select min(id) - 1000000 from audit_entries), at, organisation_id, client_id, operation,"
            f" request_id, status, placement_ids, pupil_ids from audit_entries where id = {ENTRY}",
            "(select min(id) from audit_entries)",
            "entry inserted",
            id="inserted",
        ),
        pytest.param(
            "update audit_entries e set request_id = o.request_id from audit_entries o"
            f" where (e.id, o.id) in (({ENTRY}, {NEXT}), ({NEXT}, {ENTRY}))",
            ENTRY,
            "entry changed",
            id="reordered",
        ),
        pytest.param("update audit_seals set sealed_at = sealed_at - interval '1 day' where organisation_id = :id and number = 2", None, "seal changed", id="seal redated"),
        pytest.param("update audit_seals set leaves = leaves || leaves where organisation_id = :id and number = 2", None, "seal changed", id="seal changed"),
        pytest.param("update audit_seals set digest = sha256(digest) where organisation_id = :id and number = 1", None, "seal changed", id="seal resealed"),
        pytest.param("delete from audit_seals where organisation_id = :id and number = 1", None, "seal missing", id="first seal removed"),
        pytest.param("delete from audit_seals where organisation_id = :id and number = 2", None, "seal missing", id="last seal removed"),
        pytest.param("delete from audit_seals where organisation_id = :id", None, "seal missing", id="whole chain removed"),
    ],
)  # fmt: skip
async def test_tampering_is_found(
    app: FastAPI, world: World, database: Addresses, statement: str, named: str | None, fault: str
) -> None:
    heads = await entries_sealed_in_two_batches(app, world)
    async with tampering(database) as session:
        entry_id = None
        if named is not None and "min(id)" not in named:
            entry_id = (await session.execute(text(f"select {named}"), {"id": world.council.id})).scalar_one()
        await session.execute(text(statement), {"id": world.council.id})
        await session.commit()
        if named is not None and entry_id is None:
            entry_id = (await session.execute(text(f"select {named}"))).scalar_one()
        bad = await found(database, heads)
    assert bad is not None
    assert (bad.organisation_id, bad.entry_id, bad.fault) == (world.council.id, entry_id, fault)
    assert await found(database) is None


async def test_an_operator_verifies_from_the_command_line(app: FastAPI, world: World, database: Addresses) -> None:
    heads = await entries_sealed_in_two_batches(app, world)
    noted = [f"--head={h.organisation_id}:{h.number}:{h.digest.hex()}" for h in heads]
    await world.council.post("/v1/providers", FARM)
    whole = waymark("audit", "verify", *noted, owner_url=database.owner)
    assert (whole.returncode, "Not sealed yet: 1, the oldest for" in whole.stdout) == (0, True), whole.stdout
    await seal(app)
    assert "Not sealed" not in waymark("audit", "verify", *noted, owner_url=database.owner).stdout
    async with tampering(database) as session:
        await session.execute(text(f"delete from audit_entries where id = {ENTRY}"), {"id": world.council.id})
        await session.commit()
        done = waymark("audit", "verify", owner_url=database.owner)
    assert (done.returncode, "entry removed" in done.stderr) == (1, True)
    assert waymark("audit", "verify", "--head=nonsense", owner_url=database.owner).returncode == 1


@pytest.mark.parametrize("table", ["audit_entries", "audit_seals"])
@pytest.mark.parametrize("verb", ["delete from {}", "truncate {}"])
async def test_not_even_the_owner_changes_evidence_in_passing(database: Addresses, table: str, verb: str) -> None:
    with pytest.raises(ProgrammingError):
        async with owner_session(database.owner) as session:
            await session.execute(text(verb.format(table)))


async def test_an_entry_committed_late_is_not_left_outside(app: FastAPI, world: World, database: Addresses) -> None:
    late = text(
        "insert into audit_entries (at, organisation_id, client_id, operation, request_id, status, placement_ids,"
        " pupil_ids) values (now(), :id, :id, 'late', 'late', 200, '{}', '{}')"
    )
    async with app.state.worker_sessions() as slow:
        await slow.execute(late, {"id": world.council.id})
        await world.council.post("/v1/providers", FARM)
        assert await seal(app) == []
        await slow.commit()
    assert [head.organisation_id for head in await seal(app)] == [world.council.id]
    assert await found(database) is None


async def test_two_sealers_at_once_make_one_chain(app: FastAPI, world: World, database: Addresses) -> None:
    await world.council.post("/v1/providers", FARM)
    async with app.state.worker_sessions() as first, app.state.worker_sessions() as second:
        assert len(await seal_all(first)) >= 1
        assert await seal_all(second) == []
        await first.commit()
    assert await found(database) is None
