"""What row security refuses to whoever would write down an agreement, or an end, that nobody else has agreed to."""

from collections.abc import AsyncIterator

import psycopg
import pytest
from fastapi import FastAPI

from app.db.embedded_database import Addresses
from tests.guards.test_row_security_writes import Scene, _set, _speak, _url
from tests.part_time_planning import proposed
from tests.world import World, make_world

FORBIDDEN = {
    "a provider agrees to its own suspension": (
        "provider",
        "update suspensions set state = 'agreed' where id = %(suspension)s",
        "not every party has agreed",
    ),
    "a host school agrees to a suspension for the commissioner": (
        "school",
        "update suspensions set state = 'agreed' where id = %(suspension)s",
        "not every party has agreed",
    ),
    "a provider adds a suspension that is agreed": (
        "provider",
        "insert into suspensions (id, created_at, changed_at, version, placement_id, requested_by_id, state, starts_on,"
        " ends_on, takes_effect_at, reason) select gen_random_uuid(), now(), now(), 1, placement_id, requested_by_id,"
        " 'agreed', starts_on, ends_on, takes_effect_at, 'x' from suspensions where id = %(suspension)s",
        "asked for first",
    ),
    "a provider makes a suspension longer": (
        "provider",
        "update suspensions set ends_on = ends_on + 1 where id = %(suspension)s",
        "does not change now",
    ),
    "a provider moves a suspension": (
        "provider",
        "update suspensions set starts_on = starts_on - 1 where id = %(suspension)s",
        "permission denied",
    ),
    "a host school agrees to its plan for the commissioner": (
        "school",
        "update part_time_plans set state = 'agreed' where id = %(plan)s",
        "not every party has agreed",
    ),
    "a provider ends a placement on a day of its choosing": (
        "provider",
        "update placements set ends_on = '2026-11-25' where id = %(placement)s",
        "nothing says that the placement ends",
    ),
    "a commissioner rewrites a notice": (
        "commissioner",
        "update termination_notices set effective_on = '2026-11-25'",
        "permission denied",
    ),
    "a provider hides what was agreed behind a table of its own": (
        "provider",
        "create temporary table agreements (id uuid)",
        "permission denied",
    ),
}


@pytest.fixture(scope="module")
async def scene(app: FastAPI, database: Addresses) -> AsyncIterator[Scene]:
    async with make_world(app, database.owner) as world:
        made = await _set(world, world.other_school, database)
        placement = made.values["placement"]
        made.values["suspension"] = await _suspension(world, placement)
        made.values["plan"] = (await proposed(world.school, placement)).rsplit("/", 1)[1]
        yield made


@pytest.mark.parametrize(
    ("who", "statement", "refusal"), [pytest.param(*row, id=id_) for id_, row in FORBIDDEN.items()]
)
def test_it_is_refused(scene: Scene, database: Addresses, who: str, statement: str, refusal: str) -> None:
    with psycopg.connect(_url(database.app)) as connection:
        _speak(connection, scene, who)
        with pytest.raises(psycopg.Error, match=refusal):
            _at_once(connection, statement, scene)
        connection.rollback()


def _at_once(connection: psycopg.Connection, statement: str, scene: Scene) -> None:
    """What waits for the end of a transaction is judged now."""
    connection.execute("set constraints all immediate")
    connection.execute(statement, scene.values)


async def _suspension(world: World, placement: str) -> str:
    asked = {"placement_id": placement, "starts_on": "2026-11-26", "ends_on": "2026-11-26", "reason": "Violence"}
    made = await world.provider.post("/v1/suspensions", asked)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])
