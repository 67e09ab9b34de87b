"""Shares of assessments over HTTP: read while they stand, taken back at once, and by the one assessed alone."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.db.embedded_database import Addresses
from app.db.engine import make_engine, make_sessions
from app.settings import Settings
from tests.ledger import Ledger
from tests.overseen import award, become, rows_seen
from tests.test_qa_visits import NOWHERE
from tests.toolkit_assessing import PATH, begin, completed
from tests.world import Party, World

SHARES = "/v1/toolkit-shares"
SIDES = "/v1/toolkit-assessments-side-by-side"


@pytest.fixture
async def overseen(world: World, database: Addresses, settings: Settings) -> World:
    """A world whose provider stands on the framework of `council`, not on that of `other_council`."""
    await award(database, settings, world.council.id, world.provider.id)
    return world


async def shared(by: Party, path: str, reader: Party) -> str:
    made = await by.post(SHARES, {"assessment_id": path[-36:], "shared_with_id": str(reader.id)})
    assert made.status_code == 201, made.text
    return str(made.headers["Location"])


async def test_one_more_reads_an_assessment_until_the_share_is_retracted(
    overseen: World, settings: Settings, ledger: Ledger
) -> None:
    provider, school = overseen.provider, overseen.school
    path = await completed(provider, provider, "self_evaluation")
    await provider.post("/v1/sandbox/clock/advance", {"seconds": 3600})
    assert (await school.get(path)).status_code == 404
    share = await shared(provider, path, school)
    assert (await school.get(path)).json() == (await provider.get(path)).json()
    since = {"changed_since": "2026-11-24T08:30:00Z"}
    assert [each["id"] for each in (await school.get(PATH, **since)).json()["items"]] == [path[-36:]]
    sides = (await school.get(SIDES, provider_id=str(provider.id))).json()
    assert [each["id"] for each in sides["assessments"]] == [path[-36:]]
    assert (await school.get(share)).json()["state"] == "standing"
    assert await ledger.told("toolkit-share.made", share) == {provider.id, school.id}
    theirs = await school.act(share, "retraction")
    assert (theirs.status_code, theirs.json()["rule"]) == (409, "wrong_party")
    gone = await provider.act(share, "retraction")
    assert gone.json()["state"] == "retracted"
    assert await ledger.told("toolkit-share.retracted", share) == {provider.id, school.id}
    assert (await school.get(path)).status_code == 404
    assert (await school.get(PATH)).json()["items"] == []
    assert (await school.get(SIDES, provider_id=str(provider.id))).json()["assessments"] == []
    tables = ["toolkit_assessments", "toolkit_entries"]
    assert await rows_seen(settings, overseen, school.id, None, tables) == dict.fromkeys(tables, 0)
    assert (await school.get(share)).json() == gone.json()
    twice = await provider.act(share, "retraction")
    assert (twice.status_code, twice.json()["rule"]) == (409, "wrong_state")
    again = await shared(provider, path, school)
    assert [each["id"] for each in (await school.get(SHARES, state="standing")).json()["items"]] == [again[-36:]]


async def test_a_school_shares_its_own_provision_with_its_council(overseen: World) -> None:
    school, council = overseen.school, overseen.council
    path = await completed(school, school, "in_school_provision")
    assert (await council.get(path)).status_code == 404
    await shared(school, path, council)
    assert (await council.get(path)).status_code == 200
    assert (await overseen.other_council.get(path)).status_code == 404


async def test_only_the_one_assessed_shares_and_only_what_is_complete(overseen: World) -> None:
    council, provider, school = overseen.council, overseen.provider, overseen.school
    of_council = {"assessment_id": (await completed(council, provider, "council_quality_assurance"))[-36:]}
    assert (await council.post(SHARES, of_council | {"shared_with_id": str(school.id)})).status_code == 403
    visitor = await completed(school, school, "in_school_provision")
    await shared(school, visitor, provider)
    onward = await provider.post(
        SHARES, {"assessment_id": visitor[-36:], "shared_with_id": str(overseen.other_school.id)}
    )
    assert (onward.status_code, onward.json()["rule"]) == (409, "share_by_the_one_assessed")
    draft = await begin(provider, provider, "self_evaluation")
    early = await provider.post(SHARES, {"assessment_id": draft[-36:], "shared_with_id": str(school.id)})
    assert (early.status_code, early.json()["rule"]) == (409, "share_when_complete")
    with_school = of_council | {"shared_with_id": str(school.id)}
    answers = await asyncio.gather(*(provider.post(SHARES, with_school) for _ in range(3)))
    assert sorted(each.status_code for each in answers) == [201, 409, 409]
    twice = await provider.post(SHARES, with_school)
    assert (twice.status_code, twice.json()["rule"]) == (409, "share_stands")


async def test_every_fault_is_named_and_a_stranger_sees_no_share(overseen: World) -> None:
    provider = overseen.provider
    path = await completed(provider, provider, "self_evaluation")
    nowhere = await provider.post(SHARES, {"assessment_id": NOWHERE, "shared_with_id": NOWHERE})
    assert [(e["pointer"], e["code"]) for e in nowhere.json()["errors"]] == [
        ("/assessment_id", "assessment_not_found"),
        ("/shared_with_id", "unknown_organisation"),
    ]
    itself = await provider.post(SHARES, {"assessment_id": path[-36:], "shared_with_id": str(provider.id)})
    assert itself.json()["errors"][0]["code"] == "reads_it_already"
    share = await shared(provider, path, overseen.school)
    for stranger in (overseen.council, overseen.other_school, overseen.other_provider):
        assert (await stranger.get(share)).status_code == 404
        assert (await stranger.get(SHARES)).json()["items"] == []


AGAIN = "update toolkit_shares set state = 'standing', retracted_at = null"
ONE_MORE = (
    "insert into toolkit_shares (id, created_at, changed_at, version, assessment_id, provider_id, assessor_id,"
    " shared_with_id, state) select gen_random_uuid(), now(), now(), 1, assessment_id, provider_id,"
    " assessor_id, shared_with_id, 'standing' from toolkit_shares"
)


@pytest.mark.parametrize(
    ("who", "statement"),
    [
        pytest.param("provider", AGAIN, id="revived"),
        pytest.param("provider", "update toolkit_shares set shared_with_id = assessor_id", id="with another"),
        pytest.param("school", ONE_MORE, id="by who was shut out"),
    ],
)
async def test_the_database_keeps_a_retraction(overseen: World, settings: Settings, who: str, statement: str) -> None:
    path = await completed(overseen.provider, overseen.provider, "self_evaluation")
    share = await shared(overseen.provider, path, overseen.school)
    await overseen.provider.act(share, "retraction")
    engine = make_engine(settings.database_url or "", settings)
    async with make_sessions(engine)() as session:
        await become(session, overseen, overseen.school.id, None)
        unchanged = await session.scalars(text(f"with done as ({AGAIN} returning id) select count(*) from done"))
        assert unchanged.one() == 0
        await session.rollback()
        await become(session, overseen, getattr(overseen, who).id, None)
        with pytest.raises(DBAPIError, match=r"stays as it was|permission denied|row-level security|is complete"):
            await session.execute(text(statement))
    await engine.dispose()
