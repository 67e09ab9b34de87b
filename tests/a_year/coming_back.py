"""Summer: the placement ends, the child is back at school, and two terms later still there."""

from typing import Any

from tests.a_year.story import (
    CHILD,
    LAST_DAY,
    NEXT_YEAR,
    Story,
    clocks,
    created,
    done,
    listed,
    read,
    refused,
    told,
    written,
)

OF_PROVIDERS = {"lot-applications", "insurance-certificates", "safeguarding-confirmations", "attendance-submissions"}
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
    after = {"from": "2027-05-28", "to": "2027-06-27"}
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
    returned = {story.council: None, story.brook: None, story.farm: None, story.hill: 0}
    for party, number in returned.items():
        counted = (await read(party, "/v1/placement-statistics", school_year="2026-27"))["total"]
        assert counted["placements"] == {"count": None, "suppressed": True}, party.name
        assert counted["returns_to_mainstream"]["numerator"] == number, party.name


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
    assert (await clocks(story.brook, story.placement))["sustained_check"] == [("due", TWO_TERMS_LATER)]
    assert (await done(story.brook, path, "findings", found))["state"] == "done"
    assert (await clocks(story.brook, story.placement))["sustained_check"] == [("done", TWO_TERMS_LATER)]
    lapsed = (await read(story.council, f"/v1/providers/{story.farm.id}/clocks"))["clocks"]
    assert {each["kind"] for each in lapsed if each["state"] == "overdue"} == {"insurance", "safeguarding_confirmation"}


async def _check(story: Story) -> Any:
    [check] = await listed(story.brook, "/v1/sustained-checks", placement_id=story.placement)
    return check


async def the_child_gets_another_identity(story: Story) -> None:
    """Chapter 12: adopted, the child goes on under another name; what was leads nowhere any more."""
    new = {"given_name": "Sam", "family_name": "Rivers", "date_of_birth": CHILD["date_of_birth"]}
    asked = {"reason": "adoption", "authorised_by": "B. Lead", "new_identity": new}
    severed = await done(story.hill, story.path("pupil"), "identity-severance", asked)
    assert (severed["placement_ids"], severed["pupil_id"] != story.ids["pupil"]) == ([], True)
    await _the_old_ids_lead_nowhere(story, until_the_archive_has_it={"referral-offers"})
    await story.waits(1)
    await _the_old_ids_lead_nowhere(story, until_the_archive_has_it=set())
    feed = await listed(story.farm, "/v1/events", types="placement.removed")
    assert {each["resource"] for each in feed} == {
        story.path("placement"),
        f"/v1/placements/{story.ids['first']}",
    }
    assert "Sam" in (await story.hill.get(f"/v1/pupils/{severed['pupil_id']}")).text


async def _the_old_ids_lead_nowhere(story: Story, until_the_archive_has_it: set[str]) -> None:
    """All that was made about the child is gone for everybody; what providers gave and applied for stays.

    The other provider still reads the offer that it declined, which tells of no child, until it is archived.
    """
    stays = OF_PROVIDERS | until_the_archive_has_it
    for path in sorted(path for path in story.made if path.split("/")[2] not in stays):
        for party in story.ours:
            assert (await party.get(path)).status_code in (403, 404), f"{party.name} reads {path}"
    for party in story.ours:
        for name in ("pupils", "placements", "referrals", "outcomes", "suspensions", "clocks", "attendance-marks"):
            answer = await party.get(f"/v1/{name}", limit=200)
            for hidden in (CHILD["family_name"], story.ids["pupil"], story.ids["first"], story.placement):
                assert hidden not in answer.text, f"{party.name}: {name}"
