"""Frameworks, lots and lot awards."""

import asyncio
import json
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
from httpx import Response

from app.db.embedded_database import Addresses
from tests.world import Party, World

SALFORD = json.loads(Path("app/sandbox_data/salford_lots.json").read_text())
FRAMEWORK = {
    "name": "AP framework",
    "starts_on": "2026-09-01",
    "ends_on": "2028-08-31",
    "insurance_required": False,
    "safeguarding_confirmation_required": False,
}
LOT = {
    "number": 3,
    "name": "Part-time vocational",
    "pattern": "part_time",
    "key_stages": ["ks4"],
    "delivery_options": ["in_person_one_to_one", "in_person_group_2_to_4"],
}
AWARD = {"starts_on": "2026-09-01", "ends_on": "2027-08-31", "delivery_options": ["in_person_one_to_one"]}


async def registered(council: Party) -> str:
    return str((await council.post("/v1/providers", {"name": "Hollow Farm", "category": "charity"})).json()["id"])


async def a_lot(council: Party, **changes: Any) -> str:
    framework = (await council.post("/v1/frameworks", FRAMEWORK)).json()["id"]
    made = await council.post(f"/v1/frameworks/{framework}/lots", LOT | changes)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def award(council: Party, lot_id: str, provider_id: str, **changes: Any) -> Response:
    return await council.post("/v1/lot-awards", AWARD | {"lot_id": lot_id, "provider_id": provider_id} | changes)


def fault(answer: Response) -> tuple[str, str]:
    [error] = answer.json()["errors"]
    return error["pointer"], error["code"]


async def test_a_framework_is_read_by_all_and_filtered_by_its_council(world: World) -> None:
    made = await world.council.post("/v1/frameworks", FRAMEWORK)
    assert made.status_code == 201, made.text
    await world.other_council.post("/v1/frameworks", FRAMEWORK)
    for party in world.parties:
        assert (await party.get(made.headers["Location"])).json() == made.json()
        listed = (await party.get("/v1/frameworks", council_id=str(world.council.id))).json()["items"]
        assert listed == [made.json()]
        assert len((await party.get("/v1/frameworks")).json()["items"]) == 2


async def test_a_framework_ends_no_earlier_than_it_starts(world: World) -> None:
    refused = await world.council.post("/v1/frameworks", FRAMEWORK | {"ends_on": "2026-08-31"})
    assert (refused.status_code, fault(refused)) == (422, ("/ends_on", "ends_before_start"))
    assert (await world.council.get("/v1/frameworks")).json()["items"] == []


async def test_only_councils_open_frameworks(world: World) -> None:
    for party in (world.school, world.provider):
        refused = await party.post("/v1/frameworks", FRAMEWORK)
        assert (refused.status_code, refused.json()["needed_kinds"]) == (403, ["council"])


async def test_another_council_adds_no_lot(world: World) -> None:
    path = (await world.council.post("/v1/frameworks", FRAMEWORK)).headers["Location"]
    assert (await world.other_council.post(f"{path}/lots", LOT)).status_code == 404
    assert (await world.council.get("/v1/lots")).json()["items"] == []


async def test_a_number_is_used_once_in_a_framework(world: World) -> None:
    path = (await world.council.post("/v1/frameworks", FRAMEWORK)).headers["Location"]
    assert (await world.council.post(f"{path}/lots", LOT)).status_code == 201
    again = await world.council.post(f"{path}/lots", LOT)
    assert (again.status_code, again.json()["type"].rsplit("/", 1)[-1]) == (409, "duplicate")


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"number": "3"}, id="a number written as text"),
        pytest.param({"pattern": "sometimes"}, id="an unknown pattern"),
        pytest.param({"key_stages": ["ks4", "ks4"]}, id="a key stage twice"),
        pytest.param({"delivery_options": ["by_post"]}, id="an unknown way of delivery"),
        pytest.param({"colour": "red"}, id="an unknown member"),
    ],
)
async def test_a_malformed_lot_changes_nothing(world: World, changes: dict[str, Any]) -> None:
    path = (await world.council.post("/v1/frameworks", FRAMEWORK)).headers["Location"]
    assert (await world.council.post(f"{path}/lots", LOT | changes)).status_code == 422
    assert (await world.council.get("/v1/lots")).json()["items"] == []


async def test_an_online_lot_has_no_way_of_delivery_in_person(world: World) -> None:
    path = (await world.council.post("/v1/frameworks", FRAMEWORK)).headers["Location"]
    refused = await world.council.post(f"{path}/lots", LOT | {"online": True})
    assert (refused.status_code, refused.json()["rule"]) == (409, "delivery_contradicts_online")


async def test_salfords_nine_lots_load_through_the_api(world: World) -> None:
    path = (await world.council.post("/v1/frameworks", FRAMEWORK)).headers["Location"]
    for lot in SALFORD["lots"]:
        made = await world.council.post(f"{path}/lots", {k: v for k, v in lot.items() if k != "notes"})
        assert made.status_code == 201, made.text
    listed = (await world.school.get("/v1/lots", framework_id=path.rsplit("/", 1)[-1])).json()["items"]
    assert [lot["number"] for lot in listed] == list(range(1, 10))
    assert listed[3]["online"] is True
    assert listed[8]["key_stages"] == ["ks1", "ks2"]


async def test_an_award_is_seen_by_council_provider_and_the_councils_schools(world: World) -> None:
    lot, provider = await a_lot(world.council), str(world.provider.id)
    made = await award(world.council, lot, provider)
    assert made.status_code == 201, made.text
    path = made.headers["Location"]
    for party in (world.council, world.provider, world.school):
        assert (await party.get(path)).json() == made.json()
        assert (await party.get("/v1/lot-awards")).json()["items"] == [made.json()]
    for stranger in (world.other_council, world.other_school, world.other_provider):
        assert (await stranger.get(path)).status_code == 404
        assert (await stranger.get("/v1/lot-awards")).json()["items"] == []


async def test_an_award_makes_an_unpublished_provider_known_to_its_council(world: World) -> None:
    lot, provider = await a_lot(world.council), str(world.provider.id)
    await award(world.council, lot, provider)
    await world.provider.change("PATCH", f"/v1/providers/{provider}", {"published": False})
    assert (await world.council.get(f"/v1/providers/{provider}")).status_code == 200
    assert (await world.other_council.get(f"/v1/providers/{provider}")).status_code == 404


async def test_awards_are_filtered_by_day_provider_lot_and_council(world: World) -> None:
    lot, provider, other = await a_lot(world.council), await registered(world.council), await registered(world.council)
    first = (await award(world.council, lot, provider)).json()
    second = (await award(world.council, lot, other, starts_on="2027-09-01", ends_on="2028-08-31")).json()
    for filters, expected in (
        ({"on": "2027-08-31"}, [first]),
        ({"on": "2027-09-01"}, [second]),
        ({"on": "2026-08-31"}, []),
        ({"provider_id": other}, [second]),
        ({"council_id": str(world.other_council.id)}, []),
        ({"lot_id": lot, "on": "2026-11-24"}, [first]),
    ):
        assert (await world.council.get("/v1/lot-awards", **filters)).json()["items"] == expected


async def test_a_provider_the_council_cannot_find_is_awarded_nothing(world: World) -> None:
    lot = await a_lot(world.council)
    for unseen in (await registered(world.other_council), str(world.school.id), "3f0c8e0a-8d0e-4a65-9a57-0a1a3c1f2b77"):
        refused = await award(world.council, lot, unseen)
        assert (refused.status_code, fault(refused)) == (422, ("/provider_id", "provider_not_found"))
    assert (await world.council.get("/v1/lot-awards")).json()["items"] == []


async def test_a_lot_of_another_council_is_not_awarded(world: World) -> None:
    lot, provider = await a_lot(world.other_council), await registered(world.council)
    refused = await award(world.council, lot, provider)
    assert (refused.status_code, fault(refused)) == (422, ("/lot_id", "lot_not_found"))


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        pytest.param({"starts_on": "2026-08-31"}, "award_outside_framework", id="it starts before the framework"),
        pytest.param({"ends_on": "2028-09-01"}, "award_outside_framework", id="it ends after the framework"),
        pytest.param({"delivery_options": ["online_group"]}, "delivery_not_in_lot", id="the lot has no such delivery"),
    ],
)
async def test_an_award_fits_framework_and_lot(world: World, changes: dict[str, Any], rule: str) -> None:
    lot, provider = await a_lot(world.council), await registered(world.council)
    refused = await award(world.council, lot, provider, **changes)
    assert (refused.status_code, refused.json()["rule"]) == (409, rule)


async def test_awards_of_one_lot_to_one_provider_never_overlap(world: World) -> None:
    lot, provider = await a_lot(world.council), await registered(world.council)
    assert (await award(world.council, lot, provider)).status_code == 201
    refused = await award(world.council, lot, provider, starts_on="2027-08-31", ends_on="2028-08-31")
    assert (refused.status_code, refused.json()["rule"]) == (409, "award_overlaps")
    assert (await award(world.council, lot, provider, starts_on="2027-09-01", ends_on="2028-08-31")).is_success
    assert (await award(world.council, lot, await registered(world.council))).is_success


async def test_of_two_awards_at_one_instant_one_wins(world: World) -> None:
    lot, provider = await a_lot(world.council), await registered(world.council)
    answers = await asyncio.gather(*[award(world.council, lot, provider) for _ in range(5)])
    assert sorted(a.status_code for a in answers) == [201, 409, 409, 409, 409]
    assert len((await world.council.get("/v1/lot-awards")).json()["items"]) == 1


async def test_a_placement_is_made_under_an_award_that_holds_on_its_first_day(world: World) -> None:
    lot, provider = await a_lot(world.council, pattern="full_time"), str(world.provider.id)
    body = await world.proposal(lot_id=lot, spot_purchase=False)
    refused = await world.council.post("/v1/placements", body)
    assert (refused.status_code, refused.json()["rule"]) == (409, "lot_not_awarded")
    path = (await award(world.council, lot, provider)).headers["Location"]
    assert (await world.council.post("/v1/placements", body)).status_code == 201
    await world.council.change("PATCH", path, {"ends_on": "2026-11-24"})
    late = await world.council.post("/v1/placements", body | {"starts_on": "2026-11-25"})
    assert (late.status_code, late.json()["rule"]) == (409, "award_not_current")


async def test_the_same_key_awards_once(world: World) -> None:
    lot, provider = await a_lot(world.council), await registered(world.council)
    body = AWARD | {"lot_id": lot, "provider_id": provider}
    first = await world.council.post("/v1/lot-awards", body, key="one")
    again = await world.council.post("/v1/lot-awards", body, key="one")
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["Idempotent-Replayed"] == "true"


async def test_the_end_of_an_award_is_brought_forward(world: World) -> None:
    lot, provider = await a_lot(world.council), str(world.provider.id)
    path = (await award(world.council, lot, provider)).headers["Location"]
    stale = (await world.council.get(path)).headers["ETag"]
    shortened = await world.council.change("PATCH", path, {"ends_on": "2026-12-18"})
    assert (shortened.status_code, shortened.json()["ends_on"]) == (200, "2026-12-18")
    late = await world.council.http.patch(path, json={"ends_on": "2026-12-01"}, headers={"If-Match": stale})
    assert late.status_code == 412
    for day, rule in (
        (date(2026, 12, 19), "award_end_not_earlier"),
        (date(2026, 11, 23), "award_end_in_past"),
        (date(2026, 8, 31), "award_ends_before_start"),
    ):
        refused = await world.council.change("PATCH", path, {"ends_on": day.isoformat()})
        assert (refused.status_code, refused.json()["rule"]) == (409, rule)
    assert (await world.provider.change("PATCH", path, {"ends_on": "2026-12-01"})).status_code == 403
    unseen = await world.other_council.http.patch(path, json={"ends_on": "2026-12-01"}, headers={"If-Match": stale})
    assert unseen.status_code == 404


async def test_an_award_is_told_to_council_and_provider(world: World, database: Addresses) -> None:
    lot, provider = await a_lot(world.council), str(world.provider.id)
    path = (await award(world.council, lot, provider)).headers["Location"]
    await world.council.change("PATCH", path, {"ends_on": "2026-12-18"})
    query = (
        "select e.type, a.organisation_id from events e join event_audiences a on a.event_id = e.id"
        " where e.resource = %s"
    )
    with psycopg.connect(database.owner.replace("+psycopg", "")) as connection:
        told = set(connection.execute(query, [path]).fetchall())
    both = (world.council.id, world.provider.id)
    assert told == {(kind, party) for kind in ("lot-award.made", "lot-award.shortened") for party in both}
