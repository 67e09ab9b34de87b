"""Places under an award: how many there are, who takes them, and one winner for the last."""

import asyncio
from typing import Any

import pytest

from tests.ledger import Ledger
from tests.test_award_suspensions import held, suspend
from tests.test_frameworks import a_lot, award, fault
from tests.world import Party, World


async def proposed(world: World, lot: str, **changes: Any) -> str:
    """The path of a proposal under the lot."""
    body = await world.proposal(lot_id=lot, spot_purchase=False, **changes)
    made = await world.council.post("/v1/placements", body)
    assert made.status_code == 201, made.text
    return made.headers["Location"]


async def free(party: Party, **filters: Any) -> list[int | None]:
    answer = await party.get("/v1/vacancies", **filters)
    assert answer.status_code == 200, answer.text
    return [each["vacancies"] for each in answer.json()["items"]]


async def test_accepted_placements_take_places_and_proposals_do_not(world: World) -> None:
    lot, held_award = await held(world, capacity=2)
    first, second, third = [await proposed(world, lot) for _ in range(3)]
    assert await free(world.school) == [2]
    assert (await world.provider.act(first, "acceptance")).status_code == 200
    assert await free(world.school) == [1]
    assert await free(world.council, on="2026-10-30") == [2]
    assert await free(world.council, on="2027-02-12") == [1]
    assert await free(world.council, on="2027-02-13") == [2]
    assert (await world.provider.act(second, "acceptance")).status_code == 200
    full = await world.provider.act(third, "acceptance")
    assert (full.status_code, full.json()["rule"]) == (409, "capacity_full")
    assert (await world.council.get(third)).json()["status"] == "proposed"
    again = await world.council.post("/v1/placements", await world.proposal(lot_id=lot, spot_purchase=False))
    assert (again.status_code, again.json()["rule"]) == (409, "capacity_full")
    [seen] = (await world.school.get("/v1/vacancies", lot_id=lot)).json()["items"]
    assert (seen["lot_award_id"], seen["capacity"], seen["on_date"]) == (held_award, 2, "2026-11-24")


async def test_a_place_is_taken_on_the_days_of_its_placement_alone(world: World) -> None:
    lot, _ = await held(world, capacity=1)
    calendar = await world.calendar()
    autumn = await proposed(world, lot, calendar_id=calendar, planned_end_on="2026-12-18")
    assert (await world.provider.act(autumn, "acceptance")).status_code == 200
    overlapping = await world.proposal(
        lot_id=lot, spot_purchase=False, calendar_id=calendar, starts_on="2026-12-18", planned_end_on="2027-02-12"
    )
    refused = await world.council.post("/v1/placements", overlapping)
    assert (refused.status_code, refused.json()["rule"]) == (409, "capacity_full")
    after = await proposed(world, lot, calendar_id=calendar, starts_on="2027-01-04", planned_end_on="2027-02-12")
    assert (await world.provider.act(after, "acceptance")).status_code == 200
    spring = await world.proposal(
        lot_id=lot, spot_purchase=False, calendar_id=calendar, starts_on="2026-12-21", planned_end_on="2027-03-25"
    )
    assert (await world.council.post("/v1/placements", spring)).json()["rule"] == "capacity_full"


async def test_two_that_take_the_last_place_at_once_have_one_winner(world: World) -> None:
    lot, _ = await held(world, capacity=1)
    paths = [await proposed(world, lot) for _ in range(4)]
    answers = await asyncio.gather(*[world.provider.act(path, "acceptance") for path in paths])
    assert sorted(each.status_code for each in answers) == [200, 409, 409, 409]
    assert {each.json()["rule"] for each in answers if each.status_code == 409} == {"capacity_full"}
    assert await free(world.provider) == [0]


async def test_a_school_counts_places_that_placements_it_does_not_see_take(world: World) -> None:
    lot, _ = await held(world, capacity=1)
    path = await proposed(world, lot, host_school_id=None)
    await world.provider.act(path, "acceptance")
    assert (await world.school.get(path)).status_code == 404
    assert await free(world.school) == [0]
    child = {"given_name": "Ada", "family_name": "Example", "date_of_birth": "2012-03-04"}
    pupil = (await world.school.post("/v1/pupils", child)).json()["id"]
    body = await world.proposal(lot_id=lot, spot_purchase=False, pupil_id=pupil)
    refused = await world.school.post("/v1/placements", body)
    assert (refused.status_code, refused.json()["rule"]) == (409, "capacity_full")


async def test_the_council_sets_the_capacity_and_what_was_made_stays(world: World, ledger: Ledger) -> None:
    lot, held_award = await held(world)
    path = f"/v1/lot-awards/{held_award}"
    assert await free(world.council) == [None]
    placement = await world.placement(lot_id=lot, spot_purchase=False)
    for capacity, left in ((3, 2), (0, 0), (None, None)):
        etag = (await world.council.get(path)).headers["ETag"]
        put_so = await world.council.http.put(
            f"{path}/capacity", json={"capacity": capacity}, headers={"If-Match": etag}
        )
        assert (put_so.status_code, put_so.json()["capacity"]) == (200, capacity)
        assert await free(world.council) == [left]
    assert (await world.council.get(f"/v1/placements/{placement}")).json()["status"] == "active"
    assert await ledger.told("lot-award.places-changed", path) == {world.council.id, world.provider.id}
    assert (await world.provider.http.put(f"{path}/capacity", json={"capacity": 9})).status_code == 403


async def test_a_provider_declares_fewer_vacancies_and_takes_its_word_back(world: World) -> None:
    _, held_award = await held(world, capacity=5)
    path = f"/v1/lot-awards/{held_award}"
    declared = await put(world.provider, path, {"vacancies": 2})
    assert (declared.status_code, declared.json()["vacancies_declared_on"]) == (200, "2026-11-24")
    assert await free(world.school) == [2]
    assert await free(world.school, on="2026-11-23") == [5]
    assert await free(world.school, at_least=3) == []
    more = await put(world.provider, path, {"vacancies": 6})
    assert (more.status_code, more.json()["rule"]) == (409, "more_vacancies_than_places")
    taken_back = await put(world.provider, path, {"vacancies": None})
    assert (taken_back.json()["vacancies_declared"], taken_back.json()["vacancies_declared_on"]) == (None, None)
    assert await free(world.school, at_least=5) == [5]
    malformed = await put(world.provider, path, {"vacancies": -1})
    assert (malformed.status_code, fault(malformed)[1]) == (422, "too_small")
    assert (await put(world.other_provider, path, {"vacancies": 1}, read_by=world.provider)).status_code == 404
    assert (await put(world.council, path, {"vacancies": 1})).status_code == 403


async def put(party: Party, path: str, body: Any, read_by: Party | None = None) -> Any:
    etag = (await (read_by or party).get(path)).headers["ETag"]
    return await party.http.put(f"{path}/vacancies", json=body, headers={"If-Match": etag})


async def test_vacancies_are_for_those_who_see_the_award_and_while_it_stands(world: World) -> None:
    lot, held_award = await held(world, capacity=5)
    for stranger in (world.other_council, world.other_school, world.other_provider):
        assert await free(stranger) == []
    assert await free(world.council, provider_id=str(world.provider.id), council_id=str(world.council.id)) == [5]
    assert await free(world.council, provider_id=str(world.other_provider.id)) == []
    assert await free(world.council, on="2026-08-31") == []
    assert await free(world.council, on="2027-09-01") == []
    await suspend(world, held_award, "2026-12-01")
    assert await free(world.council, on="2026-11-30", lot_id=lot) == [5]
    assert await free(world.council, on="2026-12-01") == []


async def test_the_database_counts_places_for_those_who_see_the_award_alone(world: World, ledger: Ledger) -> None:
    lot, held_award = await held(world, capacity=5)
    await world.placement(lot_id=lot, spot_purchase=False)
    count = "select places_taken(cast(:award as uuid), '2026-11-24', '2026-11-24', null)"
    for party, taken in ((world.council, 1), (world.provider, 1), (world.other_council, 0), (world.other_provider, 0)):
        assert await ledger.sql_as(party.id, count, award=held_award) == [(taken,)]


@pytest.mark.parametrize(
    ("statement", "refusal"),
    [
        pytest.param("update lot_awards set capacity = 99", "does not change this", id="gives itself places"),
        pytest.param("update lot_awards set ends_on = '2030-01-01'", "does not change this", id="extends its award"),
    ],
)
async def test_a_provider_changes_nothing_else_of_its_award(
    world: World, ledger: Ledger, statement: str, refusal: str
) -> None:
    await held(world)
    with pytest.raises(Exception, match=refusal):
        await ledger.sql_as(world.provider.id, statement)


async def test_a_council_awards_no_lot_of_anothers_in_the_database_either(world: World, ledger: Ledger) -> None:
    lot, _ = await held(world)
    with pytest.raises(Exception, match="its own frameworks"):
        await ledger.sql_as(
            world.other_council.id,
            "insert into lot_awards (id, created_at, changed_at, version, lot_id, council_id, provider_id, starts_on,"
            " ends_on, delivery_options, expiry_told) values (gen_random_uuid(), now(), now(), 1, :lot, :council,"
            " :provider, '2026-09-01', '2027-08-31', '{}', 0)",
            lot=lot,
            council=world.other_council.id,
            provider=world.provider.id,
        )


async def test_a_place_under_an_earlier_award_of_the_lot_is_taken_still(world: World) -> None:
    lot = await a_lot(world.council, pattern="full_time", key_stages=[], delivery_options=[])
    provider = str(world.provider.id)
    await award(world.council, lot, provider, delivery_options=[], ends_on="2026-12-31", capacity=1)
    await world.placement(lot_id=lot, spot_purchase=False)
    await award(world.council, lot, provider, delivery_options=[], starts_on="2027-01-01", capacity=1)
    assert await free(world.council, on="2027-01-04") == [0]
    body = await world.proposal(lot_id=lot, spot_purchase=False, starts_on="2027-01-04")
    assert (await world.council.post("/v1/placements", body)).json()["rule"] == "capacity_full"
