"""A severance and whatever else happens to the child at the same instant: one outcome, and nothing half done."""

from asyncio import gather
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from httpx import Response

from tests import asking
from tests.attendance_days import mark, submit
from tests.ledger import Ledger
from tests.referring import offered, taken_up, wanted
from tests.test_identity_severances import sever
from tests.world import World

AT_ONCE = 4
Meanwhile = Callable[[World, str, str], Awaitable[Callable[[], Awaitable[Response]]]]


async def attendance(world: World, pupil: str, placement: str) -> Callable[[], Awaitable[Response]]:
    return lambda: submit(world.provider, mark(placement), mark(placement, on_date="2026-11-23"))


async def an_agreement(world: World, pupil: str, placement: str) -> Callable[[], Awaitable[Response]]:
    days = {"placement_id": placement, "starts_on": "2026-11-25", "ends_on": "2026-11-26", "reason": "A fight"}
    path = (await world.provider.post("/v1/suspensions", days)).headers["Location"]
    await asking.answer(world.school, path)
    return lambda: asking.answer(world.council, path)


async def a_notice(world: World, pupil: str, placement: str) -> Callable[[], Awaitable[Response]]:
    body = {"placement_id": placement, "effective_on": "2026-12-18", "reason": "Back at school"}
    return lambda: world.council.post("/v1/termination-notices", body)


async def a_placement(world: World, pupil: str, placement: str) -> Callable[[], Awaitable[Response]]:
    body = await world.proposal(pupil_id=pupil, starts_on="2027-02-22", planned_end_on="2027-03-25")
    return lambda: world.council.post("/v1/placements", body)


async def a_referral(world: World, pupil: str, placement: str) -> Callable[[], Awaitable[Response]]:
    body = await wanted(world, pupil_id=pupil)
    return lambda: world.school.post("/v1/referrals", body)


async def an_acceptance(world: World, pupil: str, placement: str) -> Callable[[], Awaitable[Response]]:
    days: dict[str, Any] = {"starts_on": "2027-02-22", "planned_end_on": "2027-03-25"}
    path = await taken_up(world, pupil_id=pupil, wanted_start_on="2027-02-22", wanted_end_on="2027-03-25")
    offer = await offered(world, path, **days)
    return lambda: world.provider.post(f"{offer}/acceptance", None)


@pytest.mark.parametrize(
    "meanwhile", [attendance, an_agreement, a_notice, a_placement, a_referral, an_acceptance], ids=lambda f: f.__name__
)
async def test_one_outcome_whatever_comes_at_the_same_instant(
    world: World, ledger: Ledger, meanwhile: Meanwhile
) -> None:
    for _ in range(AT_ONCE):
        pupil, placement = await another(world)
        act = await meanwhile(world, pupil, placement)
        severed, other = await gather(sever_again(world, pupil), act())
        assert severed.status_code == 200, severed.text
        assert other.status_code in (200, 201, 404, 409, 422), (other.status_code, other.text)
        new = severed.json()["placement_ids"]
        both = [placement, *new]
        rows = await ledger.sql("select * from attendance_marks where placement_id = any(cast(:p as uuid[]))", p=new)
        assert rows == [], "what was received stays with the old placement"
        claims = (
            "select on_date, session from expected_sessions where placement_id = any(cast(:p as uuid[]))"
            " and on_date > '2026-11-24' group by on_date, session having count(*) > 1"
        )
        assert await ledger.sql(claims, p=both) == [], "no session is expected twice"
        for party in (world.council, world.school, world.provider):
            assert (await party.get(f"/v1/placements/{placement}")).status_code == 404
            found = (await party.get("/v1/placements", pupil_id=pupil)).json()["items"]
            assert found == [], "nothing of the old child is left in view"
            assert pupil not in (await party.get("/v1/referrals")).text


async def another(world: World) -> tuple[str, str]:
    pupil = await world.pupil()
    return pupil, await world.placement(pupil_id=pupil)


async def sever_again(world: World, pupil: str) -> Response:
    new = {"given_name": "Sam", "family_name": "Rivers", "date_of_birth": "2012-03-05"}
    answer: Response = await sever(world.council, pupil, new_identity=new)
    return answer
