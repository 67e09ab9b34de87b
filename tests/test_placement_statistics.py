"""What the country cannot count, counted for one's own placements, with few children told of by nothing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.rules.dual_registrations import DualRegistrationReason
from app.rules.outcomes import Destination, MoveReason
from app.rules.placements import PlacementState, PlacementTier
from app.rules.sustained_checks import Finding
from tests.counted import Stay, add, new_pupil
from tests.ledger import Ledger
from tests.placing import owner_session, publish_calendar
from tests.world import Party, World

SUMMER = datetime(2027, 7, 31, 9, 0, tzinfo=UTC)
AUTUMN = (date(2026, 9, 3), date(2026, 12, 18))
SPRING = (date(2027, 1, 4), date(2027, 3, 25))
HOST, PRU = Destination.RETURNED_TO_MAINSTREAM_HOST_SCHOOL, Destination.PRU


@asynccontextmanager
async def filling(world: World, ledger: Ledger) -> AsyncIterator[tuple[AsyncSession, UUID]]:
    async with owner_session(ledger.database.owner) as session:
        yield session, await publish_calendar(session, world)
    await ledger.stand_at(SUMMER)


async def fill(world: World, ledger: Ledger, *stays: tuple[int, Stay]) -> None:
    """So many of each."""
    async with filling(world, ledger) as (session, calendar):
        for number, stay in stays:
            for _ in range(number):
                await add(session, world, calendar, stay)


async def statistics(party: Party, **asked: Any) -> dict[str, Any]:
    answer = await party.get("/v1/placement-statistics", school_year="2026-27", **asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def share(numerator: int | None, denominator: int | None, percent: float | None = None) -> dict[str, Any]:
    suppressed = numerator is None or denominator is None
    return {"numerator": numerator, "denominator": denominator, "percent": percent, "suppressed": suppressed}


def count(number: int | None) -> dict[str, Any]:
    return {"count": number, "suppressed": number is None}


async def test_a_council_counts_what_the_country_cannot(world: World, ledger: Ledger) -> None:
    due = date(2027, 7, 20)
    returned = Stay(*AUTUMN, destination=HOST, due_on=due, finding=Finding.SUSTAINED)
    await fill(
        world,
        ledger,
        (9, returned),
        (6, replace(returned, finding=Finding.NOT_SUSTAINED)),
        (5, replace(returned, finding=None, dual=DualRegistrationReason.REINTEGRATION)),
        (8, Stay(*SPRING, destination=PRU, reason=MoveReason.PLACEMENT_BROKE_DOWN, successful=False)),
        (7, Stay(*SPRING, destination=Destination.EMPLOYMENT, successful=None, leaver=True, due_on=due)),
        (10, Stay(date(2027, 4, 12), date(2027, 12, 17))),
        (3, Stay(*AUTUMN, state=PlacementState.DECLINED)),
        (3, Stay(date(2025, 9, 1), date(2026, 7, 20), destination=HOST)),
    )
    told = await statistics(world.council)
    assert (told["first_on"], told["last_on"], told["as_of"]) == ("2026-08-01", "2027-07-31", "2027-07-31")
    total = told["total"]
    assert [total[each] for each in ("placements", "started", "ended")] == [count(45), count(45), count(35)]
    assert total["outcomes"] == share(35, 35, 100.0)
    assert total["returns_to_mainstream"] == share(20, 35, 57.1)
    assert total["back_again"] == share(0, 20, 0.0)
    assert total["moves_between_settings"] == share(8, 35, 22.9)
    assert total["unsuccessful"] == share(8, 28, 28.6)
    assert total["dual_registered"] == share(5, 45, 11.1)
    assert total["transitions_sustained"] == share(9, 20, 45.0) | {"unrecorded": 5}
    assert total["post_16_sustained"] == share(0, 7, 0.0) | {"unrecorded": 7}
    lengths = {"lower_quartile_days": 81, "median_days": 107, "upper_quartile_days": 107, "suppressed": False}
    assert total["lengths"] == lengths
    reasons = {each["reason"]: each["count"]["count"] for each in told["move_reasons"]}
    assert {k: v for k, v in reasons.items() if v != 0} == {"placement_broke_down": 8}
    dual = {each["reason"]: each["count"]["count"] for each in told["dual_registration_reasons"]}
    assert {k: v for k, v in dual.items() if v != 0} == {"reintegration": 5}
    assert told["breakdown"] is None
    audited = await ledger.sql(
        "select placement_ids, pupil_ids from audit_entries where operation = 'get_placement_statistics'"
        " and organisation_id = :id",
        id=world.council.id,
    )
    assert audited == []


async def test_returns_that_came_back_and_moves_by_the_next_placement(world: World, ledger: Ledger) -> None:
    async with filling(world, ledger) as (session, calendar):
        for after, provider, number in ((HOST, world.provider, 6), (None, world.other_provider, 5)):
            for _ in range(number):
                pupil = await new_pupil(session, world)
                await add(session, world, calendar, Stay(*AUTUMN, pupil=pupil, destination=after))
                await add(session, world, calendar, Stay(*SPRING, pupil=pupil, provider=provider))
        pupil = await new_pupil(session, world)
        await add(session, world, calendar, Stay(*AUTUMN, pupil=pupil))
        later = Stay(date(2027, 6, 1), date(2027, 7, 20), pupil=pupil, provider=world.other_provider)
        await add(session, world, calendar, later)
    total = (await statistics(world.council))["total"]
    assert total["back_again"] == share(6, 6, 100.0)
    assert total["moves_between_settings"] == share(5, 24, 20.8)
    told = await statistics(world.council)
    assert {each["reason"]: each["count"]["count"] for each in told["move_reasons"]}[None] == 5


async def test_few_children_are_told_of_by_nothing(world: World, ledger: Ledger) -> None:
    await fill(
        world,
        ledger,
        (3, Stay(*AUTUMN, destination=HOST, tier=PlacementTier.TRANSITIONAL)),
        (9, Stay(*AUTUMN, destination=PRU, successful=False)),
        (30, Stay(*AUTUMN, destination=PRU, tier=PlacementTier.TARGETED_SUPPORT)),
    )
    told = await statistics(world.council, by="tier")
    assert told["total"]["returns_to_mainstream"] == share(None, 42)
    assert told["total"]["moves_between_settings"] == share(None, 42)
    assert {each["count"]["count"] for each in told["move_reasons"]} == {None}
    groups = {each["value"]: each["figures"] for each in told["breakdown"]["groups"]}
    assert groups["transitional"]["placements"] == count(None)
    assert groups["time_limited"]["placements"] == count(None)
    assert groups["targeted_support"]["placements"] == count(30)
    assert groups["transitional"]["lengths"]["suppressed"]
    assert groups["time_limited"]["lengths"]["median_days"] is None
    assert groups["targeted_support"]["lengths"]["median_days"] == 107
    assert "returns" in told["breakdown"]["withheld"]


async def test_nothing_is_told_of_a_handful(world: World, ledger: Ledger) -> None:
    await fill(world, ledger, (4, Stay(*AUTUMN, destination=HOST)))
    told = await statistics(world.council, by="provider")
    assert told["total"]["placements"] == count(None)
    assert told["breakdown"]["groups"] == []
    assert "placements" in told["breakdown"]["withheld"]


async def test_every_breakdown_adds_up(world: World, ledger: Ledger) -> None:
    await fill(world, ledger, (10, Stay(*AUTUMN, destination=HOST)), (12, Stay(*SPRING, provider=world.other_provider)))
    expected: dict[str, dict[str | None, int]] = {
        "provider": {str(world.provider.id): 10, str(world.other_provider.id): 12},
        "host_school": {str(world.school.id): 22},
        "tier": {"time_limited": 22},
        "primary_reason": {"other": 22},
        "key_stage": {None: 22},
        "term": {"autumn": 10, "spring": 12},
    }
    for by, groups in expected.items():
        told = (await statistics(world.council, by=by))["breakdown"]
        name = "organisation_id" if by in ("provider", "host_school") else "value"
        found = {each[name]: each["figures"]["ended"]["count"] for each in told["groups"]}
        assert {k: v for k, v in found.items() if v != 0} == groups, by
        assert (told["by"], told["withheld"]) == (by, [])
    told = await statistics(world.council, by="term")
    autumn = next(each["figures"] for each in told["breakdown"]["groups"] if each["value"] == "autumn")
    assert (autumn["started"], autumn["returns_to_mainstream"]) == (count(10), share(10, 10, 100.0))


async def test_each_counts_its_own(world: World, ledger: Ledger) -> None:
    async with filling(world, ledger) as (session, calendar):
        ours, theirs = [], []
        for _ in range(6):
            ours.append(await add(session, world, calendar, Stay(*AUTUMN, commissioner=world.school)))
            theirs.append(await add(session, world, calendar, Stay(*AUTUMN, commissioner=world.other_council)))
        await add(session, world, calendar, Stay(*AUTUMN, provider=world.other_provider))
    seen: dict[str, dict[str, Any]] = {}
    for name in ("council", "other_council", "school", "other_school", "provider", "other_provider"):
        seen[name] = (await statistics(getattr(world, name)))["total"]["placements"]
    assert seen["school"] == count(13)
    assert (seen["provider"], seen["other_provider"]) == (count(12), count(None))
    assert (seen["other_council"], seen["other_school"]) == (count(6), count(0))
    assert seen["council"] == count(None)
    for placement in ours:
        await ledger.watches(world.council.id, str(placement))
    for placement in theirs:
        await ledger.watches(world.council.id, str(placement))
    assert (await statistics(world.council))["total"]["placements"] == count(7)


@pytest.mark.parametrize("asked", ["2026-28", "1999-00", "2026", "2026-2027"])
async def test_another_period_than_a_school_year_is_refused(world: World, asked: str) -> None:
    refusal = await world.council.get("/v1/placement-statistics", school_year=asked)
    assert (refusal.status_code, refusal.json()["errors"][0]["code"]) == (422, "not_as_written")
    unknown = await world.council.get("/v1/placement-statistics", term="autumn")
    assert unknown.status_code == 422


async def test_left_out_the_year_is_the_one_that_it_is(world: World) -> None:
    told = (await world.provider.get("/v1/placement-statistics")).json()
    assert (told["school_year"], told["total"]["lengths"]["suppressed"]) == ("2026-27", False)
