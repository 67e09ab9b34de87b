"""Observations of teaching: drafted, shared, commented, withdrawn; who reads them; which terms want one."""

import asyncio
from typing import Any

import pytest

from app.models.organisations import OrganisationKind
from tests.ledger import Ledger
from tests.world import Party, World

PATH = "/v1/teaching-observations"
DUE = "/v1/teaching-observations-due"
NOWHERE = "3f0c8e0a-8d0e-4a65-9a57-0a1a3c1f2b77"
SEEN = {
    "observed_on": "2026-11-23",
    "observed_by": ["R. Lead"],
    "activity": "Workshop, five pupils",
    "seen": "Pupils stripped a carburettor in pairs.",
    "strengths": ["Small steps"],
    "to_develop": ["Say what the lesson is for"],
}


async def drafted(world: World, party: Party | None = None, **changes: Any) -> str:
    """The path of a draft, by the host school unless another is named."""
    body = {**SEEN, **changes}
    if "placement_id" not in body:
        body["placement_id"] = await world.placement()
    made = await (party or world.school).post(PATH, body)
    assert made.status_code == 201, made.text
    return str(made.headers["Location"])


async def shared(world: World, party: Party | None = None, **changes: Any) -> str:
    path = await drafted(world, party, **changes)
    answer = await (party or world.school).act(path, "sharing")
    assert answer.status_code == 200, answer.text
    return path


async def comment(party: Party, path: str, text: str = "We agree.") -> Any:
    return (
        await party.http.put(
            f"{path}/provider-comment",
            json={"text": text},
            headers={"If-Match": (await party.get(path)).headers["ETag"]},
        )
    ).json()


async def feed(party: Party) -> list[str]:
    items = (await party.get("/v1/events")).json()["items"]
    return [e["type"].split(".")[1] for e in items if e["type"].startswith("teaching-observation.")]


async def test_what_a_school_saw_is_its_own_until_it_is_shared_with_all_who_see_the_placement(world: World) -> None:
    path = await drafted(world)
    for party in (world.council, world.provider, world.other_council):
        assert (await party.get(path)).status_code == 404
        assert (await party.get(PATH)).json()["items"] == []
    rewritten = await world.school.change("PUT", path, {**SEEN, "strengths": []})
    assert (rewritten.json()["strengths"], rewritten.json()["state"]) == ([], "draft")
    assert (await world.school.act(path, "sharing")).json()["state"] == "shared"
    read = (await world.provider.get(path)).json()
    assert (read["term"], read["school_year"], read["observer_role"]) == ("autumn", "2026-27", "host_school")
    assert (await comment(world.provider, path))["provider_comment"] == "We agree."
    assert (await world.council.get(path)).json()["provider_comment"] == "We agree."
    for party in (world.school, world.council, world.provider):
        assert await feed(party) == ["shared", "commented"]
    for stranger in (world.other_council, world.other_school, world.other_provider):
        assert (await stranger.get(path)).status_code == 404
        assert await feed(stranger) == []


async def test_what_is_shared_stays_until_it_is_withdrawn(world: World) -> None:
    path = await shared(world)
    changed = await world.school.change("PUT", path, SEEN)
    assert (changed.status_code, changed.json()["rule"]) == (409, "wrong_state")
    for party in (world.provider, world.council):
        taken = await party.act(path, "withdrawal", {"reason": "We differ"})
        assert (taken.status_code, taken.json()["rule"]) == (409, "wrong_party")
    gone = await world.school.act(path, "withdrawal", {"reason": "Another placement"})
    assert gone.json()["state"] == "withdrawn"
    assert (await world.provider.get(path)).json()["withdrawn_because"] == "Another placement"
    late = await comment(world.provider, path)
    assert late["rule"] == "wrong_state"
    assert await feed(world.provider) == ["shared", "withdrawn"]


async def test_nobody_is_told_of_a_draft_that_is_withdrawn(world: World) -> None:
    path = await drafted(world, world.council)
    assert (await world.council.act(path, "withdrawal", {"reason": "Not carried out"})).json()["state"] == "withdrawn"
    assert (await world.provider.get(path)).status_code == 404
    assert (await feed(world.provider), await feed(world.council)) == ([], ["withdrawn"])


async def test_the_frameworks_council_observes_too_and_a_home_council_does_not(world: World, ledger: Ledger) -> None:
    watched, home = await world.placement(), await world.placement()
    for placement, basis in ((watched, "framework_council"), (home, "home_council")):
        await ledger.sql(
            "insert into placement_viewers (organisation_id, placement_id, basis)"
            " values (:council, :placement, :basis)",
            council=str(world.other_council.id),
            placement=placement,
            basis=basis,
        )
    path = await shared(world, world.other_council, placement_id=watched)
    assert (await world.provider.get(path)).json()["observer_role"] == "council"
    for party, placement in ((world.other_council, home), (world.provider, watched)):
        refused = await party.post(PATH, {**SEEN, "placement_id": placement})
        assert (refused.status_code, refused.json()["rule"]) == (409, "wrong_party")
    other = await shared(world, placement_id=home)
    assert (await world.other_council.get(other)).status_code == 200
    assert (await world.other_council.act(other, "withdrawal", {"reason": "x"})).json()["rule"] == "wrong_party"


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        pytest.param({"placement_id": NOWHERE}, 404, None, id="an unknown placement"),
        pytest.param({"observed_on": "2026-11-25"}, 409, "observation_in_future", id="tomorrow"),
        pytest.param({"observed_on": "2026-10-30"}, 409, "observation_outside_placement", id="before the placement"),
        pytest.param({"observed_by": []}, 422, "/observed_by", id="by nobody"),
        pytest.param({"seen": ""}, 422, "/seen", id="nothing seen"),
        pytest.param({"grade": "good"}, 422, "/grade", id="a grade"),
        pytest.param({"strengths": ["x"] * 21}, 422, "/strengths", id="too many strengths"),
    ],
)
async def test_a_faulty_observation_is_refused_and_nothing_stored(
    world: World, change: dict[str, Any], status: int, said: str | None
) -> None:
    answer = await world.school.post(PATH, {**SEEN, "placement_id": await world.placement()} | change)
    assert answer.status_code == status, answer.text
    assert said in [*(e["pointer"] for e in answer.json().get("errors", [])), answer.json().get("rule")]
    assert (await world.school.get(PATH)).json()["items"] == []


async def test_of_two_that_share_and_withdraw_at_once_one_comes_first(world: World) -> None:
    path = await drafted(world)
    answers = await asyncio.gather(
        world.school.act(path, "sharing"), world.school.act(path, "withdrawal", {"reason": "Not carried out"})
    )
    assert sorted(a.status_code for a in answers) in ([200, 409], [200, 412], [200, 200])
    assert (await world.school.get(path)).json()["state"] in ("shared", "withdrawn")


async def test_each_term_that_has_begun_wants_an_observation(world: World) -> None:
    calendar = await world.calendar()
    seen = await world.placement(calendar_id=calendar)
    unseen = await world.placement(calendar_id=calendar, planned_end_on="2026-12-18")
    await drafted(world, placement_id=seen)

    async def due(party: Party, **filters: str) -> list[tuple[str, str, str]]:
        answer = await party.get(DUE, **filters)
        assert answer.status_code == 200, answer.text
        return [(each["placement_id"], each["term"], each["state"]) for each in answer.json()["items"]]

    both = {(seen, "autumn", "due"), (unseen, "autumn", "due")}
    assert set(await due(world.school)) == both
    await shared(world, placement_id=seen)
    await shared(world, world.council, placement_id=seen, observed_on="2026-11-09")
    item = next(i for i in (await world.provider.get(DUE)).json()["items"] if i["placement_id"] == seen)
    assert (item["state"], item["due_on"]) == ("observed", "2026-12-18")
    assert (item["host_school_observed_on"], item["commissioner_observed_on"]) == ("2026-11-23", "2026-11-09")
    assert item["council_observed_on"] is None
    await world.council.post("/v1/sandbox/clock/advance", {"seconds": 11 * 86_400})
    assert await due(world.council, state="due_soon") == [(unseen, "autumn", "due_soon")]
    await world.council.post("/v1/sandbox/clock/advance", {"seconds": 31 * 86_400})
    expected = [(unseen, "autumn", "overdue"), (seen, "spring", "due")]
    assert [each for each in await due(world.school) if each[2] != "observed"] == expected
    for state in ("observed", "overdue", "due_soon", "due"):
        assert await due(world.school, state=state) == [e for e in await due(world.school) if e[2] == state]
    assert await due(world.school, placement_id=unseen) == expected[:1]
    assert await due(world.school, provider_id=str(world.other_provider.id)) == []
    assert await due(world.school, school_year="2025-26") == []
    assert await due(world.other_school) == []
    first = (await world.school.get(DUE, limit=1)).json()
    assert len((await world.school.get(DUE, limit=1, cursor=first["next_cursor"])).json()["items"]) == 1


async def test_they_are_found_by_placement_provider_observer_term_and_day(world: World) -> None:
    first = await shared(world)
    second = await shared(world, world.council, observed_on="2026-11-09")

    async def found(**filters: str) -> list[str]:
        return [f"{PATH}/{item['id']}" for item in (await world.provider.get(PATH, **filters)).json()["items"]]

    assert await found() == [second, first]
    assert await found(observer_id=str(world.council.id)) == [second]
    assert await found(observed_from="2026-11-10") == [first]
    assert await found(observed_to="2026-11-10", term="autumn", school_year="2026-27", state="shared") == [second]
    assert await found(provider_id=str(world.provider.id)) == [second, first]
    assert await found(provider_id=str(world.other_provider.id)) == []
    assert await found(changed_since="2026-11-24T09:00:00Z") == []
    assert world.provider.kind is OrganisationKind.PROVIDER
    wrong = await world.school.http.put(
        f"{first}/provider-comment", json={"text": "x"}, headers={"If-Match": '"1-0123456789abcdef"'}
    )
    assert (wrong.status_code, wrong.json()["needed_kinds"]) == (403, ["provider"])
