"""Whose credential is found, that organisation and client are set: whatever plan the database chooses."""

from uuid import UUID

import psycopg

from app.db.embedded_database import Addresses
from tests.world import World

SET = "select current_setting('app.organisation'), current_setting('app.client'), current_setting('app.council')"


def _pairs(connection: psycopg.Connection, statement: str) -> dict[UUID, str]:
    return {row[0]: row[1] for row in connection.execute(statement)}


async def test_a_credential_sets_its_own_caller_when_statistics_are_fresh(world: World, database: Addresses) -> None:
    with psycopg.connect(database.owner.replace("+psycopg", "")) as owner:
        for table in ("organisations", "api_clients", "credentials", "sandboxes"):
            owner.execute(f"analyze {table}")
        owner.commit()
        ids = _pairs(owner, "select client_id, max(public_id) from credentials group by 1")
        councils = _pairs(owner, "select id, coalesce(council_id::text, '') from organisations")
    with psycopg.connect(database.app.replace("+psycopg", "")) as connection:
        for party in world.parties:
            connection.execute("select * from find_credential(%s)", [ids[party.client_id]])
            assert connection.execute(SET).fetchone() == (str(party.id), str(party.client_id), councils[party.id])
            connection.rollback()
