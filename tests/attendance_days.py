"""What the tests of attendance share: the rows of a pupil's day, and the ways to ask what became of them."""

from typing import Any

from httpx import Response

from tests.world import Party, World

TODAY = "2026-11-24"
SUBMISSIONS = "/v1/attendance-submissions"


def mark(placement_id: str, **changes: Any) -> dict[str, Any]:
    """A row that says that the pupil was present this morning, changed as asked; None takes a member out."""
    row = {"placement_id": placement_id, "on_date": TODAY, "session": "am", "fact": "present"} | changes
    return {name: value for name, value in row.items() if value is not None}


async def submit(party: Party, *rows: Any, key: str | None = None, **envelope: Any) -> Response:
    return await party.post(SUBMISSIONS, {"rows": list(rows), **envelope}, key)


async def marks_seen(party: Party, **filters: Any) -> list[dict[str, Any]]:
    """The first page of the marks that a party sees."""
    answer = await party.get("/v1/attendance-marks", **filters)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def session_seen(party: Party, placement_id: str, session: str = "am") -> dict[str, Any]:
    """One of today's sessions of a placement, as a party sees it."""
    answer = await party.get("/v1/expected-sessions", on_date=TODAY, placement_id=placement_id)
    assert answer.status_code == 200, answer.text
    return next(each for each in answer.json()["items"] if each["session"] == session)


async def move_clock(world: World, at: str) -> None:
    """Sets where the sandbox's clock stands, as an instant."""
