"""Where pupils went after year 11, whatever came of the placement, and whether they stayed."""

from asyncio import gather
from datetime import UTC, datetime
from typing import Any

from httpx import Response

from tests.coming_out import check_of, ended_placement, outcome
from tests.ledger import Ledger
from tests.world import Party, World

COLLEGE = {
    "destination": "further_education",
    "provider_name": "Northshire College",
    "provider_ukprn": "10000001",
    "from_on": "2027-01-04",
    "recorded_by": "A. Officer",
}


async def record(party: Party, placement: str, **changes: Any) -> Response:
    return await party.post("/v1/leaver-destinations", COLLEGE | {"placement_id": placement} | changes)


async def correct(party: Party, id_: str, **changes: Any) -> Response:
    body = COLLEGE | {"correction_reason": "The college told us more"} | changes
    return await party.act(f"/v1/leaver-destinations/{id_}", "correction", body)


async def test_the_placing_side_records_where_a_leaver_went(world: World, ledger: Ledger) -> None:
    placement = await ended_placement(world, ledger)
    made = await record(world.school, placement)
    assert made.status_code == 201, made.text
    path, body = made.headers["Location"], made.json()
    assert (body["state"], body["number"], body["recorded_by_id"]) == ("standing", 1, str(world.school.id))
    assert body["warnings"] == ["before_year_11"]
    for party in (world.council, world.school, world.provider):
        assert (await party.get(path)).json() == body
        page = await party.get("/v1/leaver-destinations", placement_id=placement, standing="true")
        assert page.json()["items"] == [body]
    check = await check_of(world.provider, placement, kind="post_16")
    assert (check["leaver_destination_id"], check["due_on"], check["outcome_id"]) == (body["id"], "2027-07-20", None)
    everybody = {world.council.id, world.school.id, world.provider.id}
    assert await ledger.told("leaver-destination.recorded", path) == everybody
    assert (await world.other_council.get(path)).status_code == 404
    for filters in ({"destination": "custody"}, {"standing": "false"}, {"changed_since": "2027-02-01T00:00:00Z"}):
        assert (await world.council.get("/v1/leaver-destinations", **filters)).json()["items"] == []


async def test_it_stands_beside_the_outcome_with_a_check_of_its_own(world: World, ledger: Ledger) -> None:
    placement = await ended_placement(world, ledger)
    await world.council.post("/v1/outcomes", outcome(placement))
    await record(world.council, placement, from_on="2027-04-12")
    checks = (await world.council.get("/v1/sustained-checks", placement_id=placement)).json()["items"]
    assert {each["kind"]: each["due_on"] for each in checks} == {"transition": "2027-07-20", "post_16": None}


async def test_a_correction_supersedes_and_checks_anew(world: World, ledger: Ledger) -> None:
    placement = await ended_placement(world, ledger)
    first = (await record(world.council, placement)).json()["id"]
    both = await gather(correct(world.school, first, note="Level 1"), correct(world.council, first, note="Level 2"))
    assert sorted(each.status_code for each in both) in ([201, 409], [201, 412])
    second = next(each.json() for each in both if each.status_code == 201)
    assert (second["number"], second["supersedes_id"]) == (2, first)
    assert (await check_of(world.council, placement))["leaver_destination_id"] == first
    third = (await correct(world.council, second["id"], destination="unknown", provider_name=None)).json()
    assert third["rule"] == "destination_has_no_provider"
    gone = {"destination": "unknown", "provider_name": None, "provider_ukprn": None, "from_on": None}
    assert (await correct(world.council, second["id"], **gone)).status_code == 201
    states = [each["state"] for each in (await world.council.get("/v1/sustained-checks")).json()["items"]]
    assert states == ["void"]
    assert (await correct(world.council, first)).json()["rule"] == "wrong_state"


async def test_what_is_refused(world: World, ledger: Ledger) -> None:
    placement = await ended_placement(world, ledger)
    assert (await record(world.provider, placement)).json()["type"] == "/problems/wrong-kind-of-organisation"
    assert (await record(world.other_school, placement)).status_code == 404
    await ledger.watches(world.other_school.id, placement)
    assert (await record(world.other_school, placement)).json()["rule"] == "not_a_party"
    assert (await record(world.school, placement, from_on=None)).json()["rule"] == "first_day_missing"
    malformed = await record(world.school, placement, provider_ukprn="12", destination="space")
    assert {each["code"] for each in malformed.json()["errors"]} == {"not_as_written", "not_one_of"}
    assert (await world.council.get("/v1/leaver-destinations")).json()["items"] == []
    assert (await record(world.school, placement)).status_code == 201
    again = await record(world.council, placement)
    assert (again.status_code, again.json()["type"]) == (409, "/problems/duplicate")


async def test_a_leaver_who_went_on_is_found_to_have_stayed(world: World, ledger: Ledger) -> None:
    placement = await ended_placement(world, ledger)
    await record(world.council, placement)
    check = (await check_of(world.school, placement))["id"]
    await ledger.stand_at(datetime(2027, 7, 21, 9, tzinfo=UTC))
    body = {"finding": "sustained", "evidence": "Letter of the college", "recorded_by": "A. Officer"}
    done = await world.school.act(f"/v1/sustained-checks/{check}", "findings", body)
    assert (done.json()["kind"], done.json()["state"]) == ("post_16", "done")
