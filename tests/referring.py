"""Referrals made over HTTP by the parties of a world."""

from typing import Any

from tests.world import TIMETABLE, Party, World

BY_FRIDAY = "2026-11-27T17:00:00Z"


async def pupil_of(party: Party) -> str:
    """The id of a child that the party registered."""
    child = {"given_name": "Robin", "family_name": "Example", "date_of_birth": "2012-03-04", "upn": "A000000000001"}
    made = await party.post("/v1/pupils", child | {"upn": None})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def wanted(world: World, **changes: Any) -> dict[str, Any]:
    """A body with which the school asks its council to commission."""
    body: dict[str, Any] = {
        "pupil_id": changes.get("pupil_id") or await pupil_of(world.school),
        "host_school_id": str(world.school.id),
        "commissioner_id": str(world.council.id),
        "tier": "time_limited",
        "primary_reason": "at_risk_of_exclusion",
        "key_stage": "ks4",
        "objectives": ["Attend every morning"],
        "intended_next_step": "Back to school",
        "needs": "Small groups; anxious in corridors",
        "pattern": "full_time",
        "wanted_start_on": "2026-11-30",
        "wanted_end_on": "2027-02-12",
        "preferred_days": ["monday", "tuesday"],
        "urgency": "soon",
        "transport_needed": True,
    }
    return body | changes


async def requested(world: World, **changes: Any) -> str:
    """The path of a referral with which the school waits for its council."""
    made = await world.school.post("/v1/referrals", await wanted(world, **changes))
    assert made.status_code == 201, made.text
    return made.headers["Location"]


async def taken_up(world: World, **changes: Any) -> str:
    path = await requested(world, **changes)
    assert (await world.council.act(path, "take-up")).status_code == 200
    return path


async def terms(world: World, provider: Party, **changes: Any) -> dict[str, Any]:
    """What a provider is offered: mornings and afternoons of every weekday, bought on the spot."""
    body: dict[str, Any] = {
        "provider_id": str(provider.id),
        "spot_purchase": True,
        "calendar_id": changes.get("calendar_id") or await world.calendar(),
        "pattern": "full_time",
        "starts_on": "2026-11-30",
        "planned_end_on": "2027-02-12",
        "timetable": TIMETABLE,
        "answer_by": BY_FRIDAY,
    }
    return body | changes


async def offered(world: World, path: str, provider: Party | None = None, **changes: Any) -> str:
    """The path of an offer of the referral that the council made."""
    made = await world.council.act(path, "offers", await terms(world, provider or world.provider, **changes))
    assert made.status_code == 201, made.text
    return made.headers["Location"]


async def offered_twice(world: World) -> tuple[str, str, str]:
    """The paths of a referral, of its offer to the provider and of that to the other provider."""
    path, calendar = await taken_up(world), await world.calendar()
    first = await offered(world, path, world.provider, calendar_id=calendar)
    return path, first, await offered(world, path, world.other_provider, calendar_id=calendar)


async def state(party: Party, path: str) -> str:
    return str((await party.get(path)).json()["state"])
