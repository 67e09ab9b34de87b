"""What the tests of attendance share: the rows of a pupil's day, and the ways to ask what became of them."""

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

import psycopg
from httpx import Response

from app.db.embedded_database import Addresses
from tests.owner import connection_of
from tests.world import TIMETABLE, TUESDAY_MORNING, Party, World

TODAY = "2026-11-24"
SUBMISSIONS = "/v1/attendance-submissions"
ONLINE = [{**slot, "online": True} for slot in TIMETABLE]
MORNINGS = [slot for slot in TIMETABLE if slot["session"] == "am"]


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


async def sessions_seen(party: Party, **filters: Any) -> list[dict[str, Any]]:
    """The first page of the sessions that a party sees; today's unless other days are asked for."""
    answer = await party.get("/v1/expected-sessions", **filters)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def placement_with_another(world: World) -> str:
    """A placement of the council's with the other provider."""
    proposed = await world.council.post(
        "/v1/placements", await world.proposal(provider_id=str(world.other_provider.id))
    )
    path = proposed.headers["Location"]
    assert (await world.other_provider.act(path, "acceptance")).status_code == 200
    return path.rsplit("/", 1)[1]


def owner(database: Addresses) -> AbstractContextManager[psycopg.Connection]:
    return connection_of(database.owner)


def set_clock(database: Addresses, world: World, at: str) -> None:
    """Sets where the sandbox's clock stands: `at` is an instant such as 2026-11-24T09:31:00+00:00."""
    with owner(database) as connection:
        instant = datetime.fromisoformat(at)
        connection.execute("update sandboxes set stands_at = %s where id = %s", [instant, world.sandbox_id])


def told(database: Addresses, party: Party) -> list[str]:
    """The resources of the events of attendance that a party is told of."""
    with owner(database) as connection:
        found = connection.execute(
            "select e.resource from events e join event_audiences a on a.event_id = e.id"
            " where a.organisation_id = %s and e.type = 'attendance.received' order by a.seq",
            [party.id],
        )
        return [row[0] for row in found]


async def placement_accepted_at(database: Addresses, world: World, at: str, **changes: Any) -> str:
    """The id of a placement that was accepted at `at`; the clock stands at Tuesday morning again."""
    set_clock(database, world, at)
    placement = await world.placement(**changes)
    set_clock(database, world, TUESDAY_MORNING.isoformat())
    return placement
