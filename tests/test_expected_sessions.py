"""The ledger as each party reads it, and the officer's first question: who has not reported."""

from datetime import date
from typing import Any

import pytest

from app.db.embedded_database import Addresses
from tests.attendance_days import (
    mark,
    owner,
    placement_accepted_at,
    placement_with_another,
    sessions_seen,
    set_clock,
    submit,
)
from tests.world import World

OUTSTANDING = "/v1/attendance-outstanding"


async def test_a_provider_reads_its_roll_before_the_day(world: World) -> None:
    placement = await world.placement()
    await placement_with_another(world)
    roll = await sessions_seen(world.provider, on_date="2026-11-25")
    assert [(each["placement_id"], each["session"], each["due_at"]) for each in roll] == [
        (placement, "am", "2026-11-25T09:30:00Z"),
        (placement, "pm", "2026-11-25T13:30:00Z"),
    ]
    assert {each["state"] for each in roll} == {"expected"}
    assert (roll[0]["starts_at"], roll[0]["ends_at"], roll[0]["mark"]) == ("09:00", "12:00", None)


async def test_a_session_is_expected_received_missing_late(world: World, database: Addresses) -> None:
    on_time, late = await world.placement(), await world.placement()
    await submit(world.provider, mark(on_time))
    set_clock(database, world, "2026-11-24T09:30:00+00:00")
    assert await states(world) == {on_time: "received_on_time", late: "expected"}
    set_clock(database, world, "2026-11-24T09:30:01+00:00")
    assert await states(world) == {on_time: "received_on_time", late: "missing"}
    set_clock(database, world, "2026-11-24T10:20:00+00:00")
    await submit(world.provider, mark(late, code="/"))
    assert await states(world) == {on_time: "received_on_time", late: "received_late"}
    for state, placement in (("received_on_time", on_time), ("received_late", late)):
        [found] = await sessions_seen(world.school, state=state)
        assert (found["placement_id"], found["mark"]["fact"]) == (placement, "present")
        assert found["mark"]["suggested_code"] == "K"
    assert await sessions_seen(world.school, state="missing") == []
    assert len(await sessions_seen(world.school, state="expected")) == 2


async def test_a_waived_session_never_goes_missing(world: World, database: Addresses) -> None:
    placement = await world.placement()
    with owner(database) as connection:
        connection.execute(
            "update expected_sessions set waived_by = 'suspension', waived_at = now() where placement_id = %s",
            [placement],
        )
    set_clock(database, world, "2026-11-24T15:00:00+00:00")
    assert {each["state"] for each in await sessions_seen(world.school)} == {"waived"}
    assert len(await sessions_seen(world.school, state="waived")) == 2
    assert await sessions_seen(world.school, state="missing") == []
    assert (await world.council.get(OUTSTANDING)).json()["expected"] == 0


async def test_the_current_mark_tells_when_the_pupil_came_and_went(world: World, database: Addresses) -> None:
    placement = await world.placement()
    set_clock(database, world, "2026-11-24T11:30:00+00:00")
    late = {"fact": "late", "arrived_at": "09:12", "left_at": "11:20", "minutes_late": 12, "reason": "ill"}
    await submit(world.provider, mark(placement, **late))
    [found] = await sessions_seen(world.school, state="received_late")
    assert {name: found["mark"][name] for name in late} == late


async def states(world: World) -> dict[str, str]:
    mornings = [each for each in await sessions_seen(world.council) if each["session"] == "am"]
    return {each["placement_id"]: each["state"] for each in mornings}


async def test_strangers_see_nothing(world: World) -> None:
    await world.placement()
    for stranger in (world.other_council, world.other_school, world.other_provider):
        assert await sessions_seen(stranger) == []
        assert (await stranger.get(OUTSTANDING)).json()["expected"] == 0


async def test_a_viewer_sees_the_days_that_are_its_own(world: World, database: Addresses) -> None:
    placement = await placement_accepted_at(database, world, "2026-11-02T08:00:00+00:00")
    await submit(world.provider, mark(placement), mark(placement, on_date="2026-11-23"))
    with owner(database) as connection:
        connection.execute(
            "update placement_viewers set from_on = %s where placement_id = %s and organisation_id = %s",
            [date(2026, 11, 24), placement, world.school.id],
        )
    week: dict[str, Any] = {"from": "2026-11-20", "to": "2026-11-24"}
    assert {each["on_date"] for each in await sessions_seen(world.school, **week)} == {"2026-11-24"}
    assert len({each["on_date"] for each in await sessions_seen(world.council, **week)}) == 3
    marks = (await world.school.get("/v1/attendance-marks")).json()["items"]
    assert [each["on_date"] for each in marks] == ["2026-11-24"]


@pytest.mark.parametrize(
    ("days", "parameter"),
    [
        pytest.param({"from": "2026-11-01", "to": "2026-12-03"}, "to", id="more than 31 days"),
        pytest.param({"from": "2026-11-24", "to": "2026-11-23"}, "to", id="backwards"),
        pytest.param({"on_date": "2026-11-24", "from": "2026-11-24"}, "on_date", id="a day and days"),
        pytest.param({"on_date": "today"}, "on_date", id="no day"),
        pytest.param({"state": "lost"}, "state", id="no state"),
    ],
)
async def test_days_that_do_not_fit_are_refused(world: World, days: dict[str, str], parameter: str) -> None:
    answer = await world.council.get("/v1/expected-sessions", **days)
    assert answer.status_code == 422, answer.text
    assert parameter in [error["parameter"] for error in answer.json()["errors"]]


async def test_pages_hold_every_session_once(world: World) -> None:
    placements = {await world.placement(), await world.placement()}
    found: list[tuple[str, str]] = []
    cursor = None
    while cursor or not found:
        page = await world.council.get("/v1/expected-sessions", limit=3, **({"cursor": cursor} if cursor else {}))
        found += [(each["placement_id"], each["session"]) for each in page.json()["items"]]
        cursor = page.json()["next_cursor"]
    assert sorted(found) == sorted((each, session) for each in placements for session in ("am", "pm"))


async def test_changed_since_tells_of_what_was_received(world: World, database: Addresses) -> None:
    placement = await world.placement()
    set_clock(database, world, "2026-11-24T09:00:00+00:00")
    await submit(world.provider, mark(placement))
    changed = await sessions_seen(world.school, changed_since="2026-11-24T08:30:00Z")
    assert [each["session"] for each in changed] == ["am"]


async def test_the_officer_asks_at_0931_who_has_not_reported(world: World, database: Addresses) -> None:
    reported, silent = await world.placement(), await world.placement()
    elsewhere = await placement_with_another(world)
    await submit(world.provider, mark(reported))
    early = (await world.council.get(OUTSTANDING)).json()
    assert (early["expected"], early["received"], early["missing"], early["providers"]) == (6, 1, 0, [])
    set_clock(database, world, "2026-11-24T09:31:00+00:00")
    answer = (await world.council.get(OUTSTANDING, on_date="2026-11-24")).json()
    assert answer["as_of"] == "2026-11-24T09:31:00Z"
    assert (answer["expected"], answer["received"], answer["missing"]) == (6, 1, 2)
    by_provider = {each["provider_id"]: each for each in answer["providers"]}
    ours, theirs = by_provider[str(world.provider.id)], by_provider[str(world.other_provider.id)]
    assert (ours["provider_name"], ours["expected"], ours["received"], ours["missing"]) == ("Meadow Farm", 4, 1, 1)
    due_at = "2026-11-24T09:30:00Z"
    assert ours["sessions"] == [{"placement_id": silent, "session": "am", "due_at": due_at}]
    assert theirs["sessions"] == [{"placement_id": elsewhere, "session": "am", "due_at": due_at}]
    assert (answer["due"], answer["not_yet_due"], ours["due"], ours["not_yet_due"]) == (3, 3, 2, 2)
    alone = (await world.council.get(OUTSTANDING, provider_id=str(world.other_provider.id))).json()
    assert (alone["expected"], alone["providers"]) == (2, [theirs])
    own = (await world.provider.get(OUTSTANDING)).json()
    assert [each["provider_id"] for each in own["providers"]] == [str(world.provider.id)]


async def test_a_provider_that_has_reported_all_is_not_listed(world: World, database: Addresses) -> None:
    placement = await world.placement()
    await submit(world.provider, mark(placement))
    set_clock(database, world, "2026-11-24T09:31:00+00:00")
    assert (await world.council.get(OUTSTANDING)).json()["providers"] == []
