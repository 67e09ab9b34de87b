"""Summer: the placement ends, the child is back at school, and two terms later still there."""

from typing import Any

from tests.a_year.story import LAST_DAY, NEXT_YEAR, Story, clocks, created, done, listed, read, refused, told, written

TWO_TERMS_LATER = "2028-03-31"


async def the_child_returns_to_school_and_stays_there(story: Story) -> None:
    """Chapter 10: the last open pupil day, the outcome, the check after two full terms."""
    await _the_last_day_comes(story)
    await _the_outcome_is_recorded(story)
    await _one_child_is_no_number(story)
    await _two_terms_later_the_child_is_still_there(story)


async def _the_last_day_comes(story: Story) -> None:
    await story.stands_at("2027-05-27T09:00:00Z")
    assert (await read(story.brook, story.path("placement")))["status"] == "active"
    assert (await clocks(story.brook, story.placement))["planned_end"] == [("due", LAST_DAY)]
    await story.stands_at("2027-05-28T09:00:00Z")
    assert (await read(story.brook, story.path("placement")))["status"] == "ended"
    assert (await clocks(story.brook, story.placement))["planned_end"] == [("done", LAST_DAY)]
    for party in (story.council, story.brook, story.farm):
        assert story.path("placement") in await told(party, "placement.ended")
    after = {"from": "2027-05-28", "to": "2027-07-31"}
    assert await listed(story.farm, "/v1/expected-sessions", **after) == []


async def _the_outcome_is_recorded(story: Story) -> None:
    outcome = {
        "placement_id": story.placement,
        "destination": "returned_to_mainstream_host_school",
        "destination_from_on": "2027-06-07",
        "reason": "objectives_met",
        "objectives": [{"number": 1, "result": "met"}, {"number": 2, "result": "met"}],
        "successful": True,
        "success_reason": "Both objectives were met",
        "recorded_by": "J. Okafor",
    }
    recorded = await created(story.council, "/v1/outcomes", outcome)
    assert recorded["moved_on"] == "2027-06-07"
    moves = await read(story.council, f"{story.path('pupil')}/moves")
    assert [each["placement_id"] for each in moves["moves"]] == [story.ids["first"], story.placement]
    assert (moves["returns_to_mainstream"], moves["moves_between_settings"]) == (1, 0)


async def _one_child_is_no_number(story: Story) -> None:
    for party in (story.council, story.brook, story.farm, story.hill):
        counted = (await read(party, "/v1/placement-statistics", school_year="2026-27"))["total"]
        assert counted["placements"] == {"count": None, "suppressed": True}
        assert counted["returns_to_mainstream"]["numerator"] is None


async def _two_terms_later_the_child_is_still_there(story: Story) -> None:
    assert (await _check(story))["due_on"] is None
    await written(story.council, f"/v1/calendars/{story.ids['calendar']}", NEXT_YEAR)
    check = await _check(story)
    assert (check["state"], check["due_on"]) == ("scheduled", TWO_TERMS_LATER)
    path = f"/v1/sustained-checks/{check['id']}"
    found = {"finding": "sustained", "evidence": "Register of Brook School", "recorded_by": "A. Officer"}
    early = story.brook.act(path, "findings", found)
    assert (await refused("check_not_due", early))["next_lawful_dates"] == [TWO_TERMS_LATER]
    await story.waits(308)  # to Friday 31 March 2028
    assert (await _check(story))["state"] == "due"
    assert path in await told(story.council, "sustained-check.due")
    assert (await done(story.brook, path, "findings", found))["state"] == "done"


async def _check(story: Story) -> Any:
    [check] = await listed(story.brook, "/v1/sustained-checks", placement_id=story.placement)
    return check
