"""What an integrator finds in the directory of a fresh sandbox."""

import json
from pathlib import Path
from time import perf_counter

from app.db.embedded_database import Addresses
from app.rules.directory_entries import Publication, TargetGroup
from app.services.onboarding import open_sandbox
from app.services.sandbox_directory import describe_providers
from app.services.sandbox_organisations import people, settle
from tests.directory_entry import speaking
from tests.ledger import Ledger
from tests.placing import owner_session
from tests.world import TUESDAY_MORNING, World

TOLD = json.loads(Path("app/sandbox_data/directory_entries.json").read_text())


def test_every_provider_of_the_sandbox_tells_of_itself() -> None:
    assert {each["name"] for each in people()["providers"]} == TOLD["providers"].keys()


def test_the_entries_differ_as_providers_do() -> None:
    entries = [each["entry"] for each in TOLD["providers"].values()]
    assert {group for each in entries for group in each["target_groups"]} == set(TargetGroup)
    assert {each["publication"] for each in TOLD["providers"].values()} == set(Publication)
    assert {each["transport"]["offered"] for each in entries} == {True, False}


async def test_the_providers_are_described_quickly(world: World, database: Addresses, ledger: Ledger) -> None:
    async with owner_session(database.owner) as session:
        sandbox = await open_sandbox(session, "described", TUESDAY_MORNING)
        them = await settle(session, sandbox.id, TUESDAY_MORNING)
        began = perf_counter()
        await describe_providers(session, them)
        await session.flush()
        took = perf_counter() - began
    assert took < 5
    counts = await ledger.sql(
        "select count(*), count(e.transport_offered), sum((select count(*) from sites s where s.organisation_id = o.id))"
        " from organisations o left join directory_entries e on e.provider_id = o.id"
        " where o.sandbox_id = :sandbox and o.kind = 'provider'",
        sandbox=sandbox.id,
    )
    assert counts == [(12, 12, 16)]
    published = [p for p in TOLD["providers"].values() if p["publication"] == "everyone"]
    with speaking(database, world, them.schools[0].organisation.id) as connection:
        connection.execute("select set_config('app.sandbox', %s, true)", [str(sandbox.id)])
        found = connection.execute("select count(*) from organisations where kind = 'provider'").fetchone()
    assert found == (len(published),)
