"""An alert's timeline: chronological, and where the clock stands still in the order in which things were told."""

from fastapi import FastAPI

from app.outbox.jobs import Tools
from app.settings import Settings
from tests.alerting import FOUND, PATH, carry, notification, raised, read
from tests.world import World

NOW = "2026-11-24T08:00:00Z"


async def test_of_the_same_instant_what_was_told_first_comes_first(
    world: World, app: FastAPI, settings: Settings
) -> None:
    alert = await raised(world)
    path, mine = f"{PATH}/{alert['id']}", notification(alert, "host_school")["id"]
    call = {"called_by": "S. Turner", "called_at": NOW, "log_number": "GMP-1"}
    await world.provider.post(f"{path}/calls", call)
    await world.school.post(f"{path}/notifications/{mine}/acknowledgements", {"by": "R. Patel"})
    await carry(Tools(app.state.worker_sessions, settings), alert, "commissioner")
    await world.council.act(path, "resolution", FOUND)
    await world.school.act(path, "closure", {"note": "Home"})
    school, council, provider = (str(party.id) for party in (world.school, world.council, world.provider))
    assert [
        (each["what"], each["organisation_id"], each["role"], each["by"], each["told"])
        for each in (await read(world, alert))["timeline"]
    ] == [
        ("last_seen", provider, "provider", None, []),
        ("raised", provider, "provider", None, []),
        ("called", provider, "provider", "S. Turner", ["police"]),
        ("notification_delivered", provider, "provider", "S. Turner", ["police"]),
        ("notification_acknowledged", school, "host_school", "R. Patel", ["host_school"]),
        ("notification_delivered", None, None, None, ["commissioner"]),
        ("found", council, "commissioner", "Her aunt", []),
        ("closed", school, "host_school", None, []),
    ]


async def test_what_is_stated_to_have_been_before_comes_before(world: World) -> None:
    alert = await raised(world, last_seen_at="2026-11-24T07:40:00Z")
    call = {"called_by": "S. Turner", "called_at": "2026-11-24T07:50:00Z"}
    told = (await world.provider.post(f"{PATH}/{alert['id']}/calls", call)).json()
    assert [each["what"] for each in told["timeline"]] == ["last_seen", "called", "raised"]
