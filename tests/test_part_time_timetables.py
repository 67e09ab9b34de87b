"""The return of part-time timetables: a row for each plan that ran in the period."""

import csv
from datetime import UTC, datetime
from io import StringIO
from typing import Any

from tests.ledger import Ledger
from tests.part_time_planning import agreed, proposed
from tests.world import Party, World

PATH = "/v1/part-time-timetables"


async def returned(party: Party, **asked: Any) -> list[dict[str, Any]]:
    answer = await party.get(PATH, **({"month": "2026-12"} | asked))
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_a_plan_in_force_is_in_it_and_a_proposal_is_not(world: World) -> None:
    placement = await world.placement()
    other = await world.placement()
    plan = await agreed(world, placement)
    await proposed(world.school, other)
    for party in (world.council, world.school, world.provider):
        [row] = await returned(party)
        assert row["plan_id"] == plan.rsplit("/", 1)[1]
    assert (row["family_name"], row["state"], row["reason"], row["weeks"]) == (
        "Example",
        "agreed",
        "return_after_absence",
        6,
    )
    assert (row["sessions_not_attended"], row["sessions_a_week_not_attended"]) == (["monday_am", "friday_pm"], 2)
    assert (row["targets"], row["review_dates"], row["reviews_held"]) == (1, ["2026-12-11", "2027-01-08"], 0)
    assert (row["parents_agreed_how"], row["risk_assessed_on"], row["ended_on"]) == ("phone", "2026-11-20", None)
    for stranger in (world.other_council, world.other_school, world.other_provider):
        assert await returned(stranger) == []


async def test_only_the_periods_in_which_it_ran_hold_it(world: World) -> None:
    await agreed(world, await world.placement())
    for asked, number in (({"month": "2026-10"}, 0), ({"month": "2026-11"}, 1), ({"month": "2027-02"}, 0)):
        assert len(await returned(world.council, **asked)) == number
    answer = await world.council.get(PATH, school_year="2026-27", term="autumn")
    assert (answer.json()["records"], answer.json()["last_on"]) == (1, "2026-12-31")


async def test_a_plan_that_was_ended_is_in_the_months_until_then(world: World, ledger: Ledger) -> None:
    plan = await agreed(world, await world.placement())
    await ledger.stand_at(datetime(2026, 12, 9, 8, 0, tzinfo=UTC))
    assert (await world.school.act(plan, "ending", {"because": "Full time again"})).status_code == 200
    [row] = await returned(world.school)
    assert (row["state"], row["ended_on"]) == ("ended", "2026-12-09")
    assert await returned(world.school, month="2027-01") == []


async def test_the_file_says_the_same_or_that_there_is_nothing(world: World) -> None:
    await agreed(world, await world.placement())
    answer = await world.school.get(f"{PATH}.csv", month="2026-12")
    [line] = csv.DictReader(StringIO(answer.text, newline=""))
    assert (line["record"], line["sessions_not_attended"]) == ("part_time_timetable", "monday_am; friday_pm")
    assert line["review_dates"] == "2026-12-11; 2027-01-08"
    answer = await world.other_school.get(f"{PATH}.csv", month="2026-12")
    assert [each["record"] for each in csv.DictReader(StringIO(answer.text, newline=""))] == ["nil_return"]
    assert (await world.school.get(f"{PATH}.xlsx", month="2026-12")).content.startswith(b"PK")
