"""A placement is reviewed at least every half-term; what a review changes stays on record."""

from datetime import UTC, datetime
from typing import Any

import pytest
from httpx import Response
from sqlalchemy.exc import DBAPIError

from tests.ledger import Ledger
from tests.world import Party, World

HELD = {
    "held_on": "2026-11-24",
    "attended_by": ["pupil", "parent", "commissioner", "host_school", "provider"],
    "findings": "Settled; ready to try mornings at school",
    "progress": [{"objective": "Attend every morning", "progress": "Four out of five"}],
    "next_review_by": "2026-12-11",
}


async def recorded(party: Party, placement: str, **changes: Any) -> Response:
    return await party.post(f"/v1/placements/{placement}/reviews", HELD | changes)


async def due(party: Party, placement: str) -> dict[str, Any]:
    answer = await party.get(f"/v1/placements/{placement}/reviews-due")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_a_review_is_due_on_the_last_open_day_of_every_half_term(world: World, ledger: Ledger) -> None:
    placement = await world.placement(starts_on="2026-10-12", planned_end_on="2027-02-12")
    first = await due(world.school, placement)
    assert [(each["due_on"], each["state"]) for each in first["half_terms"]] == [
        ("2026-10-23", "overdue"),
        ("2026-12-18", "due"),
        ("2027-02-12", "due"),
    ]
    assert (first["overdue"], first["next_review_by"]) == (True, None)
    answer = await recorded(world.school, placement)
    assert answer.status_code == 201, answer.text
    second = await due(world.provider, placement)
    assert [each["held_on"] for each in second["half_terms"]] == [None, "2026-11-24", None]
    assert (second["half_terms"][1]["state"], second["next_review_by"]) == ("held", "2026-12-11")
    parties = {world.council.id, world.school.id, world.provider.id}
    assert await ledger.told("review.recorded", answer.headers["Location"]) == parties


async def test_the_day_that_a_review_agreed_may_pass_too(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    await recorded(world.council, placement)
    assert (await due(world.council, placement))["overdue"] is False
    await ledger.stand_at(datetime(2026, 12, 12, 9, 0, tzinfo=UTC))
    assert (await due(world.council, placement))["overdue"] is True


async def test_a_review_by_the_commissioner_changes_the_next_step_and_keeps_the_old(world: World) -> None:
    placement = await world.placement()
    etag = (await world.council.get(f"/v1/placements/{placement}")).headers["ETag"]
    changes = {"intended_next_step": "A place at Vale School", "objectives": ["Attend every session", "Join a club"]}
    review = (await recorded(world.council, placement, **changes)).json()
    assert (review["previous_next_step"], review["previous_objectives"]) == (
        "Return to Hill School",
        ["Attend every morning"],
    )
    shown = await world.provider.get(f"/v1/placements/{placement}")
    assert {name: shown.json()[name] for name in changes} == changes == {name: review[name] for name in changes}
    assert shown.headers["ETag"] != etag
    page = (await world.school.get(f"/v1/placements/{placement}/reviews")).json()
    assert page["items"] == [review]


async def test_a_review_by_the_school_confirms_and_changes_nothing(world: World) -> None:
    placement = await world.placement()
    refused = await recorded(world.school, placement, intended_next_step="Somewhere else")
    assert (refused.status_code, refused.json()["may_be_done_by"]) == (409, ["commissioner"])
    confirmed = await recorded(world.school, placement, intended_next_step="Return to Hill School")
    assert confirmed.status_code == 201
    assert confirmed.json()["previous_next_step"] == confirmed.json()["intended_next_step"]


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        pytest.param({"held_on": "2026-11-25"}, 409, "review_in_future", id="tomorrow"),
        pytest.param({"held_on": "2026-10-30"}, 409, "review_outside_placement", id="before the placement"),
        pytest.param({"next_review_by": "2026-11-24"}, 409, "next_review_outside_placement", id="next on the day"),
        pytest.param({"next_review_by": "2027-02-15"}, 409, "next_review_outside_placement", id="next after the end"),
        pytest.param({"attended_by": ["parent", "parent"]}, 422, "/attended_by", id="somebody twice"),
        pytest.param({"attended_by": []}, 422, "/attended_by", id="nobody"),
        pytest.param(
            {"progress": [{"objective": "Sing", "progress": "Well"}]}, 422, "/progress/0/objective", id="no objective"
        ),
        pytest.param({"findings": ""}, 422, "/findings", id="no findings"),
        pytest.param({"surprise": 1}, 422, "/surprise", id="an unknown member"),
    ],
)
async def test_a_review_that_cannot_be_is_not_recorded(
    world: World, change: dict[str, Any], status: int, said: str
) -> None:
    placement = await world.placement()
    answer = await recorded(world.council, placement, **change)
    problem = answer.json()
    found = problem.get("rule") or problem["errors"][0]["pointer"]
    assert (answer.status_code, found) == (status, said)
    assert (await world.council.get(f"/v1/placements/{placement}/reviews")).json()["items"] == []


async def test_the_other_side_alone_records(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    refused = await recorded(world.provider, placement)
    assert (refused.status_code, refused.json()["rule"]) == (409, "wrong_party")
    await ledger.watches(world.other_council.id, placement)
    assert (await recorded(world.other_council, placement)).json()["rule"] == "not_a_party"
    assert (await recorded(world.other_school, placement)).status_code == 404
    assert (await world.other_school.get(f"/v1/placements/{placement}/reviews-due")).status_code == 404
    add = (
        "insert into reviews (id, created_at, changed_at, version, placement_id, recorded_by_id, held_on, attended_by,"
        " findings, progress, objectives, previous_objectives, intended_next_step, previous_next_step) values"
        " (gen_random_uuid(), now(), now(), 1, :placement, :by, '2026-11-24', '{}', 'x', '[]', '{}', '{}', 'x', 'x')"
    )
    for who, by in ((world.provider, world.provider), (world.school, world.council)):
        with pytest.raises(DBAPIError, match="row-level security"):
            await ledger.sql_as(who.id, add, placement=placement, by=by.id)
    with pytest.raises(DBAPIError, match="permission denied"):
        await ledger.sql_as(world.council.id, "delete from reviews")


async def test_nothing_is_reviewed_before_acceptance(world: World) -> None:
    path = (await world.council.post("/v1/placements", await world.proposal())).headers["Location"]
    proposed = path.rsplit("/", 1)[1]
    assert await due(world.council, proposed) == {"half_terms": [], "next_review_by": None, "overdue": False}
    assert (await recorded(world.council, proposed)).json()["type"] == "/problems/conflict"
