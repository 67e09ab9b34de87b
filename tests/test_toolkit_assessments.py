"""Toolkit assessments: all thirteen areas, who may begin and read one, and not one number."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.db.embedded_database import Addresses
from app.db.engine import make_engine, make_sessions
from app.rules.toolkit_areas import AREAS, MAY_NOT_APPLY
from app.settings import Settings
from tests.ledger import Ledger
from tests.overseen import award, become, rows_seen
from tests.test_qa_visits import NOWHERE, put
from tests.toolkit_assessing import (
    AREA_SLUGS,
    SAID,
    SUB_AREA_SLUGS,
    about,
    address_all,
    begin,
    completed,
    numbers_in,
    say,
)
from tests.world import World

TABLES = ["toolkit_assessments", "toolkit_entries"]


@pytest.fixture
async def overseen(world: World, database: Addresses, settings: Settings) -> World:
    """A world whose provider stands on the framework of `council`, not on that of `other_council`."""
    await award(database, settings, world.council.id, world.provider.id)
    return world


async def test_an_assessment_is_complete_when_all_areas_are_addressed_and_then_stays(overseen: World) -> None:
    provider = overseen.provider
    path = await begin(provider, provider, "self_evaluation")
    early = await provider.act(path, "completion")
    assert (early.status_code, early.json()["rule"]) == (409, "areas_still_to_address")
    assert early.json()["still_to_address"] == AREA_SLUGS
    assert early.json()["sub_areas_still_to_address"] == SUB_AREA_SLUGS
    await address_all(provider, path)
    complete = await provider.act(path, "completion")
    assert complete.json()["state"] == "complete"
    assert complete.json()["completed_at"] == "2026-11-24T08:00:00Z"
    late = await put(provider, path, f"areas/{AREA_SLUGS[0]}", {"strengths": ["Second thoughts."]})
    assert (late.status_code, late.json()["rule"]) == (409, "wrong_state")
    assert (await provider.act(path, "completion")).status_code == 409
    assert (await provider.get(path)).json() == complete.json()


async def test_every_read_shows_thirteen_areas_and_no_number(overseen: World) -> None:
    path = await begin(overseen.provider, overseen.provider, "self_evaluation")
    shown = (await put(overseen.provider, path, "areas/pupil-induction", SAID)).json()
    assert [area["area"] for area in shown["areas"]] == AREA_SLUGS
    assert [area["area"] for area in shown["areas"] if area["addressed"]] == ["pupil-induction"]
    assert shown["still_to_address"] == [slug for slug in AREA_SLUGS if slug != "pupil-induction"]
    assert numbers_in(shown) == []
    listed = (await overseen.provider.get("/v1/toolkit-assessments")).json()
    assert numbers_in(listed) == []
    assert "areas" not in listed["items"][0]


async def test_an_area_is_addressed_by_all_its_sub_areas_and_by_nothing_less(overseen: World) -> None:
    path = await begin(overseen.provider, overseen.provider, "self_evaluation")
    needs = AREAS[6]
    whole = await say(overseen.provider, path, needs.slug, **SAID)
    assert needs.slug in whole.json()["still_to_address"]
    for sub_area in needs.sub_areas:
        before = (await overseen.provider.get(path)).json()
        assert needs.slug in before["still_to_address"]
        assert sub_area.slug in before["sub_areas_still_to_address"]
        said = await say(overseen.provider, path, sub_area.slug, **SAID)
    assert needs.slug not in said.json()["still_to_address"]
    assert not {each.slug for each in needs.sub_areas}.intersection(said.json()["sub_areas_still_to_address"])
    assert [each["addressed"] for each in said.json()["areas"][6]["sub_areas"]] == [True, True, True]


async def test_a_missing_sub_area_is_named(overseen: World) -> None:
    provider = overseen.provider
    path = await begin(provider, provider, "self_evaluation")
    await address_all(provider, path)
    await put(provider, path, "areas/needs-literacy", {"evidence": ["A plan."]})
    refused = (await provider.act(path, "completion")).json()
    assert refused["still_to_address"] == ["supporting-pupils-needs"]
    assert refused["sub_areas_still_to_address"] == ["needs-literacy"]


async def test_evidence_has_its_source_and_an_action_its_owner_and_day(overseen: World) -> None:
    provider = overseen.provider
    path = await begin(provider, provider, "self_evaluation")
    source = {"kind": "pupil_voice", "title": "Talks at lunch", "seen_on": "2026-11-24"}
    action = {"text": "Name a key worker", "owner": "Head of centre", "due_on": "2026-11-24"}
    said = await say(provider, path, "pupil-induction", **SAID, sources=[source], planned_actions=[action])
    area = said.json()["areas"][4]
    assert area["sources"] == [source | {"found_at": None, "note": None}]
    assert area["planned_actions"] == [action]
    assert (await provider.get(path)).json() == said.json()


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        pytest.param(
            {"sources": [{"kind": "records", "title": "Register", "seen_on": "2026-11-25"}]},
            "evidence_in_future",
            id="evidence seen tomorrow",
        ),
        pytest.param(
            {"planned_actions": [{"text": "Act", "owner": "Head", "due_on": "2026-11-23"}]},
            "action_due_in_past",
            id="an action due yesterday",
        ),
    ],
)
async def test_days_that_cannot_be_are_refused(overseen: World, said: dict[str, object], rule: str) -> None:
    path = await begin(overseen.provider, overseen.provider, "self_evaluation")
    answer = await say(overseen.provider, path, "pupil-induction", **said)
    assert (answer.status_code, answer.json()["rule"]) == (409, rule)


async def test_an_action_that_is_past_its_day_gets_a_new_one_before_completion(overseen: World) -> None:
    provider = overseen.provider
    path = await begin(provider, provider, "self_evaluation")
    await address_all(provider, path)
    action = {"text": "Name a key worker", "owner": "Head of centre", "due_on": "2026-11-24"}
    await say(provider, path, "pupil-induction", **SAID, planned_actions=[action])
    await provider.post("/v1/sandbox/clock/advance", {"seconds": 24 * 3600})
    late = await provider.act(path, "completion")
    assert (late.status_code, late.json()["rule"]) == (409, "action_due_in_past")
    assert (await provider.get(path)).json()["state"] == "draft"
    await say(provider, path, "pupil-induction", **SAID, planned_actions=[action | {"due_on": "2026-12-11"}])
    assert (await provider.act(path, "completion")).status_code == 200


async def test_assessors_are_named_and_may_be_named_anew_until_it_is_complete(overseen: World) -> None:
    council = overseen.council
    named = [{"name": "A. Officer", "role": "Quality officer"}]
    path = await begin(council, overseen.provider, "council_quality_assurance", named_assessors=named)
    begun = (await council.get(path)).json()
    assert (begun["named_assessors"], begun["assessor_role"]) == (named, "council")
    both = [*named, {"name": "B. Head", "role": "Head of a PRU"}]
    changed = (await council.change("PATCH", path, {"named_assessors": both})).json()
    assert (changed["named_assessors"], changed["assessors"]) == (both, begun["assessors"])
    await address_all(council, path)
    await council.act(path, "completion")
    late = await council.change("PATCH", path, {"assessors": "Others"})
    assert (late.status_code, late.json()["rule"]) == (409, "wrong_state")


async def test_only_post_16_destinations_may_not_apply_and_then_with_a_reason(overseen: World) -> None:
    path = await begin(overseen.provider, overseen.provider, "self_evaluation")
    none = {"not_applicable_because": "No pupils in year 11."}
    refused = await put(overseen.provider, path, "areas/qualifications", none)
    assert (refused.status_code, refused.json()["rule"]) == (409, "area_always_applies")
    both = await put(overseen.provider, path, f"areas/{MAY_NOT_APPLY}", SAID | none)
    assert (both.status_code, both.json()["rule"]) == (409, "not_applicable_yet_assessed")
    blank = await put(overseen.provider, path, f"areas/{MAY_NOT_APPLY}", {"not_applicable_because": " "})
    assert blank.status_code == 422
    said = await put(overseen.provider, path, f"areas/{MAY_NOT_APPLY}", none)
    assert said.json()["areas"][12]["addressed"] is True


async def test_a_slug_that_is_no_area_is_told_where_the_areas_are_listed(overseen: World) -> None:
    path = await begin(overseen.provider, overseen.provider, "self_evaluation")
    [error] = (await put(overseen.provider, path, "areas/1", SAID)).json()["errors"]
    assert (error["pointer"], error["code"]) == ("area", "unknown_area")
    assert "/v1/reference-data/toolkit-areas" in error["detail"]


@pytest.mark.parametrize(
    ("area", "body", "status"),
    [
        pytest.param("happiness", SAID, 422, id="an area that the toolkit lacks"),
        pytest.param("Not-A-Slug", SAID, 422, id="what is no slug"),
        pytest.param("qualifications", SAID | {"score": 3}, 422, id="a score"),
        pytest.param("qualifications", {"strengths": "one"}, 422, id="a text where a list belongs"),
        pytest.param("qualifications", {"strengths": [3]}, 422, id="a number where words belong"),
        pytest.param(
            "qualifications", {"planned_actions": [{"text": "Act"}]}, 422, id="an action without owner and day"
        ),
        pytest.param("qualifications", {"sources": [{"kind": "rumour", "title": "x"}]}, 422, id="a kind of its own"),
    ],
)
async def test_a_faulty_statement_changes_nothing(overseen: World, area: str, body: object, status: int) -> None:
    path = await begin(overseen.provider, overseen.provider, "self_evaluation")
    before = (await overseen.provider.get(path)).json()
    assert (await put(overseen.provider, path, f"areas/{area}", body)).status_code == status
    assert (await overseen.provider.get(path)).json() == before


async def test_a_draft_is_its_assessors_alone_and_a_complete_one_is_shared(overseen: World, settings: Settings) -> None:
    council, provider = overseen.council, overseen.provider
    path = await begin(council, provider, "council_quality_assurance")
    await put(council, path, "areas/qualifications", SAID)
    assert (await provider.get(path)).status_code == 404
    assert await rows_seen(settings, overseen, provider.id, None, TABLES) == dict.fromkeys(TABLES, 0)
    await address_all(council, path)
    await council.act(path, "completion")
    assert (await provider.get(path)).json() == (await council.get(path)).json()
    assert (await put(provider, path, "areas/qualifications", SAID)).status_code == 404
    missing = await overseen.other_council.get(f"/v1/toolkit-assessments/{NOWHERE}")
    for stranger in (overseen.other_council, overseen.school, overseen.other_provider):
        answer = await stranger.get(path)
        assert answer.status_code == 404
        assert answer.json()["detail"] == missing.json()["detail"]
        its_council = council.id if stranger is overseen.school else None
        seen = await rows_seen(settings, overseen, stranger.id, its_council, TABLES)
        assert seen == dict.fromkeys(TABLES, 0)


async def test_the_database_keeps_a_complete_assessment_as_it_was(overseen: World, settings: Settings) -> None:
    path = await completed(overseen.provider, overseen.provider, "self_evaluation")
    assert (await overseen.council.get(path)).status_code == 200
    engine = make_engine(settings.database_url or "", settings)
    for statement in (
        "update toolkit_assessments set assessors = 'Others'",
        "update toolkit_assessments set use = 'peer_review'",
        "update toolkit_entries set strengths = '{}'",
        "delete from toolkit_entries",
    ):
        async with make_sessions(engine)() as session:
            await become(session, overseen, overseen.provider.id, None)
            with pytest.raises(DBAPIError, match=r"stays as it was|permission denied"):
                await session.execute(text(statement))
    await engine.dispose()


@pytest.mark.parametrize(
    ("assessor", "subject", "use", "rule"),
    [
        pytest.param("provider", "provider", "self_evaluation", "", id="a provider evaluates itself"),
        pytest.param("council", "provider", "self_evaluation", "use_not_for_assessor", id="nobody evaluates for it"),
        pytest.param("council", "provider", "suitability_at_commissioning", "", id="a council, whom it oversees"),
        pytest.param(
            "other_council", "provider", "council_quality_assurance", "provider_not_on_framework", id="not another"
        ),
        pytest.param("provider", "provider", "peer_review", "use_not_for_assessor", id="nobody is its own peer"),
        pytest.param("other_provider", "provider", "peer_review", "peer_review_not_agreed", id="a peer, with consent"),
        pytest.param("school", "school", "in_school_provision", "", id="a school, its own provision"),
        pytest.param("school", "provider", "in_school_provision", "use_not_for_assessor", id="not another's provision"),
        pytest.param("school", "provider", "suitability_at_commissioning", "", id="a school that would commission"),
    ],
)
async def test_who_may_begin_an_assessment(overseen: World, assessor: str, subject: str, use: str, rule: str) -> None:
    await overseen.provider.change("PATCH", f"/v1/providers/{overseen.provider.id}", {"published": True})
    begun = await getattr(overseen, assessor).post("/v1/toolkit-assessments", about(getattr(overseen, subject), use))
    assert begun.status_code == (409 if rule else 201), begun.text
    assert begun.json().get("rule", "") == rule


async def test_only_a_provider_that_one_can_find_is_assessed(overseen: World) -> None:
    unknown = about(overseen.provider, "peer_review") | {"provider_id": NOWHERE}
    for subject in (unknown, about(overseen.council, "self_evaluation")):
        answer = await overseen.council.post("/v1/toolkit-assessments", subject)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/provider_id")


async def test_those_who_read_an_assessment_are_told_when_it_is_complete(overseen: World, ledger: Ledger) -> None:
    path = await completed(overseen.provider, overseen.provider, "self_evaluation")
    audience = await ledger.told("toolkit-assessment.completed", path)
    assert audience == {overseen.provider.id, overseen.council.id}


async def test_the_toolkit_is_reference_data(world: World) -> None:
    shown = (await world.school.get("/v1/reference-data/toolkit-areas")).json()
    assert [category["slug"] for category in shown["categories"]] == ["community", "curriculum", "currency"]
    areas = [area for category in shown["categories"] for area in category["areas"]]
    assert [area["slug"] for area in areas] == AREA_SLUGS
    assert all(len(area["prompts"]) == 2 for area in areas)
    assert [area["slug"] for area in areas if area["may_not_apply"]] == [MAY_NOT_APPLY]
    assert [each["reference"] for each in areas[6]["sub_areas"]] == ["7a", "7b", "7c"]
    assert all(len(each["prompts"]) == 2 for area in areas for each in area["sub_areas"])
