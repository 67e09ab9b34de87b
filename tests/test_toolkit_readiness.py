"""Readiness of an applicant for a lot: linked to the application, and read by the two whom that concerns."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.db.embedded_database import Addresses
from app.db.engine import make_engine, make_sessions
from app.settings import Settings
from tests.attaching import attached
from tests.ledger import Ledger
from tests.overseen import award, become, rows_seen
from tests.test_lot_applications import WHY, applied, evaluated
from tests.test_qa_visits import NOWHERE
from tests.toolkit_assessing import PATH, about, address_all, begin, completed
from tests.world import Party, World

USE = "readiness_of_prospective_provider"


def readiness(subject: Party, application: str, use: str = USE) -> dict[str, object]:
    return about(subject, use, lot_application_id=application[-36:])


async def test_applicant_and_council_assess_readiness_for_an_application_and_nobody_else_reads_it(
    world: World, database: Addresses, settings: Settings, ledger: Ledger
) -> None:
    council, provider = world.council, world.provider
    await award(database, settings, world.other_council.id, provider.id)  # a council that reads all else
    application = await applied(world)
    link = {"lot_application_id": application[-36:]}
    own = await completed(provider, provider, USE, **link)
    councils = await completed(council, provider, USE, **link)
    for path in (own, councils):
        assert (await council.get(path)).json() == (await provider.get(path)).json()
        assert (await provider.get(path)).json()["lot_application_id"] == application[-36:]
        assert await ledger.told("toolkit-assessment.completed", path) == {council.id, provider.id}
        for stranger in (world.other_council, world.other_provider, world.school):
            assert (await stranger.get(path)).status_code == 404
    tables = ["toolkit_assessments", "toolkit_entries"]
    seen = await rows_seen(settings, world, world.other_council.id, None, tables)
    assert seen == dict.fromkeys(tables, 0)
    for party in (council, provider):
        assert set((await party.get(application)).json()["readiness_assessments"]) == {own[-36:], councils[-36:]}
        listed = (await party.get(PATH, lot_application_id=application[-36:])).json()["items"]
        assert {each["id"] for each in listed} == {own[-36:], councils[-36:]}


async def test_no_other_council_is_told_of_a_file_that_is_withdrawn_from_it(
    world: World, database: Addresses, settings: Settings, ledger: Ledger
) -> None:
    await award(database, settings, world.other_council.id, world.provider.id)
    application = await applied(world)
    draft = await begin(world.provider, world.provider, USE, lot_application_id=application[-36:])
    file = await attached(world.provider, "toolkit_assessment", draft[-36:])
    await address_all(world.provider, draft)
    assert (await world.provider.act(draft, "completion")).status_code == 200
    assert (await world.provider.change("DELETE", file, None)).status_code in (200, 204)
    assert await ledger.told("attachment.withdrawn", file) == {world.council.id, world.provider.id}


async def test_a_draft_of_the_councils_is_not_named_to_the_applicant(world: World) -> None:
    application = await applied(world)
    draft = await begin(world.council, world.provider, USE, lot_application_id=application[-36:])
    assert (await world.council.get(application)).json()["readiness_assessments"] == [draft[-36:]]
    assert (await world.provider.get(application)).json()["readiness_assessments"] == []


async def test_a_council_assesses_an_applicant_for_its_application_alone(world: World) -> None:
    application = await applied(world)
    without = await world.council.post(PATH, about(world.provider, USE))
    assert (without.status_code, without.json()["rule"]) == (409, "provider_not_on_framework")
    other_use = await world.council.post(PATH, readiness(world.provider, application, "council_quality_assurance"))
    assert (other_use.status_code, other_use.json()["rule"]) == (409, "application_for_readiness_only")
    await evaluated(world, application)
    assert (await world.council.act(application, "rejection", WHY)).status_code == 200
    for party in (world.council, world.provider):
        late = await party.post(PATH, readiness(world.provider, application))
        assert (late.status_code, late.json()["rule"]) == (409, "application_not_open")


async def test_an_application_is_one_of_the_provider_that_the_assessor_sees(world: World) -> None:
    application = await applied(world)
    for body in (
        readiness(world.other_provider, application),
        about(world.other_provider, USE, lot_application_id=NOWHERE),
    ):
        answer = await world.other_provider.post(PATH, body)
        assert answer.status_code == 422
        assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [
            ("/lot_application_id", "lot_application_not_found")
        ]
    mixed = await world.council.post(PATH, readiness(world.other_provider, application))
    assert mixed.json()["errors"][0]["code"] == "lot_application_not_found"


async def test_the_database_links_readiness_of_the_applicant_alone(world: World, settings: Settings) -> None:
    application = await applied(world)
    engine = make_engine(settings.database_url or "", settings)
    for use, provider in (("self_evaluation", world.provider), (USE, world.other_provider)):
        async with make_sessions(engine)() as session:
            await become(session, world, world.council.id, None)
            with pytest.raises(DBAPIError, match=r"row-level security|violates foreign key"):
                await session.execute(
                    text(
                        "insert into toolkit_assessments (id, created_at, changed_at, version, provider_id, assessor_id,"
                        " use, assessor_role, state, assessors, named_assessors, lot_application_id, lot_council_id)"
                        " values (gen_random_uuid(), now(), now(), 1, :provider, :me, :use, 'council', 'draft', 'x',"
                        " '[]', :application, :me)"
                    ),
                    {
                        "provider": provider.id,
                        "me": world.council.id,
                        "use": use,
                        "application": application[-36:],
                    },
                )
    await engine.dispose()
