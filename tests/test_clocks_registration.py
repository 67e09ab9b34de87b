"""The registration threshold: counted over everybody's placements, told as yes or no to those who watch over it."""

from datetime import date, timedelta
from typing import Any

import pytest

from app.rules.registration_threshold import births_of_compulsory_age
from tests.ledger import Ledger
from tests.placing import owner_session, place, publish_calendar
from tests.world import CALENDAR, Party, World

AWARDED = "update organisations set registered_by_id = :by where id = :id"


async def counter(party: Party, placement: str) -> tuple[Any, ...] | None:
    """State and count of the threshold among a placement's clocks; None where it is not shown."""
    answer = await party.get(f"/v1/placements/{placement}/clocks")
    assert answer.status_code == 200, answer.text
    found = [each for each in answer.json()["clocks"] if each["kind"] == "registration_threshold"]
    return (found[0]["state"], found[0]["counted"], found[0]["limit"]) if found else None


async def placed(world: World, ledger: Ledger, number: int, starts_on: date = date(2026, 11, 2)) -> list[str]:
    """So many more placements of the council's with the provider, full time."""
    async with owner_session(ledger.database.owner) as session:
        calendar = await publish_calendar(session, world)
        return [str(await place(session, world, calendar, starts_on=starts_on)) for _ in range(number)]


async def placed_by(world: World, council: Party) -> str:
    """A placement of another council's with the provider."""
    child = {"given_name": "Alan", "family_name": "Example", "date_of_birth": "2012-03-04"}
    pupil = (await council.post("/v1/pupils", child)).json()["id"]
    calendar = (await council.post("/v1/calendars", CALENDAR)).json()["id"]
    body = await world.proposal(pupil_id=pupil, calendar_id=calendar, host_school_id=None)
    path = (await council.post("/v1/placements", body)).headers["Location"]
    assert (await world.provider.act(path, "acceptance")).status_code == 200
    return path.rsplit("/", 1)[1]


async def test_it_is_reached_by_the_fifth_pupil_full_time(world: World, ledger: Ledger) -> None:
    mine, *_ = await placed(world, ledger, 4)
    await placed(world, ledger, 1, starts_on=date(2026, 11, 25))
    await ledger.sql(AWARDED, by=world.council.id, id=world.provider.id)
    assert await counter(world.provider, mine) == ("upcoming", 4, 5)
    assert await counter(world.council, mine) == ("upcoming", 4, 5)
    await placed(world, ledger, 1)
    assert await counter(world.provider, mine) == ("due", 5, 5)


async def test_one_who_is_looked_after_or_has_a_plan_reaches_it(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    assert await counter(world.provider, placement) == ("upcoming", 1, 5)
    for facts, state in (({"ehcp": True}, "due"), ({"looked_after": True}, "due"), ({"ehcp": False}, "upcoming")):
        await world.council.change("PUT", f"/v1/placements/{placement}/facts", facts)
        assert await counter(world.provider, placement) == (state, 1, 5), facts


@pytest.mark.parametrize(
    "change",
    [
        pytest.param("update placements set pattern = 'part_time' where id = :id", id="part time"),
        pytest.param(
            "update pupils set date_of_birth = '2010-08-31' where id = (select pupil_id from placements where id = :id)",
            id="past compulsory age",
        ),
        pytest.param("update placements set state = 'declined' where id = :id", id="declined"),
    ],
)
async def test_who_does_not_count(world: World, ledger: Ledger, change: str) -> None:
    placement, other = await world.placement(), await world.placement()
    await world.council.change("PUT", f"/v1/placements/{other}/facts", {"ehcp": True})
    await ledger.sql("alter table placements disable trigger placements_keep")
    await ledger.sql(change, id=other)
    await ledger.sql("alter table placements enable trigger placements_keep")
    assert await counter(world.provider, placement) == ("upcoming", 1, 5)


async def test_a_school_or_college_is_registered(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    await ledger.sql("update organisations set category = 'ap_academy' where id = :id", id=world.provider.id)
    assert await counter(world.provider, placement) == ("not_applicable", None, None)
    clocks = (await world.provider.get(f"/v1/placements/{placement}/clocks")).json()["clocks"]
    assert [each["state"] for each in clocks if each["kind"] == "twelve_weeks"] == ["not_applicable"]


async def test_a_council_learns_yes_or_no_and_counts_its_own(world: World, ledger: Ledger) -> None:
    """The other council awarded the provider a lot and has one placement with it; the five are the council's."""
    await placed(world, ledger, 5)
    theirs = await placed_by(world, world.other_council)
    assert await counter(world.other_council, theirs) is None
    await ledger.sql(AWARDED, by=world.other_council.id, id=world.provider.id)
    assert await counter(world.other_council, theirs) == ("due", 1, 5)
    assert await counter(world.provider, theirs) == ("due", 6, 5)
    path = f"/v1/providers/{world.provider.id}/clocks"
    assert [each["counted"] for each in (await world.other_council.get(path)).json()["clocks"]] == [1]


async def test_who_does_not_watch_over_a_provider_learns_nothing(world: World, ledger: Ledger) -> None:
    placement, *_ = await placed(world, ledger, 5)
    for party in (world.school, world.council):
        assert await counter(party, placement) is None
        answer = await party.get(f"/v1/providers/{world.provider.id}/clocks")
        assert answer.json() == {"provider_id": str(world.provider.id), "clocks": []}
    asked = "select * from registration_thresholds(array[cast(:id as uuid)], '2026-11-24')"
    for stranger in (world.other_provider, world.other_council, world.school):
        assert await ledger.sql_as(stranger.id, asked, id=world.provider.id) == []
    assert await ledger.sql_as(world.provider.id, asked, id=world.provider.id) == [(world.provider.id, True)]


async def test_the_database_counts_the_same_age_as_the_rule(ledger: Ledger) -> None:
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(4 * 366)]
    found = await ledger.sql(
        "select lower(births), upper(births) - 1 from unnest(cast(:days as date[])) with ordinality as each (day, number),"
        " births_of_compulsory_age(day) as births order by number",
        days=days,
    )
    assert found == [births_of_compulsory_age(day) for day in days]
