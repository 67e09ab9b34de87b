"""The life of a placement, and who may see it."""

import gc
from datetime import UTC, datetime
from typing import Any

import pytest

from app.problems import Unavailable
from app.services import placements_checks
from tests.ledger import Ledger
from tests.world import CALENDAR, TIMETABLE, Party, World


async def test_a_placement_is_proposed_accepted_and_then_expected(world: World) -> None:
    proposed = await world.council.post("/v1/placements", await world.proposal())
    assert proposed.status_code == 201, proposed.text
    assert proposed.json()["status"] == "proposed"
    path = proposed.headers["Location"]
    accepted = await world.provider.act(path, "acceptance")
    assert accepted.json()["status"] == "active"
    assert (await world.school.get(path)).json() == accepted.json()


async def test_only_those_it_concerns_see_a_placement(world: World) -> None:
    path = f"/v1/placements/{await world.placement()}"
    for party in (world.council, world.school, world.provider):
        assert (await party.get(path)).status_code == 200
    missing = await world.other_council.get("/v1/placements/3f0c8e0a-8d0e-4a65-9a57-0a1a3c1f2b77")
    for stranger in (world.other_council, world.other_school, world.other_provider):
        answer = await stranger.get(path)
        assert answer.status_code == 404
        assert answer.json().keys() == missing.json().keys()
        assert answer.json()["detail"] == missing.json()["detail"]
        assert (await stranger.get("/v1/placements")).json()["items"] == []


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        pytest.param({"pupil_id": "3f0c8e0a-8d0e-4a65-9a57-0a1a3c1f2b77"}, "/pupil_id", id="an unknown pupil"),
        pytest.param({"provider_id": "3f0c8e0a-8d0e-4a65-9a57-0a1a3c1f2b77"}, "/provider_id", id="no provider"),
        pytest.param({"timetable": [TIMETABLE[0], TIMETABLE[0]]}, "/timetable", id="one session twice"),
        pytest.param({"spot_purchase": "true"}, "/spot_purchase", id="a text where a boolean belongs"),
        pytest.param({"surprise": 1}, "/surprise", id="an unknown member"),
        pytest.param({"starts_on": "2026-02-30"}, "/starts_on", id="a day that does not exist"),
    ],
)
async def test_a_faulty_proposal_is_named_and_nothing_stored(
    world: World, change: dict[str, Any], pointer: str
) -> None:
    answer = await world.council.post("/v1/placements", await world.proposal() | change)
    assert answer.status_code == 422, answer.text
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]
    assert (await world.council.get("/v1/placements")).json()["items"] == []


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        pytest.param({"planned_end_on": "2027-02-09"}, "planned_end_not_half_term_end", id="an ordinary Tuesday"),
        pytest.param({"spot_purchase": False}, "lot_missing", id="neither lot nor spot purchase"),
        pytest.param({"planned_end_on": "2026-10-23"}, "placement_backwards", id="an end before the start"),
    ],
)
async def test_a_proposal_against_the_rules_is_refused(world: World, change: dict[str, Any], rule: str) -> None:
    answer = await world.council.post("/v1/placements", await world.proposal() | change)
    assert answer.status_code == 409, answer.text
    assert answer.json()["rule"] == rule


async def test_an_end_that_is_no_half_term_end_needs_both_sides(world: World) -> None:
    body = await world.proposal(planned_end_on="2027-02-09", planned_end_by_agreement=True)
    assert (await world.council.post("/v1/placements", body)).status_code == 201


async def test_only_the_provider_accepts_and_only_once(world: World) -> None:
    path = (await world.council.post("/v1/placements", await world.proposal())).headers["Location"]
    assert (await world.council.act(path, "acceptance")).status_code == 403
    assert (await world.other_provider.act(path, "acceptance")).status_code == 404
    assert (await world.provider.act(path, "acceptance")).status_code == 200
    again = await world.provider.act(path, "acceptance")
    assert (again.status_code, again.json()["rule"]) == (409, "wrong_state")


async def test_a_provider_declines_with_a_reason(world: World) -> None:
    path = (await world.council.post("/v1/placements", await world.proposal())).headers["Location"]
    declined = await world.provider.act(path, "refusal", {"reason": "No places left"})
    assert (declined.json()["status"], declined.json()["declined_because"]) == ("declined", "No places left")


async def test_a_commissioner_withdraws_an_open_proposal(world: World) -> None:
    path = (await world.council.post("/v1/placements", await world.proposal())).headers["Location"]
    assert (await world.council.act(path, "withdrawal")).json()["status"] == "withdrawn"
    assert (await world.provider.act(path, "acceptance")).status_code == 409


async def test_a_timetable_changes_from_a_later_day(world: World) -> None:
    path = f"/v1/placements/{await world.placement()}"
    mornings = [slot for slot in TIMETABLE if slot["session"] == "am"]
    changed = await world.provider.act(path, "timetables", {"applies_from": "2026-11-30", "slots": mornings})
    assert changed.status_code == 201, changed.text
    versions = (await world.school.get(f"{path}/timetables")).json()["items"]
    assert [v["applies_from"] for v in versions] == ["2026-11-02", "2026-11-30"]
    late = await world.provider.act(path, "timetables", {"applies_from": "2026-10-26", "slots": mornings})
    assert late.status_code == 422


async def test_a_list_is_filtered_by_todays_status(world: World) -> None:
    active = await world.placement()
    upcoming = await world.placement(starts_on="2027-01-04")
    for status, expected in (("active", active), ("upcoming", upcoming)):
        page = (await world.school.get("/v1/placements", status=status)).json()
        assert [p["id"] for p in page["items"]] == [expected]


async def test_nothing_is_expected_of_a_day_before_acceptance(world: World, ledger: Ledger) -> None:
    placement = await world.placement(starts_on="2026-11-02")
    sessions = list(await ledger.sessions(placement))
    assert sessions[:2] == ["2026-11-24 am", "2026-11-24 pm"]


async def test_a_placement_is_not_accepted_after_its_end(world: World, ledger: Ledger) -> None:
    path = (await world.council.post("/v1/placements", await world.proposal())).headers["Location"]
    await ledger.stand_at(datetime(2027, 2, 13, 8, 0, tzinfo=UTC))
    late = await world.provider.act(path, "acceptance")
    assert (late.status_code, late.json()["rule"]) == (409, "placement_is_over")
    assert (await world.provider.get(path)).json()["status"] == "proposed"
    await ledger.stand_at(datetime(2027, 2, 12, 8, 0, tzinfo=UTC))
    assert (await world.provider.act(path, "acceptance")).status_code == 200


async def test_a_reference_that_cannot_be_looked_up_leaves_no_other_behind(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise Unavailable

    body = await world.proposal()
    monkeypatch.setattr(placements_checks, "visible_pupil", broken)
    assert (await world.council.post("/v1/placements", body)).status_code == 503
    gc.collect()  # a look that was begun and never awaited warns here, and a warning is an error


async def test_a_list_is_filtered_by_its_parties_and_by_a_day(world: World) -> None:
    first = await world.placement()
    second = await world.placement(starts_on="2027-01-04", host_school_id=None)
    school, council = str(world.school.id), str(world.council.id)
    for filters, expected in (
        ({"host_school_id": school}, {first}),
        ({"commissioner_id": council}, {first, second}),
        ({"commissioner_id": school}, set()),
        ({"active_on": "2026-12-01"}, {first}),
        ({"active_on": "2027-01-04"}, {first, second}),
        ({"active_on": "2026-11-01"}, set()),
        ({"continues_id": first}, set()),
    ):
        page = (await world.council.get("/v1/placements", **filters)).json()
        assert {each["id"] for each in page["items"]} == expected, filters


async def _calendar_of(party: Party) -> str:
    made = await party.post("/v1/calendars", CALENDAR)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


@pytest.mark.parametrize(
    ("whose", "basis"),
    [
        pytest.param("council", "commissioner", id="the commissioner's own"),
        pytest.param("school", "host_school", id="the host school's, by agreement"),
        pytest.param("provider", "provider", id="the provider's, by agreement"),
        pytest.param("other_school", None, id="another school's"),
        pytest.param("other_council", None, id="another council's"),
        pytest.param("other_provider", None, id="another provider's"),
    ],
)
async def test_a_calendar_of_the_parties_governs(world: World, whose: str, basis: str | None) -> None:
    body = await world.proposal(calendar_id=await _calendar_of(getattr(world, whose)))
    answer = await world.council.post("/v1/placements", body)
    if basis is None:
        assert (answer.status_code, answer.json()["rule"]) == (409, "calendar_of_no_party")
        assert answer.json()["would_be_lawful"] == ["commissioner", "host_school", "provider"]
    else:
        assert (answer.status_code, answer.json()["calendar_basis"]) == (201, basis)


async def test_a_school_without_a_calendar_goes_by_its_councils(world: World) -> None:
    child = {"given_name": "Ada", "family_name": "Example", "date_of_birth": "2012-03-04"}
    pupil = (await world.school.post("/v1/pupils", child)).json()["id"]
    body = await world.proposal(pupil_id=pupil)
    assert (await world.school.post("/v1/placements", body)).json()["calendar_basis"] == "commissioners_council"
    own = await _calendar_of(world.school)
    assert (await world.school.post("/v1/placements", body)).json()["rule"] == "calendar_of_no_party"
    with_own = await world.school.post("/v1/placements", body | {"calendar_id": own})
    assert with_own.json()["calendar_basis"] == "commissioner"
