"""Qualifications of a placed pupil: entered, achieved or not, corrected by appending, seen by the placement's viewers."""

import asyncio
from typing import Any

import pytest

from tests.world import Party, World

PATH = "/v1/qualifications"
NOWHERE = "3f0c8e0a-8d0e-4a65-9a57-0a1a3c1f2b77"
GCSE = {
    "kind": "qualification",
    "title": "GCSE Mathematics",
    "awarding_body": "AQA",
    "level": None,
    "qualification_number": "601/4608/1",
    "entered_on": "2026-11-09",
    "recorded_by": "P. Shah",
}
UNIT = GCSE | {"kind": "unit", "unit": "Using tools safely", "title": "Motor vehicle studies", "level": "level_1"}
RESULT = {"achieved_on": "2026-11-20", "grade": "4", "evidence": "Certificate seen", "recorded_by": "P. Shah"}


async def entered(world: World, party: Party | None = None, **changes: Any) -> str:
    """The path of an entry, recorded by the provider unless another is named."""
    body = {**GCSE, **changes}
    if "placement_id" not in body:
        body["placement_id"] = await world.placement()
    made = await (party or world.provider).post(PATH, body)
    assert made.status_code == 201, made.text
    return str(made.headers["Location"])


async def feed(party: Party) -> list[str]:
    items = (await party.get("/v1/events")).json()["items"]
    return [e["type"].split(".")[1] for e in items if e["type"].startswith("qualification.")]


async def test_a_pupil_is_entered_and_achieves_and_every_party_is_told(world: World) -> None:
    path = await entered(world)
    entry = (await world.school.get(path)).json()
    assert (entry["state"], entry["grade"], entry["statements"]) == ("entered", None, 1)
    achieved = await world.school.act(path, "achievement", RESULT)
    assert achieved.status_code == 200, achieved.text
    for party in (world.provider, world.school, world.council):
        said = (await party.get(path)).json()
        assert (said["state"], said["grade"], said["title"]) == ("achieved", "4", "GCSE Mathematics")
        assert (said["recorded_by_id"], said["statements"]) == (str(world.school.id), 2)
        assert await feed(party) == ["recorded", "achieved"]
    for stranger in (world.other_council, world.other_school, world.other_provider):
        assert (await stranger.get(path)).status_code == 404
        assert (await stranger.get(f"{path}/statements")).status_code == 404
        assert (await stranger.get(PATH)).json()["items"] == []
        assert await feed(stranger) == []


async def test_what_was_not_achieved_may_be_achieved_at_another_attempt(world: World) -> None:
    path = await entered(world, None, **UNIT)
    missed = await world.provider.act(path, "non-achievement", {"grade": "Not yet", "recorded_by": "P. Shah"})
    assert (missed.json()["state"], missed.json()["achieved_on"]) == ("not_achieved", None)
    again = await world.council.act(path, "achievement", RESULT | {"grade": None})
    assert (again.json()["state"], again.json()["grade"]) == ("achieved", None)
    third = await world.provider.act(path, "non-achievement", {"recorded_by": "P. Shah"})
    assert (third.status_code, third.json()["rule"]) == (409, "wrong_state")
    assert third.json()["possible_verbs"] == ["correct", "withdraw"]


async def test_a_correction_is_appended_and_the_first_words_stay(world: World) -> None:
    path = await entered(world)
    body = {**GCSE, "awarding_body": "Pearson", "correction_reason": "Another board"}
    corrected = await world.school.act(path, "correction", body)
    assert (corrected.json()["awarding_body"], corrected.json()["state"]) == ("Pearson", "entered")
    withdrawn = await world.provider.act(path, "withdrawal", {"reason": "Moved to spring", "recorded_by": "P. Shah"})
    assert (withdrawn.json()["state"], withdrawn.json()["awarding_body"]) == ("withdrawn", "Pearson")
    said = (await world.council.get(f"{path}/statements")).json()["items"]
    assert [(s["number"], s["awarding_body"], s["reason"], s["recorded_by_id"]) for s in said] == [
        (1, "AQA", None, str(world.provider.id)),
        (2, "Pearson", "Another board", str(world.school.id)),
        (3, "Pearson", "Moved to spring", str(world.provider.id)),
    ]
    for verb, said_late in (("correction", body), ("achievement", RESULT)):
        over = await world.provider.act(path, verb, said_late)
        assert (over.status_code, over.json()["rule"]) == (409, "wrong_state")
    assert await feed(world.council) == ["recorded", "corrected", "withdrawn"]


async def test_the_same_is_entered_once_and_may_be_taken_again_later(world: World) -> None:
    placement = await world.placement()
    path = await entered(world, placement_id=placement)
    again = {**GCSE, "placement_id": placement, "title": "gcse mathematics"}
    twice = await world.school.post(PATH, again)
    assert (twice.status_code, twice.json()["type"]) == (409, "/problems/duplicate")
    await world.provider.act(path, "achievement", RESULT)
    told_again = await world.school.post(PATH, again | {"achieved_on": "2026-11-20"})
    assert told_again.status_code == 409
    assert (await world.school.post(PATH, again)).status_code == 201


async def test_of_two_that_record_the_same_at_once_one_does(world: World) -> None:
    body = {**GCSE, "placement_id": await world.placement()}
    answers = await asyncio.gather(*(party.post(PATH, body) for party in (world.provider, world.school)))
    assert sorted(a.status_code for a in answers) == [201, 409]
    path = next(a.headers["Location"] for a in answers if a.status_code == 201)
    results = await asyncio.gather(
        world.provider.act(path, "achievement", RESULT), world.school.act(path, "achievement", RESULT)
    )
    assert sorted(a.status_code for a in results) in ([200, 409], [200, 412])
    assert (await world.school.get(path)).json()["statements"] == 2


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        pytest.param({"placement_id": NOWHERE}, 404, None, id="an unknown placement"),
        pytest.param({"unit": "Using tools"}, 409, "unit_does_not_fit", id="a whole qualification with a unit"),
        pytest.param({"grade": "4"}, 409, "grade_before_result", id="a grade with an entry"),
        pytest.param({"entered_on": "2026-11-25"}, 409, "day_has_not_come", id="entered tomorrow"),
        pytest.param({"achieved_on": "2026-11-01"}, 409, "achieved_too_early", id="achieved before the placement"),
        pytest.param({"level": "level_9"}, 422, "/level", id="an unknown level"),
        pytest.param({"title": " "}, 422, "/title", id="a blank title"),
        pytest.param({"qualification_number": "six"}, 422, "/qualification_number", id="no number"),
        pytest.param({"grade": 4}, 422, "/grade", id="a grade that is a number"),
        pytest.param({"score": 4}, 422, "/score", id="an unknown member"),
    ],
)
async def test_a_faulty_entry_is_refused_and_nothing_stored(
    world: World, change: dict[str, Any], status: int, said: str | None
) -> None:
    answer = await world.provider.post(PATH, {**GCSE, "placement_id": await world.placement()} | change)
    assert answer.status_code == status, answer.text
    pointers = [e["pointer"] for e in answer.json().get("errors", [])]
    assert said in [*pointers, answer.json().get("rule")]
    assert (await world.provider.get(PATH)).json()["items"] == []
    assert await feed(world.council) == []


async def test_a_proposal_has_none_and_a_stale_read_changes_nothing(world: World) -> None:
    proposed = (await world.council.post("/v1/placements", await world.proposal())).json()["id"]
    early = await world.council.post(PATH, {**GCSE, "placement_id": proposed})
    assert (early.status_code, early.json()["rule"]) == (409, "placement_not_accepted")
    path = await entered(world)
    stale = {"If-Match": '"9-0123456789abcdef"', "Idempotency-Key": "stale"}
    assert (await world.school.http.post(f"{path}/achievement", json=RESULT, headers=stale)).status_code == 412
    assert (await world.school.get(path)).json()["state"] == "entered"
    assert (await world.other_school.act(path, "achievement", RESULT)).status_code == 404


async def test_they_are_found_by_placement_pupil_state_kind_and_day(world: World) -> None:
    placement = await world.placement()
    first = await entered(world, placement_id=placement)
    second = await entered(world, placement_id=placement, title="First aid", kind="accredited_outcome")
    await world.provider.act(second, "achievement", RESULT)
    other = await entered(world)
    pupil = (await world.council.get(f"/v1/placements/{placement}")).json()["pupil_id"]

    async def found(**filters: str) -> set[str]:
        items = (await world.school.get(PATH, **filters)).json()["items"]
        return {f"{PATH}/{item['id']}" for item in items}

    assert await found() == {first, second, other}
    assert await found(placement_id=placement) == await found(pupil_id=pupil) == {first, second}
    assert await found(state="entered") == {first, other}
    assert await found(kind="accredited_outcome") == {second}
    assert await found(achieved_from="2026-11-20", achieved_to="2026-11-20") == {second}
    assert await found(achieved_from="2026-11-21") == set()
    assert await found(changed_since="2026-11-24T09:00:00Z") == set()
