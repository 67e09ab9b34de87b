"""How a placement came out: recorded by the commissioner, corrected by appending, seen by all whom it concerns."""

from asyncio import gather
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from httpx import Response

from tests.coming_out import ENDED, check_of, ended_placement, outcome, recorded, years_calendar
from tests.ledger import Ledger
from tests.world import World


async def correct(world: World, id_: str, **changes: Any) -> Response:
    body = outcome(correction_reason="The school told us more", **changes)
    return await world.council.act(f"/v1/outcomes/{id_}", "correction", body)


async def test_the_commissioner_records_how_a_placement_came_out(world: World, ledger: Ledger) -> None:
    placement = await ended_placement(world, ledger)
    assert (await world.school.get(f"/v1/placements/{placement}/outcome")).status_code == 404
    made = await world.council.post("/v1/outcomes", outcome(placement))
    assert made.status_code == 201, made.text
    path, body = made.headers["Location"], made.json()
    assert (body["state"], body["number"], body["destination_id"]) == ("standing", 1, str(world.school.id))
    assert (body["moved_on"], body["warnings"], body["recorded_by_id"]) == ("2027-01-04", [], str(world.council.id))
    assert body["objectives"] == [{"number": 1, "objective": "Attend every morning", "result": "met"}]
    for party in (world.council, world.school, world.provider):
        assert (await party.get(path)).json() == body
        assert (await party.get(f"/v1/placements/{placement}/outcome")).json() == body
        assert (await party.get("/v1/outcomes", placement_id=placement)).json()["items"] == [body]
    assert await ledger.told("outcome.recorded", path) == {world.council.id, world.school.id, world.provider.id}
    for stranger in (world.other_council, world.other_school, world.other_provider):
        assert (await stranger.get(path)).status_code == 404
        assert (await stranger.get("/v1/outcomes")).json()["items"] == []
    audited = await ledger.sql(
        "select count(*) from audit_entries where operation = 'get_outcome' and :placement = any(placement_ids)",
        placement=placement,
    )
    assert audited == [(3,)]


async def test_without_a_first_day_the_move_counts_from_the_day_after_the_placement(
    world: World, ledger: Ledger
) -> None:
    placement = await ended_placement(world, ledger)
    made = await recorded(world.council, placement, destination="pru", destination_from_on=None)
    assert (made["moved_on"], made["destination_id"]) == ("2026-12-19", None)


@pytest.mark.parametrize("who", ["school", "provider"])
async def test_another_party_does_not_record_it(world: World, ledger: Ledger, who: str) -> None:
    placement = await ended_placement(world, ledger)
    refusal = await getattr(world, who).post("/v1/outcomes", outcome(placement))
    assert (refusal.status_code, refusal.json()["rule"]) == (409, "wrong_party")
    assert refusal.json()["may_be_done_by"] == ["commissioner"]


async def test_strangers_and_watchers_record_nothing(world: World, ledger: Ledger) -> None:
    placement = await ended_placement(world, ledger)
    assert (await world.other_council.post("/v1/outcomes", outcome(placement))).status_code == 404
    await ledger.watches(world.other_council.id, placement)
    watching = await world.other_council.post("/v1/outcomes", outcome(placement))
    assert (watching.status_code, watching.json()["rule"]) == (409, "not_a_party")


async def test_it_is_recorded_from_four_weeks_before_the_end_on(world: World, ledger: Ledger) -> None:
    calendar = await years_calendar(world)
    placement = await world.placement(calendar_id=calendar, planned_end_on=ENDED)
    await ledger.stand_at(datetime(2026, 11, 19, 9, tzinfo=UTC))
    early = await world.council.post("/v1/outcomes", outcome(placement))
    assert (early.json()["rule"], early.json()["next_lawful_dates"]) == ("outcome_too_early", ["2026-11-20"])
    await ledger.stand_at(datetime(2026, 11, 20, 9, tzinfo=UTC))
    assert (await world.council.post("/v1/outcomes", outcome(placement))).status_code == 201


async def test_a_proposal_has_no_outcome(world: World) -> None:
    proposed = (await world.council.post("/v1/placements", await world.proposal())).json()["id"]
    refusal = await world.council.post("/v1/outcomes", outcome(proposed))
    assert (refusal.status_code, refusal.json()["rule"]) == (409, "placement_not_accepted")


async def test_a_placement_has_one_outcome(world: World, ledger: Ledger) -> None:
    placement = await ended_placement(world, ledger)
    body = outcome(placement)
    both = await gather(world.council.post("/v1/outcomes", body), world.council.post("/v1/outcomes", body))
    assert sorted(each.status_code for each in both) == [201, 409]
    again = await world.council.post("/v1/outcomes", body)
    assert (again.status_code, again.json()["type"]) == (409, "/problems/duplicate")
    assert len((await world.council.get("/v1/sustained-checks", placement_id=placement)).json()["items"]) == 1


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        pytest.param({"destination": "unknown", "destination_name": "X"}, "destination_has_no_organisation", id="name"),
        pytest.param({"destination_id": "provider"}, "not_the_host_school", id="a return to another place"),
        pytest.param(
            {"destination": "other_mainstream_school", "destination_id": "school"},
            "is_the_host_school",
            id="another school that is the host school",
        ),
        pytest.param({"destination_from_on": "2026-11-01"}, "moved_before_start", id="before the placement began"),
    ],
)
async def test_a_destination_that_contradicts_itself_is_refused(
    world: World, ledger: Ledger, changes: dict[str, Any], rule: str
) -> None:
    placement = await ended_placement(world, ledger)
    if "destination_id" in changes:
        changes = changes | {"destination_id": str(getattr(world, changes["destination_id"]).id)}
    refusal = await world.council.post("/v1/outcomes", outcome(placement, **changes))
    assert (refusal.status_code, refusal.json().get("rule")) == (409, rule)
    assert (await world.council.get("/v1/outcomes")).json()["items"] == []


async def test_a_return_needs_a_host_school(world: World, ledger: Ledger) -> None:
    placement = await ended_placement(world, ledger, host_school_id=None)
    refusal = await world.council.post("/v1/outcomes", outcome(placement))
    assert (refusal.status_code, refusal.json()["rule"]) == (409, "no_host_school")


async def test_every_fault_of_a_body_is_named(world: World, ledger: Ledger) -> None:
    placement = await ended_placement(world, ledger, objectives=["Attend", "Read", "Write"])
    body = outcome(
        placement,
        destination="other_mainstream_school",
        destination_id=str(uuid4()),
        destination_name="Vale School",
        objectives=[{"number": n, "result": "met"} for n in (1, 1, 4)],
    )
    refusal = await world.council.post("/v1/outcomes", body)
    assert refusal.status_code == 422
    assert {(e["pointer"], e["code"]) for e in refusal.json()["errors"]} == {
        ("/objectives/1/number", "repeated"),
        ("/objectives/2/number", "objective_unknown"),
        ("/objectives", "objective_missing"),
        ("/destination_id", "one_of"),
        ("/destination_id", "organisation_not_found"),
    }
    malformed = await world.council.post("/v1/outcomes", outcome(placement, destination_urn="12", successful="yes"))
    assert {e["code"] for e in malformed.json()["errors"]} == {"not_as_written", "true_or_false_expected"}
    assert (await world.council.get("/v1/outcomes")).json()["items"] == []


async def test_a_correction_is_appended_and_supersedes(world: World, ledger: Ledger) -> None:
    placement = await ended_placement(world, ledger)
    first = await recorded(world.council, placement)
    await ledger.stand_at(datetime(2027, 1, 6, 9, tzinfo=UTC))
    made = await correct(world, first["id"], successful=None, success_reason="Too early to say")
    assert made.status_code == 201, made.text
    second = made.json()
    assert (second["number"], second["supersedes_id"]) == (2, first["id"])
    assert second["correction_reason"] == "The school told us more"
    before = (await world.school.get(f"/v1/outcomes/{first['id']}")).json()
    kept = {"state", "superseded_by_id", "changed_at"}
    assert {k: v for k, v in before.items() if k not in kept} == {k: v for k, v in first.items() if k not in kept}
    assert (before["state"], before["superseded_by_id"]) == ("superseded", second["id"])
    assert (await world.school.get(f"/v1/placements/{placement}/outcome")).json()["id"] == second["id"]
    assert await ledger.told("outcome.corrected", made.headers["Location"]) >= {world.provider.id}
    for filters, ids in (
        ({"standing": "true"}, {second["id"]}),
        ({"standing": "false"}, {first["id"]}),
        ({"changed_since": "2027-01-06T00:00:00Z"}, {first["id"], second["id"]}),
        ({"destination": "pru"}, set()),
    ):
        page = (await world.provider.get("/v1/outcomes", **filters)).json()["items"]
        assert {each["id"] for each in page} == ids, filters


async def test_only_what_stands_is_corrected_and_only_by_the_commissioner(world: World, ledger: Ledger) -> None:
    placement = await ended_placement(world, ledger)
    first = (await recorded(world.council, placement))["id"]
    body = outcome(correction_reason="Ours")
    other = await world.school.act(f"/v1/outcomes/{first}", "correction", body)
    assert (other.status_code, other.json()["rule"]) == (409, "wrong_party")
    both = await gather(correct(world, first), correct(world, first))
    assert sorted(each.status_code for each in both) in ([201, 409], [201, 412])
    again = await correct(world, first)
    assert (again.status_code, again.json()["rule"]) == (409, "wrong_state")
    stale = await world.council.http.post(
        f"/v1/outcomes/{first}/correction",
        json=body,
        headers={"If-Match": '"1-0000000000000000"', "Idempotency-Key": str(uuid4())},
    )
    assert stale.status_code == 412
    assert (await world.other_council.act(f"/v1/outcomes/{first}", "correction", body)).status_code == 404


async def test_a_correction_to_elsewhere_makes_another_check(world: World, ledger: Ledger) -> None:
    placement = await ended_placement(world, ledger)
    first = (await recorded(world.council, placement))["id"]
    check = await check_of(world.school, placement)
    same = (await correct(world, first, success_reason="Said better")).json()["id"]
    assert (await check_of(world.school, placement))["id"] == check["id"]
    elsewhere = (await correct(world, same, destination="pru")).json()["id"]
    another = await check_of(world.school, placement)
    assert (another["outcome_id"], another["state"]) == (elsewhere, "scheduled")
    void = (await world.school.get(f"/v1/sustained-checks/{check['id']}")).json()
    assert void["state"] == "void"
    nowhere = await correct(world, elsewhere, destination="no_destination", destination_from_on=None)
    assert nowhere.status_code == 201
    left = (await world.school.get("/v1/sustained-checks", placement_id=placement)).json()["items"]
    assert {each["state"] for each in left} == {"void"}


async def test_an_outcome_warns_when_the_end_moves_beyond_the_move(world: World, ledger: Ledger) -> None:
    placement = await world.placement(calendar_id=await years_calendar(world))
    notice = {"placement_id": placement, "effective_on": ENDED, "reason": "Back at school"}
    path = (await world.council.post("/v1/termination-notices", notice)).headers["Location"]
    await ledger.stand_at(datetime(2026, 12, 1, 9, tzinfo=UTC))
    made = await recorded(world.council, placement)
    assert made["warnings"] == []
    assert (await world.council.act(path, "withdrawal")).status_code == 200
    read = (await world.council.get(f"/v1/outcomes/{made['id']}")).json()
    assert read["warnings"] == ["placement_ends_later"]
