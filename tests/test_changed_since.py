"""`changed_since` finds what changed by the mere passing of time too: a row for each list whose state depends on it."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.attendance_days import mark, submit
from tests.ledger import Ledger
from tests.ledger_model import instant
from tests.test_suspensions import agreed, requested
from tests.world import World


async def nothing(world: World, placement: str) -> None:
    """The placement alone, whose morning is expected."""


async def a_suspension(world: World, placement: str) -> None:
    await agreed(world, placement)


async def a_request(world: World, placement: str) -> None:
    await requested(world, placement)


async def a_mark(world: World, placement: str) -> None:
    await submit(world.provider, mark(placement))


ROWS: list[tuple[str, Callable[[World, str], Awaitable[None]], str, str, str, dict[str, Any], dict[str, Any]]] = [
    (
        "a session went missing",
        nothing,
        "expected-sessions",
        "2026-11-24T09:20",
        "2026-11-24T09:31",
        {},
        {"state": "missing"},
    ),
    ("a placement began", nothing, "placements", "2026-11-29T20:00", "2026-11-30T07:00", {}, {"status": "active"}),
    ("a placement ended", nothing, "placements", "2026-12-18T20:00", "2026-12-19T07:00", {}, {"status": "ended"}),
    ("a suspension began", a_suspension, "placements", "2026-11-25T20:00", "2026-11-26T07:00", {}, {}),
    ("a request lapsed", a_request, "suspensions", "2026-11-25T20:00", "2026-11-26T09:01", {}, {"state": "lapsed"}),
]


@pytest.mark.parametrize(
    ("begin", "collection", "since", "now", "query", "shown"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
async def test_a_list_covers_what_time_alone_has_changed(
    world: World,
    ledger: Ledger,
    begin: Callable[[World, str], Awaitable[None]],
    collection: str,
    since: str,
    now: str,
    query: dict[str, Any],
    shown: dict[str, Any],
) -> None:
    starts_on = "2026-11-30" if shown.get("status") == "active" else "2026-11-02"
    placement = await world.placement(starts_on=starts_on, planned_end_on="2026-12-18")
    await begin(world, placement)
    await ledger.stand_at(instant(since))
    after = {"changed_since": f"{since}:00Z", **query}
    assert (await world.school.get(f"/v1/{collection}", **after)).json()["items"] == []
    await ledger.stand_at(instant(now))
    [found] = (await world.school.get(f"/v1/{collection}", **after)).json()["items"]
    assert found.items() >= shown.items()


async def test_a_mark_that_was_superseded_is_among_the_changes(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    await submit(world.provider, mark(placement))
    await ledger.stand_at(instant("2026-11-24T09:10"))
    changes = {"changed_since": "2026-11-24T09:00:00Z", "superseded": "true"}
    assert (await world.school.get("/v1/attendance-marks", **changes)).json()["items"] == []
    await submit(world.provider, mark(placement, fact="absent"))
    found = (await world.school.get("/v1/attendance-marks", **changes)).json()["items"]
    assert sorted((each["fact"], each["current"]) for each in found) == [("absent", True), ("present", False)]


async def test_a_waiver_whose_cause_changed_is_among_the_changes(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    path = await agreed(world, placement)
    await ledger.stand_at(instant("2026-11-25T12:00"))
    changes = {"changed_since": "2026-11-25T11:00:00Z", "on_date": "2026-11-26"}
    assert (await world.school.get("/v1/expected-sessions", **changes)).json()["items"] == []
    assert (await world.provider.act(path, "withdrawal")).status_code == 200
    found = (await world.school.get("/v1/expected-sessions", **changes)).json()["items"]
    assert [(each["state"], each["waived_by"]) for each in found] == [("expected", None)] * 2
