"""Spring: an extension, a notice that is taken back, and another school."""

from tests.a_year.story import EASTER, LAST_DAY, Story, agreed, clocks, created, done, listed, read, refused, told
from tests.attendance_days import mark, submit


async def the_clocks_say_what_is_done_and_what_is_late(story: Story) -> None:
    """Chapter 11, told where it happens: after Christmas everybody reads the same clocks."""
    await story.stands_at("2027-01-12T09:00:00Z")
    for party in (story.council, story.hill, story.farm):
        found = await clocks(party, story.placement)
        assert found["day_6"] == [("done", "2026-10-06")]
        assert found["half_termly_review"] == [
            ("done", "2026-10-23"),
            ("overdue", "2026-12-18"),
            ("upcoming", "2027-02-12"),
            ("upcoming", EASTER),
        ]
        assert ("overdue", "2027-01-08") in found["host_school_check"]
        assert found["insurance"] == [("upcoming", "2027-08-31")] * 2
        assert found["safeguarding_confirmation"] == [("upcoming", "2027-07-31")]
        assert found["part_time_plan_end"] == [("done", "2026-11-22")]
        assert found["twelve_weeks"] == [("overdue", "2026-12-27")]
        assert found["planned_end"] == [("upcoming", EASTER)]
    behind = await listed(story.council, "/v1/clocks", state="overdue")
    assert story.placement in {each["placement_id"] for each in behind}
    assert f"/v1/placements/{story.placement}/clocks" in await told(story.hill, "clock.overdue")
    assert await listed(story.brook, "/v1/clocks") == []


async def the_placement_is_extended_and_a_notice_taken_back(story: Story) -> None:
    """Chapter 8: both sides agree to the summer; notice is only for the last open pupil day of a half-term."""
    await _all_agree_to_the_summer(story)
    await story.stands_at("2027-01-19T10:00:00Z")  # a Tuesday
    wished = {"placement_id": story.placement, "reason": "Not settling"}
    tuesday = story.farm.post("/v1/termination-notices", wished | {"effective_on": "2027-01-26"})
    refusal = await refused("not_last_day_of_half_term", tuesday)
    assert refusal["next_lawful_dates"] == ["2027-02-12", EASTER]
    notice = await created(story.farm, "/v1/termination-notices", wished | {"effective_on": EASTER})
    assert (notice["state"], notice["previous_end_on"]) == ("standing", LAST_DAY)
    assert (await read(story.hill, story.path("placement")))["ends_on"] == EASTER
    assert await _expected_in_may(story) == 0
    by_another = await story.council.act(f"/v1/termination-notices/{notice['id']}", "withdrawal")
    assert (by_another.status_code, by_another.json()["rule"]) == (409, "wrong_party")
    await done(story.farm, f"/v1/termination-notices/{notice['id']}", "withdrawal")
    assert (await read(story.hill, story.path("placement")))["ends_on"] == LAST_DAY
    assert await _expected_in_may(story) == 8  # Monday 3 May is a bank holiday


async def _all_agree_to_the_summer(story: Story) -> None:
    longer = {"placement_id": story.placement, "reason": "Two units are left", "given_by": "C. Lead"}
    friday = story.farm.post("/v1/extensions", longer | {"new_end_on": "2027-05-28"})  # INSET
    await refused("planned_end_not_half_term_end", friday)
    asked = await created(story.farm, "/v1/extensions", longer | {"new_end_on": LAST_DAY})
    path = f"/v1/extensions/{asked['id']}"
    assert asked["still_to_agree"] == ["commissioner", "host_school"]
    await agreed(story.hill, path)
    assert (await read(story.farm, story.path("placement")))["planned_end_on"] == EASTER
    assert (await agreed(story.council, path))["state"] == "agreed"
    shown = await read(story.farm, story.path("placement"))
    assert (shown["planned_end_on"], shown["ends_on"]) == (LAST_DAY, LAST_DAY)


async def _expected_in_may(story: Story) -> int:
    days = {"from": "2027-05-03", "to": "2027-05-07", "placement_id": story.placement}
    return len(await listed(story.farm, "/v1/expected-sessions", **days))


async def the_child_changes_school_and_stays_at_the_farm(story: Story) -> None:
    """Chapter 9: a successor takes over on an ordinary Monday; each school sees its own days."""
    await story.stands_at("2027-04-14T09:00:00Z")
    moved = {"starts_on": "2027-04-19", "host_school_id": str(story.brook.id)}
    proposed = await created(story.council, f"{story.path('placement')}/successor", moved)
    story.ids["first"], successor = story.placement, proposed["id"]
    await done(story.farm, f"/v1/placements/{successor}", "acceptance")
    await story.stands_at("2027-04-16T07:40:00Z")
    await submit(story.farm, mark(story.placement, on_date="2027-04-16"))
    await story.stands_at("2027-04-20T07:40:00Z")
    posted = await submit(story.farm, mark(successor, on_date="2027-04-20"))
    assert posted.json()["recorded_count"] == 1, posted.text
    story.ids["placement"] = successor
    await _the_old_school_keeps_its_days_and_no_more(story)


async def _the_old_school_keeps_its_days_and_no_more(story: Story) -> None:
    first, successor = story.ids["first"], story.placement
    assert (await read(story.hill, f"/v1/placements/{first}"))["status"] == "ended"
    assert (await story.hill.get(f"/v1/placements/{successor}")).status_code == 404
    assert (await story.brook.get(f"/v1/placements/{first}")).status_code == 404
    for path in ("/v1/placements", "/v1/attendance-marks", "/v1/clocks", "/v1/events", f"/v1/placements/{first}"):
        assert successor not in (await story.hill.get(path)).text, path
    kept = {each["on_date"] for each in await listed(story.hill, "/v1/attendance-marks")}
    assert max(kept) == "2027-04-16"
    assert {each["on_date"] for each in await listed(story.brook, "/v1/attendance-marks")} == {"2027-04-20"}
    assert len(await listed(story.hill, "/v1/unagreed-absences")) == 1
    assert await listed(story.brook, "/v1/unagreed-absences") == []
    assert {each["id"] for each in await listed(story.council, "/v1/placements")} == {first, successor}
    later = {"from": "2027-04-17", "to": "2027-05-17"}
    assert await listed(story.hill, "/v1/expected-sessions", **later) == []
