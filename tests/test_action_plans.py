"""Action plans: opened, reviewed, closed when each action is, reopened; of which source, and seen by whom."""

from asyncio import gather
from datetime import UTC, datetime

import pytest
from sqlalchemy.exc import DBAPIError

from app.db.embedded_database import Addresses
from app.settings import Settings
from tests.ledger import Ledger
from tests.overseen import rows_seen
from tests.quality import ACTION, ACTIONS, DONE, LATER, PLANS, actions_of, opened, overseen
from tests.test_qa_return_types import published
from tests.test_qa_returns import BY, SAID, put, requested
from tests.test_qa_visits import Plan, carried_out, plan, reported
from tests.world import World

__all__ = ["plan"]
NOWHERE = "3f0c8e0a-8d0e-4a65-9a57-0a1a3c1f2b77"
REVIEW = {"held_on": "2026-11-24", "led_by": "A. Officer", "note": "Nearly done.", "next_review_on": "2027-01-15"}
TABLES = ["action_plans", "actions", "action_steps", "action_plan_reviews"]


@pytest.fixture
async def path(world: World, database: Addresses, settings: Settings) -> str:
    await overseen(world, database, settings)
    return await opened(world)


async def test_a_plan_goes_from_opening_to_closure(world: World, path: str, ledger: Ledger) -> None:
    seen = (await world.provider.get(path)).json()
    assert (seen["state"], seen["review_on"], seen["source"]) == ("open", "2026-12-15", {"kind": "none", "id": None})
    assert (seen["kept_by_id"], seen["review_overdue"]) == (str(world.council.id), False)
    early = await world.council.act(path, "closure", {})
    first, second = await actions_of(world, path)
    assert (early.status_code, early.json()["rule"]) == (409, "actions_not_closed")
    assert early.json()["actions_not_closed"] == sorted(each.rsplit("/", 1)[1] for each in (first, second))
    await world.provider.act(first, "completion", DONE)
    assert len((await world.council.act(path, "closure", {})).json()["actions_not_closed"]) == 2
    await world.council.act(first, "closure")
    reviewed = await world.council.act(path, "reviews", REVIEW)
    assert (reviewed.status_code, reviewed.json()["note"]) == (200, "Nearly done.")
    assert (await world.provider.get(path)).json()["review_on"] == "2027-01-15"
    assert (await world.provider.get(f"{path}/reviews")).json()["items"] == [reviewed.json()]
    await world.council.act(second, "confirmation", {"how_known": "Seen on a visit."})
    closed = await world.council.act(path, "closure", {"note": "All in place."})
    assert (closed.json()["state"], closed.json()["closed_on"]) == ("closed", "2026-11-24")
    late = await world.council.act(path, "reviews", REVIEW)
    assert (late.status_code, late.json()["possible_verbs"]) == (409, ["reopen"])
    reopened = await world.council.act(path, "reopening", {"review_on": "2027-02-01"})
    assert (reopened.json()["state"], reopened.json()["closing_note"]) == ("open", None)
    for event in ("opened", "reviewed", "closed", "reopened"):
        assert await ledger.told(f"action-plan.{event}", path) == {world.council.id, world.provider.id}


async def test_nobody_else_sees_a_plan_its_actions_or_its_reviews(world: World, path: str, settings: Settings) -> None:
    await world.council.act(path, "reviews", REVIEW)
    action = (await actions_of(world, path))[0]
    for stranger in (world.other_council, world.other_provider, world.school, world.other_school):
        for place in (path, f"{path}/reviews", action, f"{action}/steps"):
            assert (await stranger.get(place)).status_code == 404
        for place in (PLANS, ACTIONS):
            assert (await stranger.get(place)).json()["items"] == []
        assert (await stranger.act(path, "reviews", REVIEW)).status_code == 404
        assert (await stranger.act(action, "completion", DONE)).status_code == 404
    nothing = dict.fromkeys(TABLES, 0)
    everything = {"action_plans": 1, "actions": 2, "action_steps": 2, "action_plan_reviews": 1}
    council = world.council.id
    assert await rows_seen(settings, world, world.provider.id, None, TABLES) == everything
    assert await rows_seen(settings, world, council, None, TABLES) == everything
    for party, its_council in (
        (world.school, council),
        (world.other_council, None),
        (world.other_provider, council),
        (world.other_school, world.other_council.id),
    ):
        assert await rows_seen(settings, world, party.id, its_council, TABLES) == nothing, party.name


async def test_the_provider_keeps_nothing_of_a_councils_plan(world: World, path: str) -> None:
    for verb, body in (("closure", {}), ("reviews", REVIEW), ("reopening", {"review_on": "2027-01-15"})):
        refused = await world.provider.act(path, verb, body)
        expected = "wrong_state" if verb == "reopening" else "wrong_party"
        assert (refused.status_code, refused.json()["rule"]) == (409, expected), verb
    added = await world.provider.post(f"{path}/actions", ACTION)
    assert (added.status_code, added.json()["may_be_done_by"]) == (409, ["keeper"])
    assert len(await actions_of(world, path)) == 2


async def test_the_database_keeps_each_side_of_a_plan_to_its_own(world: World, path: str, ledger: Ledger) -> None:
    provider, council = world.provider.id, world.council.id
    await ledger.sql_as(provider, "update actions set owner = 'C. Lead', note = 'x', state = 'done', done_on = due_on")
    forbidden = (
        (provider, "update actions set due_on = '2027-01-01'", "this side does not change"),
        (provider, "update actions set state = 'closed'", "this side does not change"),
        (council, "update actions set note = 'y'", "this side does not change"),
        (council, "update actions set plan_id = plan_id", "permission denied"),
        (provider, "update action_steps set note = 'x'", "permission denied"),
        (council, "delete from actions", "permission denied"),
        (
            world.other_council.id,
            "insert into action_plans (id, created_at, changed_at, version, kept_by_id, provider_id, title, state)"
            f" values (gen_random_uuid(), now(), now(), 1, '{world.other_council.id}', '{world.other_provider.id}',"
            " 'x', 'open')",
            "row-level security",
        ),
    )
    for who, statement, words in forbidden:
        with pytest.raises(DBAPIError, match=words):
            await ledger.sql_as(who, f"{statement} returning 1" if "update" in statement else statement)
    await ledger.sql_as(provider, "update action_plans set state = 'closed' returning 1")
    assert (await world.council.get(path)).json()["state"] == "open"


async def test_a_plan_comes_of_a_visit_once_at_a_time_and_is_shown_with_it(
    world: World, plan: Plan, ledger: Ledger
) -> None:
    visit = await plan()
    source = {"kind": "qa_visit", "id": visit.rsplit("/", 1)[1]}
    body = {"provider_id": str(world.provider.id), "title": "After the visit", "source": source, "actions": [ACTION]}
    early = await world.council.post(PLANS, body)
    assert (early.status_code, early.json()["rule"]) == (409, "wrong_state")
    await reported(world, visit)
    first, second = await gather(world.council.post(PLANS, body), world.council.post(PLANS, body))
    assert sorted([first.status_code, second.status_code]) == [201, 409]
    made, refused = (first, second) if first.status_code == 201 else (second, first)
    assert refused.json()["rule"] == "plan_already_open"
    assert refused.json()["open_plan"] == made.json()["id"]
    path = made.headers["Location"]
    [action] = await actions_of(world, path)
    assert (await world.school.get(path)).status_code == 404
    await world.council.act(visit, "publication")
    assert (await world.school.get(path)).json()["source"] == source
    assert (await world.school.get(action)).status_code == 200
    assert (await world.school.get(f"{action}/steps")).json()["items"] == []
    assert (await world.other_school.get(path)).status_code == 404
    refused = await world.school.act(path, "closure", {})
    assert (refused.status_code, refused.json()["rule"]) == (409, "wrong_party")
    listed = await world.council.get(PLANS, source="qa_visit", source_id=source["id"], state="open")
    assert [each["id"] for each in listed.json()["items"]] == [made.json()["id"]]
    await world.provider.act(action, "completion", DONE)
    told = await ledger.told("action.completed", action)
    assert told == {world.council.id, world.provider.id, world.school.id}


async def test_what_qa_actions_sets_is_an_action_of_the_visits_plan(world: World, plan: Plan) -> None:
    visit = await plan()
    await carried_out(world, visit)
    first = await world.council.post(f"{visit}/actions", ACTION)
    second = await world.council.post(f"{visit}/actions", {key: LATER[key] for key in ACTION})
    shown = (await world.provider.get(f"{ACTIONS}/{first.json()['id']}")).json()
    assert (shown["text"], shown["kept_by_id"]) == (ACTION["text"], str(world.council.id))
    path = f"{PLANS}/{shown['plan_id']}"
    assert (await actions_of(world, path))[1].endswith(second.json()["id"])
    assert (await world.council.get(path)).json()["source"] == {"kind": "qa_visit", "id": visit.rsplit("/", 1)[1]}
    other = await opened(world)
    elsewhere = (await actions_of(world, other))[0].replace(ACTIONS, "/v1/qa-actions")
    assert (await world.council.get(elsewhere)).status_code == 404
    assert (await world.provider.act(elsewhere, "completion", {"note": "x"})).status_code == 404
    listed = (await world.council.get("/v1/qa-actions")).json()["items"]
    assert [each["id"] for each in listed] == [first.json()["id"], second.json()["id"]]


async def test_a_provider_plans_for_itself_and_closes_its_own_actions(world: World, path: str) -> None:
    body = {"provider_id": str(world.provider.id), "title": "Our own improvement", "actions": [ACTION]}
    made = await world.provider.post(PLANS, body)
    assert made.status_code == 201, made.text
    own = made.headers["Location"]
    assert made.json()["kept_by_id"] == made.json()["provider_id"]
    for other in (world.council, world.other_council, world.school):
        assert (await other.get(own)).status_code == 404
    items = (await world.provider.get(ACTIONS, plan_id=made.json()["id"])).json()["items"]
    action = f"{ACTIONS}/{items[0]['id']}"
    await world.provider.act(action, "completion", DONE)
    assert (await world.provider.act(action, "closure")).json()["state"] == "closed"
    assert (await world.provider.act(own, "closure", {})).json()["state"] == "closed"


async def test_a_plan_comes_of_an_assessment_that_is_complete(world: World, path: str, ledger: Ledger) -> None:
    about = {"provider_id": str(world.provider.id), "use": "self_evaluation", "assessors": "The head"}
    made = await world.provider.post("/v1/toolkit-assessments", about)
    source = {"kind": "toolkit_assessment", "id": made.json()["id"]}
    body = {"provider_id": str(world.provider.id), "title": "Improvement", "source": source, "actions": [ACTION]}
    early = await world.provider.post(PLANS, body)
    assert (early.status_code, early.json()["errors"][0]["code"]) == (422, "unknown_source")
    await ledger.sql("update toolkit_assessments set state = 'complete' where id = :id returning 1", id=source["id"])
    own = await world.provider.post(PLANS, body)
    assert (own.status_code, own.json()["source"]) == (201, source)
    again = await world.provider.post(PLANS, body)
    assert (again.status_code, again.json()["open_plan"]) == (409, own.json()["id"])
    councils = await world.council.post(PLANS, body)
    assert (councils.status_code, councils.json()["kept_by_id"]) == (201, str(world.council.id))
    assert (await world.other_provider.post(PLANS, body)).json()["rule"] == "provider_not_on_framework"


async def test_a_plan_comes_of_a_return_that_was_submitted(world: World, path: str, ledger: Ledger) -> None:
    returned = await requested(world, await published(world.council))
    source = {"kind": "qa_return", "id": returned.rsplit("/", 1)[1]}
    body = {"provider_id": str(world.provider.id), "title": "After the return", "source": source, "actions": [ACTION]}
    await put(world.provider, returned, "contents", SAID)
    for party in (world.council, world.provider):
        early = await party.post(PLANS, body)
        assert (early.status_code, early.json()["errors"][0]["code"]) == (422, "unknown_source")
    await world.provider.act(returned, "submission", BY)
    first, second = await gather(world.council.post(PLANS, body), world.council.post(PLANS, body))
    made, refused = sorted((first, second), key=lambda each: each.status_code)
    assert (made.status_code, made.json()["source"]) == (201, source)
    assert (refused.status_code, refused.json()["open_plan"]) == (409, made.json()["id"])
    own = await world.provider.post(PLANS, body)
    assert (own.status_code, own.json()["kept_by_id"]) == (201, str(world.provider.id))
    unseen = await world.other_council.post(PLANS, body)
    assert (unseen.status_code, unseen.json()["errors"][0]["code"]) == (422, "unknown_source")
    listed = (await world.council.get(PLANS, source="qa_return", source_id=source["id"])).json()["items"]
    assert [each["id"] for each in listed] == [made.json()["id"]]
    await world.council.act(returned, "return", {"reason": "Say more"})
    await world.council.act(
        (await actions_of(world, made.headers["Location"]))[0], "confirmation", {"how_known": "Seen"}
    )
    assert (await world.council.act(made.headers["Location"], "closure", {})).status_code == 200
    assert (await world.council.post(PLANS, body)).status_code == 201


async def test_the_database_lets_a_plan_come_of_no_others_return(world: World, path: str, ledger: Ledger) -> None:
    returned = (await requested(world, await published(world.council))).rsplit("/", 1)[1]
    plan_of = (
        "insert into action_plans (id, created_at, changed_at, version, kept_by_id, provider_id, title, state,"
        " qa_return_id) values (gen_random_uuid(), now(), now(), 1, '{0}', '{1}', 'x', 'open', '{2}')"
    )
    provider, other = world.provider.id, world.other_council.id
    with pytest.raises(DBAPIError, match="row-level security"):
        await ledger.sql_as(other, plan_of.format(other, provider, returned))
    with pytest.raises(DBAPIError, match="fk_action_plans_qa_return_id_provider_id"):
        await ledger.sql_as(world.council.id, plan_of.format(world.council.id, world.council.id, returned))


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        pytest.param({"provider_id": NOWHERE}, "/provider_id", id="a provider that is not there"),
        pytest.param({"title": " "}, "/title", id="a blank title"),
        pytest.param({"actions": [ACTION | {"due_on": "2026-11-23"}]}, "/actions/0/due_on", id="a day that is over"),
        pytest.param({"actions": [ACTION | {"grade": 1}]}, "/actions/0/grade", id="a grade"),
        pytest.param({"source": {"kind": "qa_visit"}}, "/source/id", id="a kind without its id"),
        pytest.param({"source": {"kind": "none", "id": NOWHERE}}, "/source/id", id="an id without a kind"),
        pytest.param({"source": {"kind": "qa_visit", "id": NOWHERE}}, "/source/id", id="an unknown visit"),
        pytest.param({"source": {"kind": "toolkit_assessment", "id": NOWHERE}}, "/source/id", id="an assessment"),
        pytest.param({"source": {"kind": "qa_return", "id": NOWHERE}}, "/source/id", id="an unknown return"),
        pytest.param({"source": {"kind": "concern", "id": NOWHERE}}, "/source/id", id="a concern, which acts itself"),
    ],
)
async def test_a_faulty_plan_is_named_and_nothing_is_opened(
    world: World, change: dict[str, object], pointer: str
) -> None:
    entry = {"name": "Hollow Farm", "category": "charity"}
    registered = (await world.council.post("/v1/providers", entry)).json()["id"]
    body = {"provider_id": registered, "title": "A plan", "actions": [ACTION]}
    answer = await world.council.post(PLANS, body | change)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer), answer.text
    assert (await world.council.get(PLANS)).json()["items"] == []


async def test_a_council_plans_with_whom_it_oversees(world: World) -> None:
    body = {"provider_id": str(world.provider.id), "title": "A plan"}
    refused = await world.council.post(PLANS, body)
    assert (refused.status_code, refused.json()["rule"]) == (409, "provider_not_on_framework")
    assert (await world.school.post(PLANS, body)).json()["rule"] == "provider_not_on_framework"


async def test_a_review_has_days_that_can_be(world: World, path: str) -> None:
    odd = REVIEW | {"held_on": "2026-11-25", "next_review_on": "2026-11-23"}
    answer = await world.council.act(path, "reviews", odd)
    assert {each["pointer"] for each in answer.json()["errors"]} == {"/held_on", "/next_review_on"}
    assert (await world.council.get(f"{path}/reviews")).json()["items"] == []


async def test_plans_are_found_by_what_they_are_and_when_their_review_is_overdue(
    world: World, path: str, ledger: Ledger
) -> None:
    async def found(**filters: str) -> int:
        return len((await world.council.get(PLANS, **filters)).json()["items"])

    assert await found(provider_id=str(world.provider.id), kept_by_id=str(world.council.id)) == 1
    assert await found(state="closed") == await found(overdue="true") == await found(source="concern") == 0
    assert await found(source="none") == 1
    assert await found(changed_since="2026-12-15T12:00:00Z") == 0
    await ledger.stand_at(datetime(2026, 12, 16, 8, tzinfo=UTC))
    assert await found(overdue="true") == await found(changed_since="2026-12-15T12:00:00Z") == 1
    assert (await world.council.get(path)).json()["review_overdue"] is True
