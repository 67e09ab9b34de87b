"""A provider confirms its safeguarding checks, renews that, and says when staff change."""

from typing import Any

import pytest

from tests.assuring import CONFIRMED, confirmed
from tests.ledger import Ledger
from tests.overseen import award as awarded
from tests.test_frameworks import a_lot, award, fault
from tests.test_insurance_certificates import CLOCK
from tests.world import Party, World

PATH = "/v1/safeguarding-confirmations"
CHANGE = {"changed_on": "2026-11-23", "note": "Two tutors started"}


async def states(party: Party, **filters: Any) -> list[str]:
    answer = await party.get(PATH, **filters)
    assert answer.status_code == 200, answer.text
    return [each["state"] for each in answer.json()["items"]]


async def test_schools_with_a_child_there_have_the_providers_word(world: World, ledger: Ledger) -> None:
    await world.placement()
    path = await confirmed(world.provider)
    read = (await world.school.get(path)).json()
    assert (read["confirmed_by"], read["valid_until"], read["state"]) == ("C. Okafor, lead", "2027-07-31", "current")
    told = {world.provider.id, world.school.id, world.council.id}
    assert await ledger.told("safeguarding-confirmation.given", path) == told
    for stranger in (world.other_council, world.other_school, world.other_provider):
        assert (await stranger.get(path)).status_code == 404
        assert await states(stranger) == []
        assert await ledger.sql_as(stranger.id, "select count(*) from safeguarding_confirmations") == [(0,)]


async def test_a_council_reads_what_an_applicant_confirms(world: World) -> None:
    path = await confirmed(world.provider)
    assert (await world.council.get(path)).status_code == 404
    lot = await a_lot(world.council)
    framework = (await world.council.get(f"/v1/lots/{lot}")).json()["framework_id"]
    days = {"kind": "refresh", "opens_on": "2026-11-24", "closes_on": "2026-12-18"}
    await world.council.post(f"/v1/frameworks/{framework}/windows", days)
    await world.provider.post("/v1/lot-applications", {"lot_id": lot, "statement": "We teach."})
    assert (await world.council.get(path)).status_code == 200


async def test_a_staff_change_marks_it_until_it_is_renewed_and_stops_nothing(world: World, ledger: Ledger) -> None:
    await world.placement()
    path = await confirmed(world.provider)
    marked = await world.provider.act(path, "staff-change", CHANGE)
    assert (marked.status_code, marked.json()["renewal_needed"]) == (200, True)
    assert (marked.json()["state"], marked.json()["staff_change_note"]) == ("current", "Two tutors started")
    told = {world.provider.id, world.school.id, world.council.id}
    assert await ledger.told("safeguarding-confirmation.staff-changed", path) == told
    assert await states(world.school, renewal_needed="true") == ["current"]
    await world.placement()
    renewed = await confirmed(world.provider, confirmed_on="2026-11-24")
    old = (await world.school.get(path)).json()
    assert (old["state"], old["renewal_needed"]) == ("superseded", False)
    assert (await world.school.get(renewed)).json()["state"] == "current"
    assert await states(world.school, renewal_needed="true") == []
    assert sorted(await states(world.school, renewal_needed="false")) == ["current", "superseded"]
    late = await world.provider.act(path, "staff-change", CHANGE)
    assert (late.status_code, late.json()["rule"]) == (409, "confirmation_superseded")


@pytest.mark.parametrize("changed_on", ["2026-11-19", "2026-11-25"], ids=["before the checks", "tomorrow"])
async def test_a_staff_change_lies_between_the_checks_and_today(world: World, changed_on: str) -> None:
    path = await confirmed(world.provider)
    refused = await world.provider.act(path, "staff-change", CHANGE | {"changed_on": changed_on})
    assert (refused.status_code, refused.json()["rule"]) == (409, "staff_change_outside_confirmation")
    assert (await world.provider.get(path)).json()["renewal_needed"] is False


async def test_what_makes_no_sense_is_refused(world: World) -> None:
    for changes, rule in (
        ({"confirmed_on": "2026-11-25"}, "confirmation_in_future"),
        ({"valid_until": "2026-11-23"}, "confirmation_already_over"),
    ):
        refused = await world.provider.post(PATH, CONFIRMED | changes)
        assert (refused.status_code, refused.json()["rule"]) == (409, rule)
    for changes, code in (({"confirmed_by": " "}, "blank"), ({"valid_until": "2026-11-19"}, "ends_before_start")):
        malformed = await world.provider.post(PATH, CONFIRMED | changes)
        assert (malformed.status_code, fault(malformed)[1]) == (422, code)
    for party in (world.council, world.school):
        assert (await party.post(PATH, CONFIRMED)).status_code == 403
    assert await states(world.provider) == []
    path = await confirmed(world.provider)
    assert (await world.other_provider.act(path, "staff-change", CHANGE)).status_code == 404
    stale = {"If-Match": '"9-0000000000000000"', "Idempotency-Key": "k"}
    assert (await world.provider.http.post(f"{path}/staff-change", json=CHANGE, headers=stale)).status_code == 412


async def test_its_end_is_told_to_provider_councils_and_all_with_a_child_there(
    world: World, database: Any, settings: Any, ledger: Ledger
) -> None:
    await awarded(database, settings, world.other_council.id, world.provider.id)
    await world.placement()
    path = await confirmed(world.provider, valid_until="2026-12-31")
    told = {world.provider.id, world.school.id, world.council.id, world.other_council.id}
    await world.council.http.put(CLOCK, json={"now": "2026-12-01T09:00:00Z"})
    assert await ledger.told("safeguarding-confirmation.expiring", path) == told
    assert await states(world.school, state="expiring") == ["expiring"]
    await world.council.http.put(CLOCK, json={"now": "2027-01-01T09:00:00Z"})
    assert await ledger.told("safeguarding-confirmation.lapsed", path) == told
    assert await states(world.school, state="lapsed", changed_since="2027-01-01T00:00:00Z") == ["lapsed"]


async def test_the_end_of_an_award_is_told_to_council_and_provider(world: World, ledger: Ledger) -> None:
    lot, provider = await a_lot(world.council), str(world.provider.id)
    path = (await award(world.council, lot, provider, ends_on="2026-12-31")).headers["Location"]
    followed = await a_lot(world.council)
    quiet = (await award(world.council, followed, provider, ends_on="2026-12-31")).headers["Location"]
    await award(world.council, followed, provider, starts_on="2027-01-01")
    await world.council.http.put(CLOCK, json={"now": "2026-12-01T09:00:00Z"})
    both = {world.council.id, world.provider.id}
    assert await ledger.told("lot-award.expiring", path) == both
    await world.council.http.put(CLOCK, json={"now": "2027-01-01T09:00:00Z"})
    assert await ledger.told("lot-award.expired", path) == both
    assert (await world.council.get(path)).json()["state"] == "expired"
    listed = (await world.council.get("/v1/lot-awards", state="expired", ends_before="2027-01-01")).json()["items"]
    assert {f"/v1/lot-awards/{each['id']}" for each in listed} == {path, quiet}
    for event in ("expiring", "expired"):
        assert await ledger.told(f"lot-award.{event}", quiet) == set()


async def test_an_award_that_is_shortened_is_told_of_again(world: World, ledger: Ledger) -> None:
    lot = await a_lot(world.council)
    path = (await award(world.council, lot, str(world.provider.id), ends_on="2026-12-20")).headers["Location"]
    await world.council.http.put(CLOCK, json={"now": "2026-11-25T09:00:00Z"})
    assert (await world.council.change("PATCH", path, {"ends_on": "2026-11-30"})).status_code == 200
    await world.council.http.put(CLOCK, json={"now": "2026-11-26T09:00:00Z"})
    told = "select count(*) from events where resource = :path and type = 'lot-award.expiring'"
    assert await ledger.sql(told, path=path) == [(2,)]
