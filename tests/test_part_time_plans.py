"""A part-time plan is agreed by host school and commissioner before it begins, reviewed, and formally ended."""

from asyncio import gather
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.ledger import Ledger
from tests.part_time_planning import FRIDAY_PM, PLANS, REFUSED, agreed, answer, plan, proposed
from tests.world import Party, World

ENDED = {"because": "Full time again"}
REVIEW = {"held_on": "2026-12-11", "led_by": "A. Head", "note": "Both targets met", "decision": "continue"}


def day(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}T08:00:00+00:00").astimezone(UTC)


async def test_a_plan_of_the_schools_stands_when_the_commissioner_agrees(world: World) -> None:
    placement = await world.placement()
    path = await proposed(world.school, placement)
    read = (await world.council.get(path)).json()
    assert (read["state"], read["still_to_agree"]) == ("proposed", ["commissioner"])
    assert (read["ends_on"], read["warnings"]) == ("2027-01-10", [])
    assert read["parents_agreement"] == {"given_by": "Mother", "how": "phone", "given_on": "2026-11-20"}
    assert [each["given_by"] for each in read["agreements"]] == ["A. Head, headteacher"]
    settled = await answer(world.council, path)
    assert (settled.json()["state"], settled.json()["still_to_agree"]) == ("agreed", [])
    assert (await world.provider.get(path)).json() == settled.json()


async def test_a_plan_of_the_commissioners_stands_when_the_school_agrees(world: World) -> None:
    path = await proposed(world.council, await world.placement())
    assert (await world.council.get(path)).json()["still_to_agree"] == ["host_school"]
    assert (await answer(world.school, path)).json()["state"] == "agreed"


async def test_of_a_child_on_no_roll_the_commissioner_agrees_by_proposing(world: World) -> None:
    path = await proposed(world.council, await world.placement(host_school_id=None))
    assert (await world.provider.get(path)).json()["state"] == "agreed"


async def test_every_viewer_is_told_and_nobody_else(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    await ledger.watches(world.other_council.id, placement)
    path = await agreed(world, placement)
    everybody = {world.council.id, world.school.id, world.provider.id, world.other_council.id}
    for event in ("proposed", "agreed"):
        assert await ledger.told(f"part-time-plan.{event}", path) == everybody


async def test_one_refusal_settles_it(world: World, ledger: Ledger) -> None:
    path = await proposed(world.school, await world.placement())
    assert (await answer(world.council, path, REFUSED)).json()["state"] == "refused"
    assert (await answer(world.council, path)).json()["rule"] == "already_answered"
    assert (await world.school.act(path, "withdrawal")).json()["rule"] == "wrong_state"
    assert world.provider.id in await ledger.told("part-time-plan.refused", path)


@pytest.mark.parametrize(
    ("who", "status", "rule"),
    [
        pytest.param("provider", 409, "not_a_party_to_agree", id="the provider has no say"),
        pytest.param("school", 409, "already_answered", id="the proposer does not agree for the other"),
        pytest.param("watcher", 409, "not_a_party", id="a council that only watches cannot agree"),
        pytest.param("other_school", 404, None, id="a stranger sees nothing to agree to"),
    ],
)
async def test_only_the_other_party_agrees(
    world: World, ledger: Ledger, who: str, status: int, rule: str | None
) -> None:
    placement = await world.placement()
    await ledger.watches(world.other_council.id, placement)
    path = await proposed(world.school, placement)
    party: Party = world.other_council if who == "watcher" else getattr(world, who)
    refusal = await answer(party, path)
    assert (refusal.status_code, refusal.json().get("rule")) == (status, rule)
    assert (await world.school.get(path)).json()["state"] == "proposed"


async def test_only_host_school_and_commissioner_propose(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    assert (await world.provider.post(PLANS, plan(placement))).json()["rule"] == "wrong_party"
    assert (await world.other_council.post(PLANS, plan(placement))).status_code == 404
    await ledger.watches(world.other_council.id, placement)
    watching = await world.other_council.post(PLANS, plan(placement))
    assert (watching.status_code, watching.json()["rule"]) == (409, "not_a_party")
    assert (await world.school.get(PLANS)).json()["items"] == []


async def test_a_proposed_placement_has_no_timetable_to_reduce(world: World) -> None:
    placed = (await world.council.post("/v1/placements", await world.proposal())).json()["id"]
    assert (await world.council.post(PLANS, plan(placed))).status_code == 409


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        pytest.param({"starts_on": "2026-11-24"}, "plan_not_prior", id="it begins today"),
        pytest.param({"ends_on": "2026-11-29"}, "plan_backwards", id="it ends before it begins"),
        pytest.param({"ends_on": "2027-01-11"}, "plan_too_long", id="a day more than six weeks"),
        pytest.param({"ends_on": "2027-02-13", "weeks": 12}, "plan_outside_placement", id="longer than the placement"),
        pytest.param(
            {"risk_assessment": {"done_on": "2026-11-25", "done_by": "C. Lead"}},
            "risk_assessment_not_done",
            id="the risk assessment is still to be done",
        ),
        pytest.param(
            {"parents_agreement": {"given_by": "Mother", "how": "email", "given_on": "2026-11-25"}},
            "parents_not_agreed",
            id="the parents are still to agree",
        ),
        pytest.param({"review_dates": ["2027-01-11"]}, "review_outside_plan", id="a review after its end"),
        pytest.param(
            {"review_dates": ["2027-01-08", "2026-12-11"]}, "review_dates_out_of_order", id="reviews out of order"
        ),
        pytest.param(
            {"sessions_not_attended": [FRIDAY_PM, FRIDAY_PM]}, "plan_sessions_unclear", id="a session named twice"
        ),
    ],
)
async def test_a_plan_against_the_rules_is_refused(world: World, changes: dict[str, Any], rule: str) -> None:
    placement = await world.placement()
    refusal = await world.school.post(PLANS, plan(placement, **changes))
    assert (refusal.status_code, refusal.json()["rule"]) == (409, rule)
    assert (await world.school.get(PLANS)).json()["items"] == []


async def test_a_malformed_plan_is_named_and_nothing_stored(world: World) -> None:
    body = plan(await world.placement(), weeks=8, targets=[], state="agreed", parents_agreement={"how": "pigeon"})
    refusal = await world.school.post(PLANS, body)
    pointers = {error["pointer"] for error in refusal.json()["errors"]}
    assert refusal.status_code == 422
    assert {"/weeks", "/targets", "/state", "/parents_agreement/how", "/parents_agreement/given_by"} <= pointers
    assert (await world.school.get(PLANS)).json()["items"] == []


async def test_what_is_only_remembered_warns(world: World) -> None:
    path = await proposed(world.school, await world.placement(), reason="behaviour", review_dates=["2027-01-08"])
    read = (await world.school.get(path)).json()
    assert read["warnings"] == ["first_review_late", "behaviour_is_no_reason"]


async def test_a_day_has_one_plan(world: World) -> None:
    placement = await world.placement()
    path = await proposed(world.school, placement)
    body = plan(placement, starts_on="2027-01-10", review_dates=["2027-01-15"])
    assert (await world.council.post(PLANS, body)).json()["rule"] == "plan_overlaps"
    assert (await world.council.act(path, "withdrawal")).json()["rule"] == "wrong_party"
    assert (await world.school.act(path, "withdrawal")).json()["state"] == "withdrawn"
    assert (await world.council.post(PLANS, body)).status_code == 201


async def test_a_proposal_lapses_when_its_first_day_comes(world: World, ledger: Ledger) -> None:
    path = await proposed(world.school, await world.placement())
    await ledger.stand_at(day("2026-11-30"))
    assert (await world.school.get(path)).json()["state"] == "lapsed"
    for filters, found in (
        ({"state": "lapsed"}, 1),
        ({"state": "proposed"}, 0),
        ({"changed_since": "2026-11-30T07:00:00Z"}, 1),
        ({"changed_since": "2026-12-01T07:00:00Z"}, 0),
    ):
        assert len((await world.council.get(PLANS, **filters)).json()["items"]) == found, filters
    assert (await answer(world.council, path)).json()["rule"] == "agreement_too_late"


async def test_a_plan_past_its_end_is_overdue_until_it_is_formally_ended(world: World, ledger: Ledger) -> None:
    path = await agreed(world, await world.placement())
    await ledger.stand_at(day("2027-01-11"))
    assert (await world.school.get(path)).json()["state"] == "overdue"
    since = {"changed_since": "2027-01-11T00:00:00Z"}
    for filters, found in (({"state": "overdue"}, 1), ({"state": "agreed"}, 0), ({"state": "ended"}, 0), (since, 1)):
        assert len((await world.school.get(PLANS, **filters)).json()["items"]) == found, filters
    assert (await world.provider.act(path, "ending", ENDED)).json()["rule"] == "wrong_party"
    assert (await world.other_school.act(path, "ending", ENDED)).status_code == 404
    ended = await world.school.act(path, "ending", ENDED)
    assert (ended.json()["state"], ended.json()["ended_because"]) == ("ended", "Full time again")
    assert (await world.council.act(path, "ending", ENDED)).json()["rule"] == "wrong_state"


async def test_a_plan_ends_with_its_placement(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    path = await agreed(world, placement)
    later = await proposed(world.council, placement, starts_on="2027-01-11", review_dates=["2027-01-15"])
    body = {"placement_id": placement, "effective_on": "2026-12-18", "reason": "Back at school"}
    assert (await world.provider.post("/v1/termination-notices", body)).status_code == 201
    cut = (await world.school.get(path)).json()
    assert (cut["state"], cut["ends_on"]) == ("agreed", "2026-12-18")
    assert (await world.school.get(later)).json()["state"] == "withdrawn"
    everybody = {world.council.id, world.school.id, world.provider.id}
    assert await ledger.told("part-time-plan.shortened", path) == everybody
    assert await ledger.told("part-time-plan.withdrawn", later) == everybody
    await ledger.stand_at(day("2026-12-19"))
    assert (await world.school.get(path)).json()["state"] == "ended"
    since = {"changed_since": "2026-12-19T00:00:00Z"}
    for filters, found in (({"state": "ended"}, 1), ({"state": "overdue"}, 0), (since, 1)):
        assert len((await world.school.get(PLANS, **filters)).json()["items"]) == found, filters


async def test_an_agreed_plan_that_has_not_begun_ends_with_its_placement(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    path = await agreed(world, placement, starts_on="2027-01-11", review_dates=["2027-01-15"])
    body = {"placement_id": placement, "effective_on": "2026-12-18", "reason": "Back at school"}
    assert (await world.council.post("/v1/termination-notices", body)).status_code == 201
    assert (await world.school.get(path)).json()["state"] == "ended"
    assert world.provider.id in await ledger.told("part-time-plan.ended", path)


async def test_reviews_are_recorded_and_one_may_end_it(world: World, ledger: Ledger) -> None:
    path = await agreed(world, await world.placement())
    assert (await world.school.act(path, "reviews", REVIEW)).json()["rule"] == "review_day_impossible"
    await ledger.stand_at(day("2026-12-11"))
    assert (await world.provider.act(path, "reviews", REVIEW)).json()["rule"] == "wrong_party"
    first = await world.school.act(path, "reviews", REVIEW)
    assert (first.json()["state"], [each["held_on"] for each in first.json()["reviews"]]) == ("agreed", ["2026-12-11"])
    again = await world.council.act(path, "reviews", REVIEW)
    assert (again.status_code, again.json()["type"]) == (409, "/problems/duplicate")
    await ledger.stand_at(day("2026-12-16"))
    last = await world.council.act(path, "reviews", REVIEW | {"held_on": "2026-12-16", "decision": "end"})
    assert (last.json()["state"], last.json()["ended_because"]) == ("ended", "Both targets met")
    for event in ("reviewed", "ended"):
        assert world.provider.id in await ledger.told(f"part-time-plan.{event}", path)


async def test_an_extension_is_a_new_return_and_agreed_anew(world: World, ledger: Ledger) -> None:
    path = await agreed(world, await world.placement())
    etag = (await world.school.get(path)).headers["ETag"]
    body = plan(None, starts_on="2027-01-11", review_dates=["2027-01-22"], weeks=12, explanation="Not yet")
    early = await world.school.act(path, "extension", body | {"starts_on": "2027-01-10"})
    assert early.json()["rule"] == "extension_overlaps"
    assert (await world.provider.act(path, "extension", body)).json()["rule"] == "wrong_party"
    made = await world.school.act(path, "extension", body)
    assert made.status_code == 201, made.text
    following = made.headers["Location"]
    assert (made.json()["state"], f"{PLANS}/{made.json()['extends_id']}") == ("proposed", path)
    assert made.json()["ends_on"] == "2027-02-12"
    before = (await world.school.get(path)).json()
    assert (before["state"], f"{PLANS}/{before['extended_by_id']}") == ("agreed", following)
    stale = await world.council.http.post(
        f"{path}/extension", json=body, headers={"If-Match": etag, "Idempotency-Key": "stale"}
    )
    assert stale.status_code == 412
    assert (await world.council.act(path, "extension", body)).json()["rule"] == "extension_stands"
    assert (await answer(world.council, following)).json()["state"] == "agreed"
    assert (await world.school.get(path)).json()["state"] == "extended"
    assert world.provider.id in await ledger.told("part-time-plan.extended", path)
    await ledger.stand_at(day("2027-01-12"))
    assert (await world.school.get(path)).json()["state"] == "extended"
    assert (await world.school.act(path, "ending", ENDED)).json()["rule"] == "plan_is_over"


@pytest.mark.parametrize(("agree", "state"), [(True, "ended"), (False, "withdrawn")])
async def test_what_follows_a_plan_ends_with_it(world: World, ledger: Ledger, agree: bool, state: str) -> None:
    placement = await world.placement()
    path = await agreed(world, placement)
    body = plan(None, starts_on="2027-01-11", review_dates=["2027-01-22"])
    following = (await world.school.act(path, "extension", body)).headers["Location"]
    if agree:
        await answer(world.council, following)
    await ledger.stand_at(day("2026-12-07"))
    assert (await world.council.act(path, "ending", ENDED)).json()["state"] == "ended"
    assert (await world.school.get(following)).json()["state"] == state
    left = [each for each, by in (await ledger.sessions(placement)).items() if by]
    assert left == ["2026-11-30 am", "2026-12-04 pm"]


async def test_an_overdue_plan_is_extended_after_its_end(world: World, ledger: Ledger) -> None:
    path = await agreed(world, await world.placement())
    await ledger.stand_at(day("2027-01-13"))
    body = plan(None, starts_on="2027-01-18", review_dates=["2027-01-22"])
    following = (await world.council.act(path, "extension", body)).headers["Location"]
    assert (await world.school.get(path)).json()["state"] == "overdue"
    assert (await answer(world.school, following)).json()["state"] == "agreed"
    assert (await world.school.get(path)).json()["state"] == "extended"


async def test_a_plan_that_ended_meanwhile_is_not_extended(world: World, ledger: Ledger) -> None:
    path = await agreed(world, await world.placement())
    body = plan(None, starts_on="2027-01-11", review_dates=["2027-01-22"])
    following = (await world.school.act(path, "extension", body)).headers["Location"]
    await ledger.sql("update part_time_plans set state = 'ended' where id = :id", id=path.rsplit("/", 1)[1])
    refusal = await answer(world.council, following)
    assert (refusal.status_code, refusal.json()["rule"]) == (409, "wrong_state")
    assert (await world.school.act(path, "extension", body)).json()["rule"] == "wrong_state"


async def test_strangers_see_no_plan(world: World) -> None:
    path = await agreed(world, await world.placement())
    for stranger in (world.other_council, world.other_school, world.other_provider):
        assert (await stranger.get(path)).status_code == 404
        assert (await stranger.get(PLANS)).json()["items"] == []


async def test_both_proposing_at_one_instant_gives_one_plan(world: World) -> None:
    placement = await world.placement()
    made = await gather(world.school.post(PLANS, plan(placement)), world.council.post(PLANS, plan(placement)))
    assert sorted(each.status_code for each in made) == [201, 409]


async def test_agreeing_and_withdrawing_at_one_instant_gives_one_outcome(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    path = await proposed(world.school, placement)
    last, withdrawal = await gather(answer(world.council, path), world.school.act(path, "withdrawal"))
    state = (await world.provider.get(path)).json()["state"]
    assert (last.status_code, withdrawal.status_code, state) in [
        (200, 412, "agreed"),
        (200, 409, "agreed"),
        (409, 200, "withdrawn"),
    ]
    waived = [each for each in (await ledger.sessions(placement)).values() if each]
    assert (waived == []) is (state == "withdrawn")


async def test_two_extensions_at_one_instant_give_one(world: World) -> None:
    path = await agreed(world, await world.placement())
    body = plan(None, starts_on="2027-01-11", review_dates=["2027-01-22"])
    made = await gather(*(party.act(path, "extension", body) for party in (world.school, world.council)))
    assert sorted(each.status_code for each in made)[0] == 201
    assert sorted(each.status_code for each in made)[1] in (409, 412)
