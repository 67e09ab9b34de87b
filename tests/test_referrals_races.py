"""Two answers, or an answer and a withdrawal, at the same instant: one outcome, and nothing half done."""

from asyncio import gather

import pytest

from app.problems import Unavailable
from app.services import placements
from tests.referring import offered, offered_twice, state, taken_up, terms
from tests.world import World

FULL = {"declined_for": "no_places", "reason": "Both groups are full"}
WHY = {"reason": "Moved away"}


async def test_of_two_providers_that_accept_at_one_instant_one_wins(world: World) -> None:
    for _ in range(4):
        path, first, second = await offered_twice(world)
        answers = await gather(
            world.provider.post(f"{first}/acceptance", None), world.other_provider.post(f"{second}/acceptance", None)
        )
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        won, lost = sorted(answers, key=lambda answer: answer.status_code)
        assert (lost.json()["rule"], lost.json()["state"]) == ("wrong_state", "withdrawn")
        referral = (await world.school.get(path)).json()
        assert (referral["state"], referral["placement_id"]) == ("placed", won.json()["placement_id"])
        placed = (await world.school.get("/v1/placements", pupil_id=referral["pupil_id"])).json()["items"]
        assert [each["id"] for each in placed] == [referral["placement_id"]]
        steps = [step["step"] for step in (await world.school.get(f"{path}/history")).json()["items"]]
        assert steps[4:] == ["offer_accepted", "placed", "offer_closed"]


async def test_a_provider_that_accepts_twice_at_once_is_placed_with_once(world: World) -> None:
    offer = await offered(world, await taken_up(world))
    answers = await gather(*(world.provider.post(f"{offer}/acceptance", None) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert len((await world.provider.get("/v1/placements")).json()["items"]) == 1


async def test_accepting_and_withdrawing_at_one_instant_gives_one_outcome(world: World) -> None:
    for _ in range(4):
        path = await taken_up(world)
        offer = await offered(world, path)
        accepted, withdrawn = await gather(
            world.provider.post(f"{offer}/acceptance", None), world.school.act(path, "withdrawal", WHY)
        )
        outcome = (accepted.status_code, withdrawn.status_code, await state(world.school, path))
        assert outcome in [(200, 412, "placed"), (200, 409, "placed"), (409, 200, "withdrawn")]
        assert await state(world.provider, offer) == ("accepted" if outcome[0] == 200 else "withdrawn")


async def test_accepting_and_taking_the_offer_back_at_one_instant_gives_one_outcome(world: World) -> None:
    path = await taken_up(world)
    offer = await offered(world, path)
    accepted, withdrawn = await gather(
        world.provider.post(f"{offer}/acceptance", None), world.council.act(offer, "withdrawal", WHY)
    )
    outcome = (accepted.status_code, withdrawn.status_code, await state(world.school, path))
    assert outcome in [(200, 412, "placed"), (200, 409, "placed"), (409, 200, "taken_up")]


async def test_both_declining_at_one_instant_gives_the_referral_back(world: World) -> None:
    for _ in range(3):
        path, first, second = await offered_twice(world)
        answers = await gather(
            world.provider.post(f"{first}/refusal", FULL), world.other_provider.post(f"{second}/refusal", FULL)
        )
        assert [answer.status_code for answer in answers] == [200, 200]
        assert await state(world.school, path) == "taken_up"


async def test_two_offers_at_one_instant_are_made_from_what_was_read(world: World) -> None:
    path, calendar = await taken_up(world), await world.calendar()
    bodies = [await terms(world, p, calendar_id=calendar) for p in (world.provider, world.other_provider)]
    answers = await gather(*(world.council.act(path, "offers", body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [201, 412]
    assert len((await world.council.get("/v1/referral-offers")).json()["items"]) == 1


async def test_an_acceptance_that_fails_late_leaves_everything_as_it_was(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It fails when the offer is accepted, the other closed, and the placement there, but no session expected yet."""

    async def broken(*_: object) -> None:
        raise Unavailable

    path, first, second = await offered_twice(world)
    with monkeypatch.context() as patched:
        patched.setattr(placements, "let_ledger_follow", broken)
        assert (await world.provider.post(f"{first}/acceptance", None)).status_code == 503
    assert await state(world.provider, first) == "offered"
    assert await state(world.other_provider, second) == "offered"
    assert await state(world.school, path) == "offered"
    events = (await world.other_provider.get("/v1/events")).json()["items"]
    assert [each["type"] for each in events] == ["referral-offer.made"]
    assert (await world.provider.post(f"{first}/acceptance", None)).status_code == 200
