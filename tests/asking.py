"""What tests of agreements share: asking the parties, and each one's own answer."""

from typing import Any

from httpx import Response

from tests.world import Party, World

AGREED = {"answer": "agreed", "given_by": "A. Head, headteacher"}
REFUSED = {"answer": "refused", "given_by": "B. Officer", "note": "Speak to us first"}
CHRISTMAS, FEBRUARY, EASTER = "2026-12-18", "2027-02-12", "2027-03-25"


def at_once(placement: str, day: str = "2026-11-26", **changes: Any) -> dict[str, Any]:
    """A request to end a placement at once."""
    body = {
        "placement_id": placement,
        "effective_on": day,
        "reason": "serious_harm",
        "circumstances": "Set fire to the workshop",
        "given_by": "C. Lead, head of centre",
    }
    return body | changes


def longer(placement: str, day: str = EASTER, **changes: Any) -> dict[str, Any]:
    """A request for a later planned end."""
    body = {"placement_id": placement, "new_end_on": day, "reason": "Two units are left", "given_by": "C. Lead"}
    return body | changes


async def asked(party: Party, body: dict[str, Any]) -> str:
    """The path of a request of a party's, to end a placement at once or to extend it."""
    made = await ask(party, body)
    assert made.status_code == 201, made.text
    return made.headers["Location"]


async def ask(party: Party, body: dict[str, Any]) -> Response:
    kind = "immediate-terminations" if "effective_on" in body else "extensions"
    return await party.post(f"/v1/{kind}", body)


async def answer(party: Party, path: str, body: object = AGREED) -> Response:
    return await party.post(f"{path}/agreements", body)


async def read(party: Party, path: str) -> dict[str, Any]:
    found = await party.get(path)
    assert found.status_code == 200, found.text
    return dict(found.json())


async def days_of(world: World, placement: str) -> tuple[str, str]:
    """The planned end and the last day that stands."""
    shown = await read(world.school, f"/v1/placements/{placement}")
    return shown["planned_end_on"], shown["ends_on"]


async def school_places_its_own(world: World, **changes: Any) -> str:
    """The id of a placement that the host school itself commissioned."""
    child = {"given_name": "Ada", "family_name": "Example", "date_of_birth": "2012-03-04"}
    pupil = (await world.school.post("/v1/pupils", child)).json()["id"]
    body = await world.proposal(pupil_id=pupil, **changes)
    proposed = await world.school.post("/v1/placements", body)
    assert proposed.status_code == 201, proposed.text
    await world.provider.act(proposed.headers["Location"], "acceptance")
    return str(proposed.json()["id"])
