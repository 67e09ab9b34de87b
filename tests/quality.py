"""What tests of quality assurance share: a plan that the council keeps with the provider."""

from typing import Any

from app.db.embedded_database import Addresses
from app.settings import Settings
from tests.overseen import award
from tests.world import World

PLANS, ACTIONS = "/v1/action-plans", "/v1/actions"
ACTION = {"text": "Renew the policy.", "owner": "The head", "due_on": "2026-12-01"}
LATER = {"text": "Train all staff.", "owner": "The head", "due_on": "2026-12-15", "about": "single-central-record"}
DONE = {"note": "Renewed.", "evidence": ["The policy of 1 December"]}


async def overseen(world: World, database: Addresses, settings: Settings) -> None:
    """Both councils have awarded the provider a lot."""
    await award(database, settings, world.council.id, world.provider.id)
    await award(database, settings, world.other_council.id, world.provider.id)


async def opened(world: World, **changes: Any) -> str:
    """The path of a plan of the council with the provider, with two actions unless others are given."""
    body = {"provider_id": str(world.provider.id), "title": "After the visit", "actions": [ACTION, LATER]}
    made = await world.council.post(PLANS, body | changes)
    assert made.status_code == 201, made.text
    return str(made.headers["Location"])


async def actions_of(world: World, plan: str) -> list[str]:
    """The paths of a plan's actions, by the day they are due."""
    items = (await world.council.get(ACTIONS, plan_id=plan.rsplit("/", 1)[1])).json()["items"]
    return [f"{ACTIONS}/{each['id']}" for each in items]
