"""What row security refuses to whoever would write another's records of teaching, qualifications or annual returns."""

from collections.abc import AsyncIterator

import psycopg
import pytest
from fastapi import FastAPI

from app.db.embedded_database import Addresses
from tests.guards.test_row_security_writes import Scene, _set, _speak, _url
from tests.test_qa_return_types import published
from tests.test_qualifications import entered
from tests.test_teaching_observations import drafted, shared
from tests.world import World, make_world


def statement(by: str) -> str:
    return (
        "insert into qualification_statements (id, qualification_id, placement_id, number, state, kind, title,"
        " awarding_body, recorded_by_id, recorded_by, recorded_at) values (%(new)s, %(qualification)s, %(placement)s,"
        f" 2, 'withdrawn', 'qualification', 'x', 'x', %({by})s, 'x', now())"
    )


def observe(by: str, role: str, state: str = "draft") -> str:
    return (
        "insert into teaching_observations (id, created_at, changed_at, version, placement_id, observer_id,"
        " observer_role, state, school_year, term, observed_on, observed_by, activity, seen, strengths, to_develop,"
        f" shared_at) values (%(new)s, now(), now(), 1, %(placement)s, %({by})s, '{role}', '{state}', '2026-27',"
        " 'autumn', '2026-11-23', '{x}', 'x', 'x', '{}', '{}', now())"
    )


def make_return(council: str, provider: str, state: str) -> str:
    requested = "now()" if state == "requested" else "null"
    return (
        "insert into qa_returns (id, created_at, changed_at, version, council_id, provider_id, type_id, type_slug,"
        f" school_year, state, requested_at, told) values (%(new)s, now(), now(), 1, %({council})s, %({provider})s,"
        f" %(type)s, 'safeguarding', '2030-31', '{state}', {requested}, 0)"
    )


RETURN = "qa_returns set {} where id = %(return)s"
FORBIDDEN = {
    "a watcher records a qualification": (
        "watcher",
        "insert into qualifications (id, created_at, changed_at, version, placement_id, state, said)"
        " values (%(new)s, now(), now(), 1, %(placement)s, 'entered', 1)",
        '"qualifications"',
    ),
    "a school speaks for the provider": ("school", statement("provider"), '"qualification_statements"'),
    "a watcher speaks of a qualification": ("watcher", statement("watcher"), '"qualification_statements"'),
    "what was said of one is rewritten": (
        "provider",
        "update qualification_statements set grade = '9' where qualification_id = %(qualification)s",
        "permission denied",
    ),
    "a watcher moves a qualification": (
        "watcher",
        "update qualifications set state = 'achieved' where id = %(qualification)s",
        "nothing",
    ),
    "a provider observes itself": ("provider", observe("provider", "host_school"), '"teaching_observations"'),
    "a watcher observes": ("watcher", observe("watcher", "council"), '"teaching_observations"'),
    "a school observes as the commissioner": ("school", observe("school", "commissioner"), '"teaching_observations"'),
    "a school observes in the council's name": (
        "school",
        observe("commissioner", "commissioner"),
        '"teaching_observations"',
    ),
    "one is shared before it is written": (
        "school",
        observe("school", "host_school", "shared"),
        "teaching_observations",
    ),
    "a provider rewrites what was seen": (
        "provider",
        "update teaching_observations set seen = 'All was well' where id = %(shared)s",
        "this side does not change",
    ),
    "a school rewrites what it shared": (
        "school",
        "update teaching_observations set seen = 'All was well' where id = %(shared)s",
        "this side does not change",
    ),
    "a school comments for the provider": (
        "school",
        "update teaching_observations set provider_comment = 'x', commented_at = now() where id = %(shared)s",
        "this side does not change",
    ),
    "a commissioner withdraws what a school saw": (
        "commissioner",
        "update teaching_observations set state = 'withdrawn', withdrawn_because = 'x' where id = %(shared)s",
        "nothing",
    ),
    "a provider shares a draft": (
        "provider",
        "update teaching_observations set state = 'shared', shared_at = now() where id = %(draft)s",
        "nothing",
    ),
    "a provider asks itself": ("provider", make_return("commissioner", "provider", "requested"), '"qa_returns"'),
    "a council begins for a provider": (
        "commissioner",
        make_return("commissioner", "provider", "draft"),
        '"qa_returns"',
    ),
    "a council asks one that it does not oversee": (
        "commissioner",
        make_return("commissioner", "strange_provider", "requested"),
        '"qa_returns"',
    ),
    "a provider accepts its own return": (
        "provider",
        "update " + RETURN.format("state = 'accepted'"),
        "this side does not change",
    ),
    "a provider moves the day": (
        "provider",
        "update " + RETURN.format("due_on = '2027-12-31'"),
        "this side does not change",
    ),
    "a provider withdraws what it was asked for": (
        "provider",
        "update " + RETURN.format("state = 'withdrawn', withdrawn_because = 'x'"),
        "this side does not change",
    ),
    "a council writes for the provider": (
        "commissioner",
        "update " + RETURN.format("statement = 'All is well'"),
        "this side does not change",
    ),
    "a council submits for the provider": (
        "commissioner",
        "update " + RETURN.format("state = 'submitted'"),
        "this side does not change",
    ),
    "another council takes a return": (
        "stranger",
        "update " + RETURN.format("state = 'accepted'"),
        "nothing",
    ),
    "a council rewrites what the provider is writing": (
        "commissioner",
        "update qa_return_drafts set statement = 'x' where return_id = %(return)s",
        "nothing",
    ),
    "a type is published in a council's name": (
        "stranger",
        "insert into qa_return_types (id, created_at, changed_at, version, council_id, slug, edition, name, description)"
        " values (%(new)s, now(), now(), 1, %(commissioner)s, 'x', 1, 'x', 'x')",
        '"qa_return_types"',
    ),
    "an edition is rewritten": (
        "commissioner",
        "update qa_return_types set name = 'x' where id = %(type)s",
        "permission denied",
    ),
}


@pytest.fixture(scope="module")
async def scene(app: FastAPI, database: Addresses) -> AsyncIterator[Scene]:
    async with make_world(app, database.owner) as world:
        made = await _set(world, world.other_school, database)
        await _keep_records(world, made, database)
        yield made


async def _keep_records(world: World, made: Scene, database: Addresses) -> None:
    """A qualification, an observation that is shared and one that is not, and a return that was asked for."""
    with psycopg.connect(_url(database.owner)) as owner:
        owner.execute(
            "update organisations set registered_by_id = %(commissioner)s where id = %(provider)s", made.values
        )
    placement = made.values["placement"]
    type_id = await published(world.council)
    asked = {"provider_id": str(world.provider.id), "type_id": type_id, "school_year": "2026-27"}
    request = await world.council.post("/v1/qa-return-requests", asked | {"due_on": "2026-12-18"})
    path = request.headers["Location"]
    headers = {"If-Match": (await world.provider.get(path)).headers["ETag"]}
    said = {"answers": {"arrangements": "As agreed."}}
    assert (await world.provider.http.put(f"{path}/contents", json=said, headers=headers)).status_code == 200
    paths = {
        "qualification": await entered(world, placement_id=placement),
        "draft": await drafted(world, placement_id=placement),
        "shared": await shared(world, placement_id=placement),
        "return": path,
    }
    made.values.update({name: each.rsplit("/", 1)[1] for name, each in paths.items()}, type=type_id)


@pytest.mark.parametrize(("who", "statement", "refusal"), [pytest.param(*r, id=id_) for id_, r in FORBIDDEN.items()])
def test_it_is_refused(scene: Scene, database: Addresses, who: str, statement: str, refusal: str) -> None:
    with psycopg.connect(_url(database.app)) as connection:
        _speak(connection, scene, who)
        if refusal == "nothing":
            assert connection.execute(statement, scene.values).rowcount == 0
        else:
            with pytest.raises(psycopg.Error, match=refusal):
                connection.execute(statement, scene.values)
        connection.rollback()


@pytest.mark.parametrize("statement", [pytest.param(row[1], id=id_) for id_, row in FORBIDDEN.items()])
def test_it_is_well_written(scene: Scene, database: Addresses, statement: str) -> None:
    with psycopg.connect(_url(database.owner)) as connection:
        assert connection.execute(statement, scene.values).rowcount > 0
        connection.rollback()


@pytest.mark.parametrize(
    ("table", "seen"),
    [
        ("qualifications", {"commissioner": 1, "school": 1, "provider": 1, "watcher": 1}),
        ("qualification_statements", {"commissioner": 1, "school": 1, "provider": 1, "watcher": 1}),
        ("teaching_observations", {"commissioner": 1, "school": 2, "provider": 1, "watcher": 1}),
        ("qa_returns", {"commissioner": 1, "provider": 1}),
        ("qa_return_drafts", {"provider": 1}),
    ],
)
def test_who_sees_what(scene: Scene, database: Addresses, table: str, seen: dict[str, int]) -> None:
    for who in scene.who:
        with psycopg.connect(_url(database.app)) as connection:
            _speak(connection, scene, who)
            found = connection.execute(f"select count(*) from {table}").fetchone()
            connection.rollback()
        assert found == (seen.get(who, 0),), who
