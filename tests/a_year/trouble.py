"""November and December: a suspension, one that was asked for too late, a departure, and an alert."""

from typing import Any

from tests.a_year.story import AGREED, Story, added, agreed, created, done, listed, read, refused, told, written

MOTHER = "Marigold Quillfeather"


async def the_suspension_is_agreed_before_and_the_second_comes_too_late(story: Story) -> None:
    """Chapter 5: prior agreement of school and council; without it, what happened is reported and reviewed."""
    await story.stands_at("2026-11-12T10:00:00Z")
    await _a_suspension_is_agreed_and_nothing_is_expected(story)
    await story.stands_at("2026-11-24T09:40:00Z")
    refusal = await refused("suspension_not_prior", story.farm.post("/v1/suspensions", _days(story, "2026-11-24")))
    assert refusal["still_to_agree"] == ["commissioner", "host_school"]
    assert refusal["report_as"] == "report_unagreed_absence"
    await _another_lapses_when_the_council_is_silent(story)
    await _what_happened_is_reported_and_reviewed(story)


def _days(story: Story, first: str, last: str | None = None) -> dict[str, Any]:
    return {"placement_id": story.placement, "starts_on": first, "ends_on": last or first, "reason": "A fight"}


async def _a_suspension_is_agreed_and_nothing_is_expected(story: Story) -> None:
    asked = await created(story.farm, "/v1/suspensions", _days(story, "2026-11-16", "2026-11-17"))
    path = f"/v1/suspensions/{asked['id']}"
    assert (await agreed(story.hill, path))["still_to_agree"] == ["commissioner"]
    assert (await agreed(story.council, path))["state"] == "agreed"
    days = {"from": "2026-11-13", "to": "2026-11-18", "placement_id": story.placement}
    sessions = await listed(story.hill, "/v1/expected-sessions", **days)
    waived = {(each["on_date"], each["suggested_code"]) for each in sessions if each["waived_by"] == "suspension"}
    assert waived == {("2026-11-16", "E"), ("2026-11-17", "E")}
    await story.stands_at("2026-11-16T09:00:00Z")
    assert (await read(story.hill, story.path("placement")))["suspended_until"] == "2026-11-17"
    outstanding = await read(story.council, "/v1/attendance-outstanding", on_date="2026-11-16")
    assert (outstanding["expected"], outstanding["missing"]) == (0, 0)


async def _another_lapses_when_the_council_is_silent(story: Story) -> None:
    asked = await created(story.farm, "/v1/suspensions", _days(story, "2026-11-25"))
    path = f"/v1/suspensions/{asked['id']}"
    await agreed(story.hill, path)
    await story.stands_at("2026-11-25T09:05:00Z")
    late = await refused("agreement_too_late", story.council.post(f"{path}/agreements", AGREED))
    assert (late["takes_effect_at"], late["still_to_agree"]) == ("2026-11-25T09:00:00Z", ["commissioner"])
    assert (await read(story.farm, path))["state"] == "lapsed"
    assert path in await told(story.hill, "suspension.lapsed")
    story.ids["suspension"] = asked["id"]


async def _what_happened_is_reported_and_reviewed(story: Story) -> None:
    told_off = {"placement_id": story.placement, "kind": "kept_away", "starts_on": "2026-11-25"}
    report = await created(story.hill, "/v1/unagreed-absences", told_off | {"what_happened": "Kept away all the same"})
    assert (report["suspension_id"], report["agreement_missing"]) == (story.ids["suspension"], ["commissioner"])
    path = f"/v1/unagreed-absences/{report['id']}"
    note = {"written_by": "C. Lead", "text": "We thought that both had agreed"}
    assert (await added(story.farm, f"{path}/notes", note))["notes"][0]["text"] == note["text"]
    outcome = {"outcome": "unlawful_exclusion_confirmed", "reviewed_by": "J. Okafor"}
    reviewed = await done(story.council, path, "review", outcome)
    assert (reviewed["potential_unlawful_exclusion"], reviewed["state"]) == (True, "reviewed")
    [counted] = (await read(story.council, "/v1/unagreed-absence-counts"))["providers"]
    assert (counted["provider_id"], counted["incidents"], counted["confirmed"]) == (str(story.farm.id), 1, 1)


async def the_child_goes_home_early_with_everybodys_consent(story: Story) -> None:
    """Chapter 6: the school agrees itself, the mother's consent is on record, and then the child leaves."""
    await story.stands_at("2026-11-26T10:30:00Z")
    asking = {
        "placement_id": story.placement,
        "on_date": "2026-11-26",
        "leaving_time": "11:40",
        "reason": "Unwell and upset",
        "way_home": "collected",
        "collected_by": MOTHER,
    }
    departure = await created(story.farm, "/v1/early-departures", asking)
    path = f"/v1/early-departures/{departure['id']}"
    left = {"left_at": "2026-11-26T11:41:00Z", "handed_to": MOTHER}
    early = story.farm.act(path, "departure", left | {"left_at": "2026-11-26T10:30:00Z"})
    assert (await refused("departure_not_agreed", early))["still_to_agree"] == ["host_school", "parent"]
    assert (await agreed(story.hill, path))["still_to_agree"] == ["parent"]
    consent = {
        "answer": "given",
        "relationship": "parent",
        "given_by": MOTHER,
        "how": "phone",
        "given_at": "2026-11-26T10:25:00Z",
        "taken_by": "S. Turner",
    }
    assert (await added(story.farm, f"{path}/parental-consents", consent))["state"] == "agreed"
    await story.stands_at("2026-11-26T11:45:00Z")
    assert (await done(story.farm, path, "departure", left))["state"] == "departed"
    assert len(await listed(story.hill, "/v1/unagreed-absences")) == 1


async def the_child_runs_off_and_is_found(story: Story) -> None:
    """Chapter 7: all who must know are told at once, somebody acknowledges, the police are called."""
    await story.stands_at("2026-12-03T10:40:00Z")
    alert = await created(
        story.farm,
        f"/v1/absconding-alerts?placement_id={story.placement}",
        {"last_seen_at": "2026-12-03T10:35:00Z", "last_seen_where": "Main gate"},
    )
    path = f"/v1/absconding-alerts/{alert['id']}"
    by_role = {each["roles"][0]: each for each in alert["notifications"]}
    assert sorted((each["roles"], each["channel"]) for each in alert["notifications"]) == [
        (["commissioner"], "email"),
        (["host_school"], "email"),
        (["named_service"], "email"),
        (["police"], "phone"),
    ]
    await story.the_post_is_carried(alert)
    await story.stands_at("2026-12-03T10:43:00Z")
    mails = await listed(story.hill, "/v1/sandbox/emails")
    [urgent] = [mail for mail in mails if mail["subject"].startswith("Urgent")]
    assert "Quillfeather" in urgent["body"]
    to_school = f"{path}/notifications/{by_role['host_school']['id']}"
    await added(story.hill, f"{to_school}/acknowledgements", {"by": "R. Patel"})
    call = {"called_by": "S. Turner", "called_at": "2026-12-03T10:42:00Z", "log_number": "GMP-20261203-0412"}
    await added(story.farm, f"{path}/calls", call)
    await story.stands_at("2026-12-03T11:10:00Z")
    await _the_silent_council_is_escalated_to_and_the_child_found(story, path)


async def _the_silent_council_is_escalated_to_and_the_child_found(story: Story, path: str) -> None:
    shown = {each["roles"][0]: each for each in (await read(story.council, path))["notifications"]}
    assert shown["commissioner"]["escalated_at"] is not None
    assert (shown["host_school"]["state"], shown["host_school"]["escalated_at"]) == ("acknowledged", None)
    assert (shown["police"]["state"], shown["police"]["escalated_at"]) == ("delivered", None)
    found = {"found_at": "2026-12-03T11:05:00Z", "found_by": "Her aunt", "safe": True}
    assert (await done(story.farm, path, "resolution", found))["state"] == "found"
    closed = await done(story.hill, path, "closure", {"note": "Met with the family"})
    assert closed["state"] == "closed"
    steps = [each["what"] for each in closed["timeline"]]
    assert (steps[:2], steps[-1]) == (["last_seen", "raised"], "closed")


async def the_term_is_reported_and_christmas_comes(story: Story) -> None:
    """The report goes to the council before Christmas, and a review is forgotten."""
    await story.stands_at("2026-12-14T10:00:00Z")
    path = story.path("progress-report")
    await done(story.farm, path, "submission")
    await done(story.council, path, "return", {"reason": "Say more of the first unit"})
    await story.stands_at("2026-12-21T10:00:00Z")
    assert await listed(story.council, "/v1/progress-reports", overdue="true") != []
    await written(story.farm, path, {"answers": (await read(story.farm, path))["answers"]}, "/answers")
    await done(story.farm, path, "submission")
    assert (await done(story.hill, path, "acceptance"))["state"] == "accepted"
    assert await listed(story.council, "/v1/progress-reports", overdue="true") == []
