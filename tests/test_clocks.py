"""Every clock that the parties live by, in one call, with the sandbox's clock moved."""

from datetime import UTC, datetime
from typing import Any

import pytest

from app.rules.clocks import ClockKind
from app.services import clocks as clocks_service
from app.services.clocks_sources import CLOCKS
from tests.ledger import Ledger
from tests.part_time_planning import agreed
from tests.world import TIMETABLE, Party, World

FOLLOW_UP = {ClockKind.HALF_TERMLY_REVIEW, ClockKind.HOST_SCHOOL_CHECK, ClockKind.PROGRESS_REPORT}
PERMANENT = {"exclusion": {"kind": "permanent", "on": "2026-11-20"}}


@pytest.fixture
def without_follow_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaves out what every placement asks for every week and half-term: see `test_clocks_follow_up`."""
    monkeypatch.setattr(clocks_service, "CLOCKS", tuple(each for each in CLOCKS if not each.kinds & FOLLOW_UP))


async def clocks(party: Party, placement: str, kind: str | None = None) -> list[tuple[Any, ...]]:
    """The kinds, days and states of a placement's clocks."""
    answer = await party.get(f"/v1/placements/{placement}/clocks")
    assert answer.status_code == 200, answer.text
    found = answer.json()["clocks"]
    return [(c["kind"], c["due_on"], c["state"], c["done_on"]) for c in found if kind in (None, c["kind"])]


async def listed(party: Party, **filters: Any) -> dict[str, list[str]]:
    """The kinds of the clocks that match, by placement, of every page."""
    found: dict[str, list[str]] = {}
    cursor: dict[str, str] = {}
    while True:
        page = (await party.get("/v1/clocks", **filters, **cursor)).json()
        for item in page["items"]:
            assert item["placement_id"] not in found
            found[item["placement_id"]] = [clock["kind"] for clock in item["clocks"]]
        if page["next_cursor"] is None:
            return found
        cursor = {"cursor": page["next_cursor"]}


async def stand(ledger: Ledger, day: str) -> None:
    await ledger.stand_at(datetime.fromisoformat(f"{day}T08:00:00+00:00").astimezone(UTC))


@pytest.mark.usefixtures("without_follow_up")
async def test_a_placement_has_its_clocks(world: World) -> None:
    placement = await world.placement()
    assert await clocks(world.school, placement) == [
        ("twelve_weeks", "2027-01-24", "upcoming", None),
        ("planned_end", "2027-02-12", "upcoming", None),
    ]
    answer = (await world.school.get(f"/v1/placements/{placement}/clocks")).json()
    assert (answer["provider_id"], answer["host_school_id"]) == (str(world.provider.id), str(world.school.id))
    weeks = answer["clocks"][0]
    assert (weeks["counted"], weeks["limit"], weeks["subject"]) == (4, 12, f"/v1/placements/{placement}")
    assert "secondary source" in weeks["source"]
    assert weeks["to_do"].endswith(".")


async def test_the_planned_end_follows_the_end_that_stands(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    body = {"placement_id": placement, "effective_on": "2026-12-18", "reason": "Back at school"}
    assert (await world.council.post("/v1/termination-notices", body)).status_code == 201
    for today, state, done_on in (
        ("2026-12-03", "upcoming", None),
        ("2026-12-04", "due", None),
        ("2026-12-18", "due", None),
        ("2026-12-19", "done", "2026-12-18"),
    ):
        await stand(ledger, today)
        found = await clocks(world.school, placement, "planned_end")
        assert found == [("planned_end", "2026-12-18", state, done_on)], today


async def test_day_6_counts_school_days_of_the_governing_calendar(world: World, ledger: Ledger) -> None:
    """From Friday 20 November: 23, 24, 25, 26, not the INSET day 27, 30 November, 1 December."""
    placed = (await world.council.post("/v1/placements", await world.proposal(starts_on="2026-12-03"))).json()["id"]
    path = f"/v1/placements/{placed}"
    assert await clocks(world.council, placed) == []
    await world.council.change("PUT", f"{path}/facts", PERMANENT)
    assert await clocks(world.council, placed) == [("day_6", "2026-12-01", "due", None)]
    assert (await world.provider.act(path, "acceptance")).status_code == 200
    assert await clocks(world.council, placed, "day_6") == [("day_6", "2026-12-01", "due", None)]
    await stand(ledger, "2026-12-02")
    assert await clocks(world.council, placed, "day_6") == [("day_6", "2026-12-01", "overdue", None)]
    await stand(ledger, "2026-12-03")
    assert await clocks(world.council, placed, "day_6") == [("day_6", "2026-12-01", "done", "2026-12-03")]


async def test_a_short_suspension_asks_for_no_provision(world: World) -> None:
    placement = await world.placement()
    short = {"exclusion": {"kind": "suspension", "on": "2026-11-20", "pupil_days": 5}}
    await world.council.change("PUT", f"/v1/placements/{placement}/facts", short)
    assert await clocks(world.council, placement, "day_6") == [("day_6", None, "not_applicable", None)]


@pytest.mark.usefixtures("without_follow_up")
async def test_a_plans_reviews_and_end_are_clocks(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    path = await agreed(world, placement)
    assert await clocks(world.provider, placement, "part_time_plan_review") == [
        ("part_time_plan_review", "2026-12-11", "upcoming", None),
        ("part_time_plan_review", "2027-01-08", "upcoming", None),
    ]
    await stand(ledger, "2026-12-14")
    review = {"held_on": "2026-12-14", "led_by": "A. Head", "note": "Going well", "decision": "continue"}
    overdue = {placement: ["part_time_plan_review"]}
    assert await listed(world.council, state="overdue") == overdue
    assert (await world.school.act(path, "reviews", review)).status_code == 200
    assert await listed(world.council, state="overdue") == {}
    await stand(ledger, "2027-01-11")
    assert await clocks(world.provider, placement, "part_time_plan_review") == [
        ("part_time_plan_review", "2026-12-11", "done", "2026-12-14"),
        ("part_time_plan_review", "2027-01-08", "overdue", None),
    ]
    assert await clocks(world.provider, placement, "part_time_plan_end") == [
        ("part_time_plan_end", "2027-01-10", "overdue", None)
    ]
    await world.school.act(path, "ending", {"because": "Full time again"})
    assert await clocks(world.provider, placement, "part_time_plan_review") == []
    assert await clocks(world.provider, placement, "part_time_plan_end") == [
        ("part_time_plan_end", "2027-01-10", "done", "2027-01-11")
    ]


async def test_sessions_a_week_decide_which_counter_runs_and_a_plan_takes_off(world: World, ledger: Ledger) -> None:
    mornings = [slot for slot in TIMETABLE if slot["session"] == "am"]
    placement = await world.placement(timetable=mornings, pattern="part_time")
    await agreed(world, placement, sessions_not_attended=[{"weekday": "monday", "session": "am"}])
    assert [each[0] for each in await clocks(world.school, placement)][:1] != ["four_sessions"]
    await stand(ledger, "2026-12-01")
    answer = (await world.school.get(f"/v1/placements/{placement}/clocks")).json()["clocks"]
    counter = next(each for each in answer if each["kind"] == "four_sessions")
    assert (counter["counted"], counter["limit"], counter["state"], counter["due_on"]) == (4, 4, "upcoming", None)
    body = {"applies_from": "2026-12-02", "slots": TIMETABLE}
    await world.school.act(f"/v1/placements/{placement}", "timetables", body)
    assert await clocks(world.school, placement, "four_sessions") != []
    await stand(ledger, "2026-12-02")
    assert await clocks(world.school, placement, "four_sessions") == []


@pytest.mark.usefixtures("without_follow_up")
async def test_the_list_is_filtered_and_paged_without_a_row_twice(
    world: World, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    calendar = await world.calendar()
    mine = sorted([await world.placement(calendar_id=calendar) for _ in range(5)])
    await agreed(world, mine[1])
    await agreed(world, mine[3])
    await stand(ledger, "2027-01-11")
    kinds = ["part_time_plan_review", "part_time_plan_review", "part_time_plan_end"]
    assert await listed(world.council, state="overdue") == {mine[1]: kinds, mine[3]: kinds}
    assert await listed(world.council, state="overdue", limit=1) == {mine[1]: kinds, mine[3]: kinds}
    assert list(await listed(world.council, limit=2)) == mine
    assert list(await listed(world.council, kind="part_time_plan_end", due_before="2027-01-11")) == [mine[1], mine[3]]
    assert await listed(world.council, kind="part_time_plan_end", due_before="2027-01-10") == {}
    assert list(await listed(world.council, provider_id=str(world.provider.id))) == mine
    assert await listed(world.council, provider_id=str(world.other_provider.id)) == {}
    assert list(await listed(world.provider, host_school_id=str(world.school.id))) == mine
    assert await listed(world.provider, host_school_id=str(world.other_school.id)) == {}
    monkeypatch.setattr(clocks_service, "_FIRST_BATCH", 1)
    monkeypatch.setattr(clocks_service, "MOST_LOOKED_AT", 1)
    page = (await world.council.get("/v1/clocks", state="overdue")).json()
    assert page["items"] == []
    assert page["next_cursor"]
    assert await listed(world.council, state="overdue") == {mine[1]: kinds, mine[3]: kinds}


async def test_strangers_see_no_clock_and_nothing_long_ended_is_listed(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    for stranger in (world.other_council, world.other_school, world.other_provider):
        assert (await stranger.get(f"/v1/placements/{placement}/clocks")).status_code == 404
        assert await listed(stranger) == {}
    await stand(ledger, "2028-02-13")
    assert list(await listed(world.council)) == [placement]
    await stand(ledger, "2028-02-14")
    assert await listed(world.council) == {}
    found = await clocks(world.council, placement)
    assert [each[2] for each in found if each[0] != "progress_report"] == ["done", "done"]


async def test_what_came_to_nothing_has_no_clocks(world: World) -> None:
    made = await world.council.post("/v1/placements", await world.proposal())
    path = made.headers["Location"]
    await world.council.change("PUT", f"{path}/facts", PERMANENT)
    assert len(await clocks(world.council, made.json()["id"])) == 1
    await world.council.act(path, "withdrawal")
    assert await clocks(world.council, made.json()["id"]) == []
    assert await listed(world.council) == {}


async def test_a_cursor_of_another_reader_is_refused(world: World) -> None:
    for _ in range(2):
        await world.placement()
    cursor = (await world.council.get("/v1/clocks", limit=1)).json()["next_cursor"]
    assert (await world.school.get("/v1/clocks", limit=1, cursor=cursor)).status_code == 422
    assert (await world.council.get("/v1/clocks", limit=1, cursor=cursor, state="due")).status_code == 422
