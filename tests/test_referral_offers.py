"""An offer of a referral: made to one provider on exact terms, and accepted, declined, withdrawn or left to lapse."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.ledger import Ledger
from tests.referring import offered, offered_twice, state, taken_up, terms
from tests.world import Party, World

NOWHERE = "3f0c8e0a-8d0e-4a65-9a57-0a1a3c1f2b77"
FULL = {"declined_for": "no_places", "reason": "Both groups are full"}
FRIDAY_EVENING = datetime(2026, 11, 27, 17, 0, tzinfo=UTC)


async def accept(party: Party, offer: str) -> Any:
    return await party.post(f"{offer}/acceptance", None)


async def test_a_provider_reads_what_it_must_know_and_never_who_the_child_is(world: World) -> None:
    path = await taken_up(world)
    offer = await offered(world, path)
    read = await world.provider.get(offer)
    shown = read.json()
    assert shown["child"] == {
        "tier": "time_limited",
        "primary_reason": "at_risk_of_exclusion",
        "key_stage": "ks4",
        "objectives": ["Attend every morning"],
        "intended_next_step": "Back to school",
        "needs": "Small groups; anxious in corridors",
        "preferred_days": ["monday", "tuesday"],
        "urgency": "soon",
        "transport_needed": True,
    }
    assert (shown["state"], shown["referral_id"], shown["commissioner_id"]) == ("offered", None, str(world.council.id))
    referral = (await world.school.get(path)).json()
    for hidden in (referral["id"], referral["pupil_id"], str(world.school.id), "Robin", "Example", "2012-03-04"):
        assert hidden not in read.text
    assert (await world.provider.get(f"/v1/pupils/{referral['pupil_id']}")).status_code == 404
    assert (await world.provider.get("/v1/referral-offers", waiting_for_me="true")).json()["items"] == [shown]


async def test_acceptance_places_the_child(world: World, ledger: Ledger) -> None:
    path = await taken_up(world)
    offer = await offered(world, path)
    accepted = await accept(world.provider, offer)
    assert (accepted.status_code, accepted.json()["state"]) == (200, "accepted")
    referral = (await world.school.get(path)).json()
    assert (referral["state"], referral["placement_id"]) == ("placed", accepted.json()["placement_id"])
    at = f"/v1/placements/{referral['placement_id']}"
    placement = (await world.provider.get(at)).json()
    assert (placement["status"], placement["pupil_id"]) == ("upcoming", referral["pupil_id"])
    assert (placement["commissioner_id"], placement["host_school_id"]) == (str(world.council.id), str(world.school.id))
    assert placement["objectives"] == referral["objectives"]
    for party in (world.council, world.school):
        assert (await party.get(at)).json() == placement
    assert (await world.provider.get(f"/v1/pupils/{referral['pupil_id']}")).json()["given_name"] == "Robin"
    sessions = list(await ledger.sessions(referral["placement_id"]))
    assert sessions[:2] == ["2026-11-30 am", "2026-11-30 pm"]
    parties = {world.council.id, world.school.id, world.provider.id}
    assert await ledger.told("placement.accepted", at) == parties
    assert await ledger.told("referral-offer.accepted", offer) == parties
    assert await ledger.told("referral.placed", path) == parties - {world.provider.id}
    again = await accept(world.provider, offer)
    assert (again.status_code, again.json()["rule"]) == (409, "wrong_state")


async def test_a_provider_declines_with_a_reason_for_the_requesting_side(world: World, ledger: Ledger) -> None:
    path, first, second = await offered_twice(world)
    declined = await world.provider.post(f"{first}/refusal", FULL)
    assert (declined.json()["state"], declined.json()["declined_because"]) == ("declined", FULL["reason"])
    assert declined.json()["child"] is None
    read = (await world.school.get(first)).json()
    assert (read["declined_for"], read["declined_because"]) == ("no_places", FULL["reason"])
    assert f"/v1/referrals/{read['referral_id']}" == path
    step = (await world.school.get(f"{path}/history")).json()["items"][-1]
    assert (step["step"], step["provider_name"], step["declined_for"], step["reason"]) == (
        "offer_declined",
        "Meadow Farm",
        "no_places",
        FULL["reason"],
    )
    told = {world.council.id, world.school.id, world.provider.id}
    assert await ledger.told("referral-offer.declined", first) == told
    assert await state(world.school, path) == "offered"
    await world.other_provider.post(f"{second}/refusal", FULL)
    referral = (await world.school.get(path)).json()
    assert (referral["state"], referral["offered_until"]) == ("taken_up", None)
    assert (await offered(world, path)).startswith("/v1/referral-offers/")


@pytest.mark.parametrize(
    "body",
    [{}, {"declined_for": "mood", "reason": "x"}, {"declined_for": "other"}, FULL | {"surprise": 1}],
    ids=["nothing", "an unknown reason", "no words", "an unknown member"],
)
async def test_a_malformed_refusal_changes_nothing(world: World, body: object) -> None:
    offer = await offered(world, await taken_up(world))
    assert (await world.provider.post(f"{offer}/refusal", body)).status_code == 422
    assert await state(world.provider, offer) == "offered"


async def test_only_the_provider_asked_answers(world: World) -> None:
    offer = await offered(world, await taken_up(world))
    for verb, body in (("acceptance", None), ("refusal", FULL)):
        assert (await world.council.post(f"{offer}/{verb}", body)).status_code == 403
        assert (await world.other_provider.post(f"{offer}/{verb}", body)).status_code == 404
    assert await state(world.provider, offer) == "offered"


async def test_a_commissioner_takes_an_offer_back(world: World, ledger: Ledger) -> None:
    path = await taken_up(world)
    offer = await offered(world, path)
    why = {"reason": "A nearer place came up"}
    assert (await world.provider.act(offer, "withdrawal", why)).status_code == 403
    not_theirs = await world.school.act(offer, "withdrawal", why)
    assert (not_theirs.status_code, not_theirs.json()["rule"]) == (409, "wrong_party")
    withdrawn = await world.council.act(offer, "withdrawal", why)
    assert (withdrawn.json()["state"], withdrawn.json()["withdrawn_because"]) == ("withdrawn", why["reason"])
    assert (await world.provider.get(offer)).json()["withdrawn_because"] is None
    assert await state(world.school, path) == "taken_up"
    told = {world.council.id, world.school.id, world.provider.id}
    assert await ledger.told("referral-offer.withdrawn", offer) == told
    assert (await world.council.act(offer, "withdrawal", why)).json()["rule"] == "wrong_state"


@pytest.mark.parametrize(
    ("change", "status", "told"),
    [
        pytest.param({"provider_id": NOWHERE}, 422, "/provider_id", id="an unknown provider"),
        pytest.param({"calendar_id": NOWHERE}, 422, "/calendar_id", id="an unknown calendar"),
        pytest.param({"pupil_id": NOWHERE}, 422, "/pupil_id", id="a member that the referral says"),
        pytest.param({"answer_by": "2026-11-27"}, 422, "/answer_by", id="a day where an instant belongs"),
        pytest.param({"answer_by": "2026-11-24T08:00:00Z"}, 409, "answer_by_passed", id="no time to answer"),
        pytest.param({"answer_by": "2027-02-13T08:00:00Z"}, 409, "answer_by_after_end", id="an answer after the end"),
        pytest.param({"spot_purchase": False}, 409, "lot_missing", id="neither lot nor spot purchase"),
        pytest.param({"planned_end_on": "2027-02-09"}, 409, "planned_end_not_half_term_end", id="an ordinary Tuesday"),
    ],
)
async def test_an_offer_that_could_be_no_placement_is_refused(
    world: World, change: dict[str, Any], status: int, told: str
) -> None:
    path = await taken_up(world)
    answer = await world.council.act(path, "offers", await terms(world, world.provider) | change)
    assert answer.status_code == status, answer.text
    assert told in (answer.json().get("rule"), *(each["pointer"] for each in answer.json().get("errors", [])))
    assert await state(world.school, path) == "taken_up"
    assert (await world.council.get("/v1/referral-offers")).json()["items"] == []


async def test_nothing_is_offered_before_the_referral_is_taken_up(world: World) -> None:
    made = await taken_up(world)
    await world.school.act(made, "withdrawal", {"reason": "Moved away"})
    answer = await world.council.act(made, "offers", await terms(world, world.provider))
    assert (answer.status_code, answer.json()["rule"]) == (409, "wrong_state")


async def test_one_offer_stands_with_a_provider_at_a_time(world: World) -> None:
    path = await taken_up(world)
    await offered(world, path)
    again = await world.council.act(path, "offers", await terms(world, world.provider))
    assert (again.status_code, again.json()["rule"]) == (409, "already_offered")


async def test_a_provider_on_the_requesting_side_is_offered_nothing(world: World) -> None:
    path = await taken_up(world, host_school_id=str(world.provider.id))
    assert await state(world.provider, path) == "taken_up"
    answer = await world.council.act(path, "offers", await terms(world, world.provider))
    assert (answer.status_code, answer.json()["rule"]) == (409, "provider_on_requesting_side")
    offer = await offered(world, path, world.other_provider)
    mine = await accept(world.provider, offer)
    assert (mine.status_code, mine.json()["rule"]) == (409, "wrong_party")
    pupil = (await world.council.get(path)).json()["pupil_id"]
    around = await world.proposal(pupil_id=pupil, host_school_id=str(world.provider.id))
    assert (await world.council.post("/v1/placements", around)).status_code == 201


async def test_an_offer_lapses_when_nobody_answers(world: World, ledger: Ledger) -> None:
    path, first, second = await offered_twice(world)
    await ledger.stand_at(FRIDAY_EVENING.replace(hour=16, minute=59))
    etag = (await world.provider.get(first)).headers["ETag"]
    await ledger.stand_at(FRIDAY_EVENING)
    read = await world.provider.http.get(first, headers={"If-None-Match": etag})
    assert (read.status_code, read.json()["state"], read.json()["child"]) == (200, "lapsed", None)
    late = await accept(world.provider, first)
    assert (late.status_code, late.json()["rule"], late.json()["state"]) == (409, "wrong_state", "lapsed")
    assert (await world.provider.post(f"{first}/refusal", FULL)).json()["rule"] == "wrong_state"
    assert await state(world.school, path) == "taken_up"
    since = {"changed_since": "2026-11-27T16:00:00Z"}
    for party, where, filters, found in (
        (world.provider, "/v1/referral-offers", {"state": "lapsed"}, 1),
        (world.provider, "/v1/referral-offers", {"state": "offered"}, 0),
        (world.provider, "/v1/referral-offers", {"waiting_for_me": "true"}, 0),
        (world.provider, "/v1/referral-offers", {"waiting_for_me": "false"}, 1),
        (world.school, "/v1/referral-offers", since, 2),
        (world.school, "/v1/referrals", since, 1),
        (world.school, "/v1/referrals", {"state": "taken_up"}, 1),
        (world.school, "/v1/referrals", {"state": "offered"}, 0),
        (world.council, "/v1/referrals", {"waiting_for_me": "true"}, 1),
    ):
        assert len((await party.get(where, **filters)).json()["items"]) == found, (where, filters)
    again = await offered(world, path, answer_by="2026-11-30T12:00:00Z")
    assert await state(world.school, path) == "offered"
    assert (await accept(world.provider, again)).status_code == 200
    assert await state(world.other_provider, second) == "lapsed"


async def test_the_clock_notes_what_lapsed_and_tells(world: World, ledger: Ledger) -> None:
    path, first, second = await offered_twice(world)
    later = await offered(world, await taken_up(world), answer_by="2026-11-30T12:00:00Z", provider=world.other_provider)
    await world.other_provider.post(f"{second}/refusal", FULL)
    moved = await world.council.http.put("/v1/sandbox/clock", json={"now": "2026-11-27T18:00:00Z"})
    assert moved.status_code == 200, moved.text
    told = {world.council.id, world.school.id, world.provider.id}
    assert await ledger.told("referral-offer.lapsed", first) == told
    assert await ledger.told("referral-offer.lapsed", later) == set()
    step = (await world.school.get(f"{path}/history")).json()["items"][-1]
    assert (step["step"], step["at"], step["by_id"]) == ("offer_lapsed", "2026-11-27T17:00:00Z", None)
    referral = (await world.school.get(path)).json()
    assert (referral["state"], referral["offered_until"]) == ("taken_up", None)
    events = (await world.provider.get("/v1/events")).json()["items"]
    [lapsed] = [each for each in events if each["type"] == "referral-offer.lapsed"]
    assert (lapsed["resource"], lapsed["occurred_at"]) == (first, "2026-11-27T17:00:00Z")
    await world.council.http.put("/v1/sandbox/clock", json={"now": "2026-11-27T19:00:00Z"})
    assert len((await world.provider.get("/v1/events")).json()["items"]) == len(events)


async def test_a_lot_lost_since_the_offer_is_in_the_way_of_acceptance(world: World) -> None:
    dates = {"starts_on": "2026-09-01", "ends_on": "2027-08-31"}
    nothing_asked = {"insurance_required": False, "safeguarding_confirmation_required": False}
    framework = (await world.council.post("/v1/frameworks", {"name": "AP", **dates, **nothing_asked})).json()["id"]
    lot = (await world.council.post(f"/v1/frameworks/{framework}/lots", {"number": 1, "name": "Full time"})).json()
    award = await world.council.post(
        "/v1/lot-awards", {"lot_id": lot["id"], "provider_id": str(world.provider.id), **dates}
    )
    path = await taken_up(world)
    offer = await offered(world, path, spot_purchase=False, lot_id=lot["id"])
    shortened = await world.council.change("PATCH", award.headers["Location"], {"ends_on": "2026-11-29"})
    assert shortened.status_code == 200, shortened.text
    answer = await accept(world.provider, offer)
    assert (answer.status_code, answer.json()["rule"]) == (409, "award_not_current")
    assert await state(world.provider, offer) == "offered"
    assert (await world.provider.get("/v1/placements")).json()["items"] == []


async def test_a_site_closed_since_the_offer_is_in_the_way_of_acceptance(world: World, ledger: Ledger) -> None:
    site = await world.provider.post(
        f"/v1/providers/{world.provider.id}/sites", {"name": "Barn", "address": "1 Lane", "postcode": "ZZ99 9ZZ"}
    )
    assert site.status_code == 201, site.text
    slots = [
        {"weekday": "monday", "session": "am", "starts_at": "09:00", "ends_at": "12:00", "site_id": site.json()["id"]}
    ]
    offer = await offered(world, await taken_up(world), timetable=slots)
    await ledger.sql("delete from sites where id = :id", id=site.json()["id"])
    answer = await accept(world.provider, offer)
    assert (answer.status_code, answer.json()["rule"]) == (409, "site_gone")


async def test_a_repeated_acceptance_is_replayed(world: World) -> None:
    offer = await offered(world, await taken_up(world))
    first = await world.provider.post(f"{offer}/acceptance", None, key="yes")
    again = await world.provider.post(f"{offer}/acceptance", None, key="yes")
    assert (again.json(), again.headers["Idempotent-Replayed"]) == (first.json(), "true")
    assert len((await world.provider.get("/v1/placements")).json()["items"]) == 1
