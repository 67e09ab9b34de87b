"""Placements that have ended, and what their parties say of them, over HTTP."""

from datetime import UTC, datetime
from typing import Any

from tests.ledger import Ledger
from tests.world import Party, World

YEARS = {
    "name": "2026-28",
    "half_terms": [
        {"term": "autumn", "half": 1, "first": "2026-09-03", "last": "2026-10-23"},
        {"term": "autumn", "half": 2, "first": "2026-11-02", "last": "2026-12-18"},
        {"term": "spring", "half": 1, "first": "2027-01-04", "last": "2027-02-12"},
        {"term": "spring", "half": 2, "first": "2027-02-22", "last": "2027-03-25"},
        {"term": "summer", "half": 1, "first": "2027-04-12", "last": "2027-05-28"},
        {"term": "summer", "half": 2, "first": "2027-06-07", "last": "2027-07-21"},
    ],
    "closures": [{"date": "2027-07-21", "reason": "INSET"}],
}
ENDED = "2026-12-18"
AFTER_CHRISTMAS = datetime(2027, 1, 5, 9, 0, tzinfo=UTC)
TWO_TERMS_LATER = "2027-07-20"


async def years_calendar(world: World) -> str:
    """A calendar of the council's that reaches to the summer of 2027."""
    made = await world.council.post("/v1/calendars", YEARS)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def ended_placement(world: World, ledger: Ledger, **changes: Any) -> str:
    """A placement that ended before Christmas; the world stands in January."""
    calendar = changes.pop("calendar_id", None) or await years_calendar(world)
    placement = await world.placement(calendar_id=calendar, planned_end_on=ENDED, **changes)
    await ledger.stand_at(AFTER_CHRISTMAS)
    return placement


def outcome(placement: str | None = None, **changes: Any) -> dict[str, Any]:
    """A return to the host school on the first day of the spring term."""
    body = {
        "destination": "returned_to_mainstream_host_school",
        "destination_from_on": "2027-01-04",
        "reason": "objectives_met",
        "objectives": [{"number": 1, "result": "met"}],
        "successful": True,
        "success_reason": "The objective was met",
        "recorded_by": "A. Officer",
    }
    return body | ({"placement_id": placement} if placement else {}) | changes


async def recorded(party: Party, placement: str, **changes: Any) -> dict[str, Any]:
    """The outcome of a placement, just recorded."""
    made = await party.post("/v1/outcomes", outcome(placement, **changes))
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


async def check_of(party: Party, placement: str, **filters: Any) -> dict[str, Any]:
    """The one check of a placement that is not void."""
    page = (await party.get("/v1/sustained-checks", placement_id=placement, **filters)).json()["items"]
    (found,) = [each for each in page if each["state"] != "void"]
    return dict(found)
