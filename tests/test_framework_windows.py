"""A council's frameworks over time: windows for applications, extensions, successors, and what they require."""

import asyncio
from typing import Any

import pytest
from httpx import Response

from tests.ledger import Ledger
from tests.test_frameworks import FRAMEWORK, a_lot, award, fault
from tests.world import World

REFRESH = {"kind": "refresh", "opens_on": "2026-11-24", "closes_on": "2026-12-18"}


async def opened(world: World, **changes: Any) -> str:
    """The path of a framework of the council's."""
    made = await world.council.post("/v1/frameworks", FRAMEWORK | changes)
    assert made.status_code == 201, made.text
    return made.headers["Location"]


async def window(world: World, path: str, **changes: Any) -> Response:
    return await world.council.post(f"{path}/windows", REFRESH | changes)


async def test_a_window_is_read_by_all_and_filtered(world: World) -> None:
    path = await opened(world)
    initial = await window(world, path, kind="initial", opens_on="2026-05-01", closes_on="2026-06-30")
    refresh = await window(world, path)
    later = await window(world, path, opens_on="2027-09-01", closes_on="2027-09-30")
    assert [each.json()["state"] for each in (initial, refresh, later)] == ["closed", "open", "upcoming"]
    for party in world.parties:
        assert (await party.get(refresh.headers["Location"])).json() == refresh.json()
        listed = await party.get("/v1/framework-windows", framework_id=path.rsplit("/", 1)[1])
        assert listed.json()["items"] == [initial.json(), refresh.json(), later.json()]
    for state, one in (("closed", initial), ("open", refresh), ("upcoming", later)):
        assert (await world.provider.get("/v1/framework-windows", state=state)).json()["items"] == [one.json()]


async def test_a_window_that_time_opened_or_closed_has_changed(world: World, ledger: Ledger) -> None:
    path = await opened(world)
    await window(world, path, opens_on="2026-11-26", closes_on="2026-11-27")
    since = {"changed_since": "2026-11-24T08:00:01Z"}
    assert (await world.school.get("/v1/framework-windows", **since)).json()["items"] == []
    for day in (26, 28):
        await world.council.http.put("/v1/sandbox/clock", json={"now": f"2026-11-{day}T08:00:00Z"})
        since = {"changed_since": f"2026-11-{day - 1}T08:00:00Z"}
        assert len((await world.school.get("/v1/framework-windows", **since)).json()["items"]) == 1


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        pytest.param({"opens_on": "2026-12-18", "closes_on": "2027-01-08"}, "windows_overlap", id="overlapping"),
        pytest.param({"opens_on": "2028-08-01", "closes_on": "2028-09-01"}, "window_outside_framework", id="too late"),
        pytest.param(
            {"kind": "initial", "opens_on": "2027-01-01", "closes_on": "2027-01-08"},
            "refresh_before_initial",
            id="an initial window after a refresh",
        ),
    ],
)
async def test_a_window_that_does_not_fit_is_refused(world: World, changes: dict[str, Any], rule: str) -> None:
    path = await opened(world)
    await window(world, path)
    refused = await window(world, path, **changes)
    assert (refused.status_code, refused.json()["rule"]) == (409, rule)
    assert len((await world.council.get("/v1/framework-windows")).json()["items"]) == 1


async def test_a_malformed_window_changes_nothing(world: World) -> None:
    path = await opened(world)
    for changes, code in (
        ({"closes_on": "2026-11-23"}, "ends_before_start"),
        ({"kind": "second"}, "not_one_of"),
        ({"closes_on": 5}, "day_expected"),
        ({"note": "x"}, "unknown_member"),
    ):
        refused = await window(world, path, **changes)
        assert (refused.status_code, fault(refused)[1]) == (422, code)
    assert (await world.council.get("/v1/framework-windows")).json()["items"] == []


async def test_only_the_councils_own_framework_has_windows_of_its(world: World) -> None:
    path = await opened(world)
    assert (await world.other_council.post(f"{path}/windows", REFRESH)).status_code == 404
    assert (await world.provider.post(f"{path}/windows", REFRESH)).status_code == 403
    made = (await window(world, path)).headers["Location"]
    assert (await world.other_council.change("PATCH", made, {"closes_on": "2027-01-08"})).status_code == 404


async def test_an_open_window_closes_later_and_never_sooner(world: World) -> None:
    path = (await window(world, await opened(world))).headers["Location"]
    moved = await world.council.change("PATCH", path, {"closes_on": "2027-01-08"})
    assert (moved.status_code, moved.json()["closes_on"]) == (200, "2027-01-08")
    refused = await world.council.change("PATCH", path, {"closes_on": "2027-01-07"})
    assert (refused.status_code, refused.json()["rule"]) == (409, "window_cut_short")
    backwards = await world.council.change("PATCH", path, {"closes_on": "2026-11-01"})
    assert (backwards.status_code, fault(backwards)) == (422, ("/closes_on", "ends_before_start"))
    stale = await world.council.http.patch(
        path, json={"closes_on": "2027-02-01"}, headers={"If-Match": '"1-' + "0" * 16 + '"'}
    )
    assert stale.status_code == 412
    assert (await world.council.get(path)).json()["closes_on"] == "2027-01-08"


async def test_windows_and_extensions_are_told_to_council_and_holders(world: World, ledger: Ledger) -> None:
    lot = await a_lot(world.council)
    await award(world.council, lot, str(world.provider.id))
    framework = f"/v1/frameworks/{(await world.council.get(f'/v1/lots/{lot}')).json()['framework_id']}"
    made = (await window(world, framework)).headers["Location"]
    await world.council.change("PATCH", framework, {"name": "AP framework, refreshed"})
    both = {world.council.id, world.provider.id}
    assert await ledger.told("framework-window.set", made) == both
    assert await ledger.told("framework.changed", framework) == both
    assert await ledger.told("framework.opened", framework) == {world.council.id}


async def test_boltons_framework_runs_two_years_and_twelve_months_twice(world: World, ledger: Ledger) -> None:
    path = await opened(world, extensions_allowed=2, extension_months=12)
    for made, ends_on in ((1, "2029-08-31"), (2, "2030-08-31")):
        extended = await world.council.act(path, "extensions")
        assert extended.status_code == 200, extended.text
        assert (extended.json()["extensions_made"], extended.json()["ends_on"]) == (made, ends_on)
    refused = await world.council.act(path, "extensions")
    assert (refused.status_code, refused.json()["rule"]) == (409, "no_extension_left")
    assert await ledger.told("framework.extended", path) == {world.council.id}


async def test_a_framework_that_has_ended_is_not_extended(world: World, ledger: Ledger) -> None:
    path = await opened(world, ends_on="2026-11-23", extensions_allowed=1, extension_months=12)
    refused = await world.council.act(path, "extensions")
    assert (refused.status_code, refused.json()["rule"]) == (409, "framework_has_ended")


async def test_of_two_extensions_at_once_one_is_made(world: World) -> None:
    path = await opened(world, extensions_allowed=2, extension_months=12)
    answers = await asyncio.gather(*[world.council.act(path, "extensions") for _ in range(2)])
    assert sorted(each.status_code for each in answers) in ([200, 412], [200, 200])
    made = (await world.council.get(path)).json()["extensions_made"]
    assert made == sum(each.status_code == 200 for each in answers)


async def test_a_stranger_extends_nothing(world: World) -> None:
    path = await opened(world, extensions_allowed=1, extension_months=12)
    assert (await world.other_council.act(path, "extensions")).status_code == 404
    assert (await world.provider.act(path, "extensions")).status_code == 403
    assert (await world.council.get(path)).json()["extensions_made"] == 0


async def test_extensions_say_how_many_and_how_long(world: World) -> None:
    for changes in ({"extensions_allowed": 2}, {"extension_months": 12}):
        refused = await world.council.post("/v1/frameworks", FRAMEWORK | changes)
        assert (refused.status_code, fault(refused)) == (422, ("/extension_months", "extensions_incomplete"))


async def test_a_framework_is_tendered_again_once(world: World) -> None:
    path = await opened(world)
    successor = {"succeeds_id": path.rsplit("/", 1)[1], "starts_on": "2028-09-01", "ends_on": "2032-08-31"}
    made = await world.council.post("/v1/frameworks", FRAMEWORK | successor)
    assert (made.status_code, made.json()["succeeds_id"]) == (201, successor["succeeds_id"])
    again = await world.council.post("/v1/frameworks", FRAMEWORK | successor)
    assert (again.status_code, again.json()["type"]) == (409, "/problems/duplicate")
    early = await world.council.post("/v1/frameworks", FRAMEWORK | successor | {"starts_on": "2026-09-01"})
    assert (early.status_code, early.json()["rule"]) == (409, "successor_not_later")
    foreign = await world.other_council.post("/v1/frameworks", FRAMEWORK | successor)
    assert (foreign.status_code, fault(foreign)) == (422, ("/succeeds_id", "framework_not_found"))


async def test_new_frameworks_require_insurance_and_confirmation_unless_they_say_otherwise(world: World) -> None:
    days = {"name": "AP", "starts_on": "2026-09-01", "ends_on": "2028-08-31"}
    made = await world.council.post("/v1/frameworks", days)
    assert (made.json()["insurance_required"], made.json()["safeguarding_confirmation_required"]) == (True, True)
    changed = await world.council.change("PATCH", made.headers["Location"], {"insurance_required": False})
    assert (changed.json()["insurance_required"], changed.json()["safeguarding_confirmation_required"]) == (False, True)
    assert (await world.council.change("PATCH", made.headers["Location"], {"name": None})).status_code == 422
    stranger = await world.other_council.change("PATCH", made.headers["Location"], {"name": "Mine"})
    assert stranger.status_code == 404
