"""A referral: requested by a school or council, taken up by its commissioner, and seen at every step."""

from typing import Any

import pytest

from tests.ledger import Ledger
from tests.referring import offered, pupil_of, requested, state, taken_up, terms, wanted
from tests.world import Party, World

NOWHERE = "3f0c8e0a-8d0e-4a65-9a57-0a1a3c1f2b77"
WHY = {"reason": "Another way was found"}


async def history(party: Party, path: str) -> list[tuple[str, str | None, str | None]]:
    steps = (await party.get(f"{path}/history")).json()["items"]
    return [(step["step"], step["by_name"], step["reason"]) for step in steps]


async def test_a_school_asks_its_council_which_takes_it_up(world: World, ledger: Ledger) -> None:
    made = await world.school.post("/v1/referrals", await wanted(world))
    assert made.status_code == 201, made.text
    path, referral = made.headers["Location"], made.json()
    assert (referral["state"], referral["council_id"]) == ("requested", str(world.council.id))
    assert (await world.council.get("/v1/referrals", waiting_for_me="true")).json()["items"] == [referral]
    assert (await world.school.get("/v1/referrals", waiting_for_me="true")).json()["items"] == []
    taken = await world.council.act(path, "take-up")
    assert (taken.status_code, taken.json()["state"]) == (200, "taken_up")
    assert (await world.school.get(path)).json() == taken.json()
    assert await history(world.school, path) == [
        ("requested", "Hill School", None),
        ("taken_up", "Northshire Council", None),
    ]
    for event in ("requested", "taken-up"):
        assert await ledger.told(f"referral.{event}", path) == {world.school.id, world.council.id}


async def test_a_council_that_is_asked_reads_who_the_child_is(world: World) -> None:
    path = await requested(world)
    pupil = (await world.council.get(path)).json()["pupil_id"]
    assert (await world.council.get(f"/v1/pupils/{pupil}")).status_code == 200
    for stranger in (world.other_council, world.other_school, world.provider):
        assert (await stranger.get(f"/v1/pupils/{pupil}")).status_code == 404


async def test_a_council_that_is_asked_declines_with_a_reason(world: World, ledger: Ledger) -> None:
    path = await requested(world)
    assert (await world.council.act(path, "refusal")).status_code == 422
    declined = await world.council.act(path, "refusal", {"reason": "The school holds this budget"})
    assert (declined.json()["state"], declined.json()["closed_because"]) == (
        "declined",
        "The school holds this budget",
    )
    assert await ledger.told("referral.declined", path) == {world.school.id, world.council.id}
    late = await world.council.act(path, "take-up")
    assert (late.status_code, late.json()["rule"], late.json()["possible_verbs"]) == (409, "wrong_state", [])


async def test_a_school_that_commissions_itself_offers_at_once_and_its_council_watches(world: World) -> None:
    made = await world.school.post("/v1/referrals", await wanted(world, commissioner_id=str(world.school.id)))
    path = made.headers["Location"]
    assert made.json()["state"] == "taken_up"
    assert await state(world.council, path) == "taken_up"
    for verb in ("take-up", "withdrawal", "conclusion"):
        body = None if verb == "take-up" else WHY
        refusal = await world.council.act(path, verb, body)
        assert refusal.status_code == 409, verb
        assert refusal.json()["rule"] in ("wrong_party", "wrong_state")
    calendar = await world.calendar()
    mine = await world.council.act(path, "offers", await terms(world, world.provider, calendar_id=calendar))
    assert (mine.status_code, mine.json()["rule"]) == (409, "wrong_party")
    made = await world.school.act(path, "offers", await terms(world, world.provider, calendar_id=calendar))
    assert made.status_code == 201, made.text
    accepted = await world.provider.post(f"{made.headers['Location']}/acceptance", None)
    placement = (await world.school.get(f"/v1/placements/{accepted.json()['placement_id']}")).json()
    assert placement["commissioner_id"] == str(world.school.id)


async def test_a_council_refers_a_child_of_a_school_and_the_school_sees_every_step(world: World) -> None:
    body = await wanted(world, pupil_id=await pupil_of(world.council))
    made = await world.council.post("/v1/referrals", body)
    assert (made.status_code, made.json()["state"]) == (201, "taken_up")
    path = made.headers["Location"]
    await offered(world, path)
    assert await state(world.school, path) == "offered"
    assert [step for step, _, _ in await history(world.school, path)] == ["requested", "offer_made"]
    assert (await world.school.act(path, "withdrawal", WHY)).json()["rule"] == "wrong_party"


async def test_the_council_of_the_host_school_sees_what_another_council_refers(world: World) -> None:
    body = await wanted(
        world,
        pupil_id=await pupil_of(world.council),
        host_school_id=str(world.other_school.id),
        commissioner_id=str(world.council.id),
    )
    made = await world.council.post("/v1/referrals", body)
    assert made.json()["council_id"] == str(world.other_council.id)
    assert await state(world.other_council, made.headers["Location"]) == "taken_up"
    assert await state(world.other_school, made.headers["Location"]) == "taken_up"


async def test_a_child_on_no_roll_is_referred(world: World) -> None:
    body = await wanted(world, host_school_id=None, pupil_id=await pupil_of(world.council))
    made = await world.council.post("/v1/referrals", body)
    assert (made.json()["host_school_id"], made.json()["council_id"]) == (None, str(world.council.id))


async def test_only_the_requesting_side_sees_a_referral(world: World) -> None:
    path = await requested(world)
    for stranger in (world.other_council, world.other_school, world.provider):
        for where in (path, f"{path}/history"):
            assert (await stranger.get(where)).status_code == 404
        assert (await stranger.get("/v1/referrals")).json()["items"] == []
    assert (await world.other_council.act(path, "take-up")).status_code == 404
    assert (await world.provider.act(path, "withdrawal", WHY)).status_code == 403


@pytest.mark.parametrize(
    ("change", "pointers"),
    [
        pytest.param({"pupil_id": NOWHERE}, {"/pupil_id"}, id="an unknown pupil"),
        pytest.param({"host_school_id": NOWHERE}, {"/host_school_id"}, id="an unknown school"),
        pytest.param({"needs": " ", "urgency": "now"}, {"/needs", "/urgency"}, id="no needs, an unknown urgency"),
        pytest.param({"needs": "x" * 8001}, {"/needs"}, id="needs without end"),
        pytest.param({"preferred_days": ["monday", "monday"]}, {"/preferred_days"}, id="a day twice"),
        pytest.param({"state": "taken_up"}, {"/state"}, id="a member that is not the caller's to set"),
        pytest.param({"transport_needed": "yes"}, {"/transport_needed"}, id="a text where a boolean belongs"),
    ],
)
async def test_a_faulty_request_is_named_and_nothing_stored(
    world: World, change: dict[str, Any], pointers: set[str]
) -> None:
    answer = await world.school.post("/v1/referrals", await wanted(world) | change)
    assert answer.status_code == 422, answer.text
    assert {error["pointer"] for error in answer.json()["errors"]} == pointers
    assert (await world.council.get("/v1/referrals")).json()["items"] == []


async def test_another_organisations_pupil_is_as_unknown_as_none(world: World) -> None:
    theirs = await pupil_of(world.other_school)
    answer = await world.school.post("/v1/referrals", await wanted(world, pupil_id=theirs))
    assert answer.json()["errors"][0]["code"] == "pupil_not_found"


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        pytest.param({"commissioner_id": "other_council"}, "commissioner_not_open", id="another council is to pay"),
        pytest.param({"commissioner_id": "other_school"}, "commissioner_not_open", id="another school is to pay"),
        pytest.param({"wanted_end_on": "2026-11-29"}, "referral_backwards", id="until before from"),
        pytest.param({"wanted_end_on": "2030-01-01"}, "referral_too_long", id="for more than three years"),
    ],
)
async def test_a_request_against_the_rules_is_refused(world: World, change: dict[str, str], rule: str) -> None:
    party = getattr(world, change.get("commissioner_id", ""), None)
    named = {"commissioner_id": str(party.id)} if party else change
    answer = await world.school.post("/v1/referrals", await wanted(world) | named)
    assert (answer.status_code, answer.json()["rule"]) == (409, rule)


async def test_what_is_wanted_changes_while_nothing_is_offered(world: World, ledger: Ledger) -> None:
    path = await requested(world)
    changed = await world.school.change("PATCH", path, {"needs": "Has settled; mornings only", "pattern": "part_time"})
    assert (changed.status_code, changed.json()["needs"]) == (200, "Has settled; mornings only")
    assert changed.json()["objectives"] == ["Attend every morning"]
    assert await ledger.told("referral.changed", path) == {world.school.id, world.council.id}
    await world.council.act(path, "take-up")
    assert (await world.council.change("PATCH", path, {"urgency": "urgent"})).json()["urgency"] == "urgent"
    backwards = await world.council.change("PATCH", path, {"wanted_end_on": "2026-11-29"})
    assert backwards.json()["rule"] == "referral_backwards"
    offer = await offered(world, path)
    late = await world.school.change("PATCH", path, {"urgency": "routine"})
    assert (late.status_code, late.json()["rule"]) == (409, "wrong_state")
    await world.provider.post(f"{offer}/refusal", {"declined_for": "no_places", "reason": "Full"})
    assert (await world.school.change("PATCH", path, {"urgency": "routine"})).status_code == 200
    assert [step for step, _, _ in await history(world.council, path)] == [
        "requested",
        "changed",
        "taken_up",
        "changed",
        "offer_made",
        "offer_declined",
        "changed",
    ]


async def test_a_change_from_what_was_read_before_is_told_so(world: World) -> None:
    path = await requested(world)
    stale = {"If-Match": (await world.school.get(path)).headers["ETag"]}
    await world.council.act(path, "take-up")
    answer = await world.school.http.patch(path, json={"urgency": "urgent"}, headers=stale)
    assert answer.status_code == 412


@pytest.mark.parametrize("step", ["requested", "taken_up", "offered"])
async def test_whoever_asked_withdraws_at_any_open_step(world: World, ledger: Ledger, step: str) -> None:
    path = await requested(world) if step == "requested" else await taken_up(world)
    offer = await offered(world, path) if step == "offered" else None
    assert (await world.council.act(path, "withdrawal", WHY)).json()["rule"] == "wrong_party"
    withdrawn = await world.school.act(path, "withdrawal", WHY)
    assert (withdrawn.json()["state"], withdrawn.json()["closed_because"]) == ("withdrawn", WHY["reason"])
    assert (await history(world.council, path))[-1 if offer is None else -2] == (
        "withdrawn",
        "Hill School",
        WHY["reason"],
    )
    assert (await world.school.act(path, "withdrawal", WHY)).json()["rule"] == "wrong_state"
    if offer is not None:
        read = (await world.provider.get(offer)).json()
        assert (read["state"], read["withdrawn_because"], read["child"]) == ("withdrawn", None, None)
        assert world.provider.id in await ledger.told("referral-offer.withdrawn", offer)
        late = await world.provider.post(f"{offer}/acceptance", None)
        assert (late.status_code, late.json()["rule"]) == (409, "wrong_state")


async def test_a_commissioner_that_finds_no_place_says_so(world: World, ledger: Ledger) -> None:
    path = await taken_up(world)
    offer = await offered(world, path)
    too_early = await world.council.act(path, "conclusion", WHY)
    assert (too_early.status_code, too_early.json()["rule"]) == (409, "wrong_state")
    await world.council.act(offer, "withdrawal", WHY)
    assert (await world.school.act(path, "conclusion", WHY)).json()["rule"] == "wrong_party"
    concluded = await world.council.act(path, "conclusion", {"reason": "No provider near enough"})
    assert (concluded.json()["state"], concluded.json()["closed_because"]) == ("not_placed", "No provider near enough")
    assert await ledger.told("referral.not-placed", path) == {world.school.id, world.council.id}


async def test_a_list_is_filtered(world: World) -> None:
    waiting, open_, asked = await requested(world), await taken_up(world), await taken_up(world)
    await offered(world, asked)
    pupil = (await world.school.get(waiting)).json()["pupil_id"]
    expected: list[tuple[Party, dict[str, str], set[str]]] = [
        (world.council, {"state": "requested"}, {waiting}),
        (world.council, {"state": "offered"}, {asked}),
        (world.council, {"waiting_for_me": "true"}, {waiting, open_}),
        (world.council, {"waiting_for_me": "false"}, {asked}),
        (world.school, {"waiting_for_me": "false"}, {waiting, open_, asked}),
        (world.council, {"provider_id": str(world.provider.id)}, {asked}),
        (world.council, {"provider_id": str(world.other_provider.id)}, set()),
        (world.school, {"host_school_id": str(world.school.id)}, {waiting, open_, asked}),
        (world.school, {"host_school_id": str(world.other_school.id)}, set()),
        (world.school, {"pupil_id": pupil}, {waiting}),
        (world.school, {"changed_since": "2026-11-24T08:00:00Z"}, {waiting, open_, asked}),
        (world.school, {"changed_since": "2026-11-24T08:00:01Z"}, set()),
    ]
    for party, filters, paths in expected:
        items = (await party.get("/v1/referrals", **filters)).json()["items"]
        assert {f"/v1/referrals/{item['id']}" for item in items} == paths, filters


async def test_reading_a_referral_is_a_disclosure_that_the_audit_keeps(world: World, ledger: Ledger) -> None:
    path = await taken_up(world)
    pupil = (await world.council.get(path)).json()["pupil_id"]
    offer = await offered(world, path)
    await world.provider.get(offer)
    await world.council.get("/v1/referral-offers")
    for organisation, operation in (
        (world.council, "get_referral"),
        (world.council, "list_referral_offers"),
        (world.provider, "get_referral_offer"),
    ):
        rows = await ledger.sql(
            "select pupil_ids from audit_entries where organisation_id = :who and operation = :what",
            who=organisation.id,
            what=operation,
        )
        assert any([str(each) for each in row[0]] == [pupil] for row in rows), operation
