"""What the tests of early departures and of absences without agreement share."""

from typing import Any

from httpx import Response

from tests.world import Party, World

DEPARTURES = "/v1/early-departures"
ABSENCES = "/v1/unagreed-absences"
TODAY = "2026-11-24"
MOTHER, NEIGHBOUR = "Marigold Example", "Winifred Nextdoor"
AGREED = {"answer": "agreed", "given_by": "A. Head, headteacher"}
REFUSED = {"answer": "refused", "given_by": "A. Head, headteacher", "note": "Keep her until three"}


def asking(placement: str, **changes: Any) -> dict[str, Any]:
    """A request to send the pupil home today at 11:40."""
    body = {
        "placement_id": placement,
        "on_date": TODAY,
        "leaving_time": "11:40",
        "reason": "Not safe in the workshop today",
        "way_home": "collected",
        "collected_by": NEIGHBOUR,
    }
    return {name: value for name, value in (body | changes).items() if value is not None}


def consent(answer: str = "given", at: str = "2026-11-24T07:55:00Z", **changes: Any) -> dict[str, Any]:
    body = {
        "answer": answer,
        "relationship": "parent",
        "given_by": MOTHER,
        "how": "phone",
        "given_at": at,
        "taken_by": "S. Turner",
    }
    return body | changes


def left(at: str = "2026-11-24T11:42:00Z", **changes: Any) -> dict[str, Any]:
    return {"left_at": at, "handed_to": NEIGHBOUR} | changes


def report(placement: str, **changes: Any) -> dict[str, Any]:
    """The least that a report holds: the pupil was sent home today."""
    return {"placement_id": placement, "kind": "sent_home", "starts_on": TODAY} | changes


async def asked(world: World, placement: str, **changes: Any) -> str:
    """The path of a request of the provider's."""
    made = await world.provider.post(DEPARTURES, asking(placement, **changes))
    assert made.status_code == 201, made.text
    return made.headers["Location"]


async def answer(party: Party, path: str, body: object = AGREED) -> Response:
    return await party.post(f"{path}/agreements", body)


async def consented(world: World, path: str, **changes: Any) -> Response:
    return await world.provider.post(f"{path}/parental-consents", consent(**changes))


async def agreed(world: World, placement: str, **changes: Any) -> str:
    """The path of an early departure that the school and a parent have agreed to."""
    path = await asked(world, placement, **changes)
    assert (await answer(world.school, path)).json()["state"] == "requested"
    assert (await consented(world, path)).json()["state"] == "agreed"
    return path


async def reported(party: Party, placement: str, **changes: Any) -> str:
    """The path of a report."""
    made = await party.post(ABSENCES, report(placement, **changes))
    assert made.status_code == 201, made.text
    return made.headers["Location"]
