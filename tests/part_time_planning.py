"""What the tests of part-time plans share: a proposal, and the ways to bring it further."""

from typing import Any

from httpx import Response

from tests.world import Party, World

PLANS = "/v1/part-time-plans"
AGREED = {"answer": "agreed", "given_by": "B. Officer"}
REFUSED = {"answer": "refused", "given_by": "B. Officer", "note": "Not without the parents"}
FRIDAY_PM = {"weekday": "friday", "session": "pm"}
MONDAY_AM = {"weekday": "monday", "session": "am"}


def plan(placement: str | None, **changes: Any) -> dict[str, Any]:
    """Six weeks from Monday 30 November 2026 without Monday mornings and Friday afternoons."""
    body = {
        "placement_id": placement,
        "reason": "return_after_absence",
        "explanation": "Back after four months in hospital",
        "starts_on": "2026-11-30",
        "weeks": 6,
        "sessions_not_attended": [MONDAY_AM, FRIDAY_PM],
        "targets": [{"target": "Stay all day", "measured_by": "The register", "by": "2027-01-08"}],
        "review_dates": ["2026-12-11", "2027-01-08"],
        "risk_assessment": {"done_on": "2026-11-20", "done_by": "C. Lead"},
        "parents_agreement": {"given_by": "Mother", "how": "phone", "given_on": "2026-11-20"},
        "proposed_by": "A. Head, headteacher",
    } | changes
    return {name: value for name, value in body.items() if value is not None}


async def proposed(party: Party, placement: str, **changes: Any) -> str:
    """The path of a plan that the party proposed."""
    made = await party.post(PLANS, plan(placement, **changes))
    assert made.status_code == 201, made.text
    return made.headers["Location"]


async def answer(party: Party, path: str, body: object = AGREED) -> Response:
    return await party.post(f"{path}/agreements", body)


async def agreed(world: World, placement: str, **changes: Any) -> str:
    """The path of a plan of the school's to which the council has agreed."""
    path = await proposed(world.school, placement, **changes)
    settled = await answer(world.council, path)
    assert (settled.status_code, settled.json()["state"]) == (200, "agreed"), settled.text
    return path
