"""What an assessment plans goes to an action plan when it is complete, of whoever may keep one."""

import pytest

from app.db.embedded_database import Addresses
from app.settings import Settings
from tests.ledger import Ledger
from tests.overseen import award
from tests.test_lot_applications import applied
from tests.toolkit_assessing import SAID, address_all, begin, say
from tests.world import Party, World

PLANS = "/v1/action-plans"
FIRST = {"text": "Name a key worker", "owner": "Head of centre", "due_on": "2026-12-11"}
LATER = {"text": "Read with every pupil", "owner": "A. Teacher", "due_on": "2027-01-15"}


async def completed_with_actions(assessor: Party, subject: Party, use: str, **more: object) -> str:
    path = await begin(assessor, subject, use, **more)
    await address_all(assessor, path)
    await say(assessor, path, "needs-literacy", **SAID, planned_actions=[LATER])
    await say(assessor, path, "pupil-induction", **SAID, planned_actions=[FIRST])
    done = await assessor.act(path, "completion")
    assert done.status_code == 200, done.text
    return path


@pytest.mark.parametrize(
    ("assessor", "use"),
    [
        pytest.param("provider", "self_evaluation", id="its own"),
        pytest.param("council", "council_quality_assurance", id="of its council"),
    ],
)
async def test_actions_with_an_owner_and_a_day_become_actions_of_a_plan(
    world: World, database: Addresses, settings: Settings, ledger: Ledger, assessor: str, use: str
) -> None:
    await award(database, settings, world.council.id, world.provider.id)
    keeper: Party = getattr(world, assessor)
    path = await completed_with_actions(keeper, world.provider, use)
    [plan] = (await world.provider.get(PLANS)).json()["items"]
    assert (plan["source"], plan["provider_id"]) == (
        {"kind": "toolkit_assessment", "id": path[-36:]},
        str(world.provider.id),
    )
    actions = (await world.provider.get("/v1/actions", plan_id=plan["id"])).json()["items"]
    assert {(each["about"], each["text"], each["owner"], each["due_on"]) for each in actions} == {
        ("pupil-induction", *FIRST.values()),
        ("needs-literacy", *LATER.values()),
    }
    told = await ledger.told("action-plan.opened", f"{PLANS}/{plan['id']}")
    assert told == {keeper.id, world.provider.id}
    if keeper is world.provider:
        assert (await world.council.get(PLANS)).json()["items"] == []


async def test_nobody_plans_for_another_that_it_does_not_oversee(world: World) -> None:
    application = await applied(world)
    link = {"lot_application_id": application[-36:]}
    await completed_with_actions(world.council, world.provider, "readiness_of_prospective_provider", **link)
    for each in (world.council, world.provider):
        assert (await each.get(PLANS)).json()["items"] == []


async def test_an_assessment_that_plans_nothing_opens_no_plan(world: World) -> None:
    path = await begin(world.provider, world.provider, "self_evaluation")
    await address_all(world.provider, path)
    assert (await world.provider.act(path, "completion")).status_code == 200
    assert (await world.provider.get(PLANS)).json()["items"] == []
