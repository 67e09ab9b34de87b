"""October and November: the first weeks, the register, the part-time plan, and the first half-term."""

from typing import Any

from tests.a_year.story import Story, agreed, clocks, created, done, listed, read, written
from tests.attendance_days import mark, submit
from tests.rules.test_report_forms import DEFAULT
from tests.test_progress_reports import ANSWERS, SAID

FRIDAY_PM = {"weekday": "friday", "session": "pm"}


async def the_first_weeks_are_stated_planned_and_registered(story: Story) -> None:
    """Chapter 3: facts, contacts, a part-time plan from proposal to its end, and attendance."""
    await _the_facts_start_the_clock_of_day_six(story)
    await _each_party_names_its_people(story)
    await _the_register_is_posted(story)
    await _a_part_time_plan_is_agreed_reviewed_and_ended(story)


async def _the_facts_start_the_clock_of_day_six(story: Story) -> None:
    exclusion = {"kind": "suspension", "on": "2026-09-28", "pupil_days": 10}
    await written(story.council, f"{story.path('placement')}/facts", {"looked_after": False, "exclusion": exclusion})
    assert (await clocks(story.hill, story.placement))["day_6"] == [("due", "2026-10-06")]
    await story.stands_at("2026-10-05T07:30:00Z")
    assert (await clocks(story.hill, story.placement))["day_6"] == [("done", "2026-10-06")]
    assert (await read(story.farm, story.path("placement")))["status"] == "active"


async def _each_party_names_its_people(story: Story) -> None:
    path = f"{story.path('placement')}/contacts"
    lead = {"role": "ap_lead", "name": "A. Lead", "email": "lead@hill.example"}
    worker = {"role": "social_worker", "name": "S. Worker", "email": "s.worker@north.example", "told_alerts": True}
    await written(story.hill, path, {"contacts": [lead]})
    await written(story.council, path, {"contacts": [worker | {"told_daily_attendance": True}]})
    shown = (await read(story.farm, path))["contacts"]
    assert sorted(each["role"] for each in shown) == ["ap_lead", "social_worker"]


async def _the_register_is_posted(story: Story) -> None:
    def row(day: str, **said: Any) -> dict[str, Any]:
        return mark(story.placement, on_date=day, **said)

    posted = await submit(story.farm, row("2026-10-05", arrived_at="08:20"))
    assert posted.json()["recorded_count"] == 1, posted.text
    await story.stands_at("2026-10-06T08:20:00Z")
    posted = await submit(story.farm, row("2026-10-06", fact="late", arrived_at="09:12"))
    assert posted.json()["accepted"][0]["punctuality"] == "on_time", posted.text
    await story.stands_at("2026-10-07T08:29:00Z")
    asked = {"on_date": "2026-10-07"}
    assert (await read(story.council, "/v1/attendance-outstanding", **asked))["missing"] == 0
    await story.stands_at("2026-10-07T08:31:00Z")  # 09:31 in London
    assert (await read(story.council, "/v1/attendance-outstanding", **asked))["missing"] == 1
    for party in (story.council, story.hill, story.farm):
        missing = await listed(party, "/v1/events", types="attendance.missing")
        assert missing[-1]["occurred_at"] == "2026-10-07T08:30:00Z"
        assert "2026-10-07" in missing[-1]["resource"], missing
    await story.stands_at("2026-10-07T09:05:00Z")
    posted = await submit(story.farm, row("2026-10-07", fact="absent", reason="unknown"))
    assert posted.json()["accepted"][0]["punctuality"] == "late"
    await story.stands_at("2026-10-08T08:10:00Z")
    rows = [row("2026-10-07", fact="absent", reason="medical"), row("2026-10-08", arrived_at="08:55")]
    posted = await submit(story.farm, *rows)
    assert [each["state"] for each in posted.json()["accepted"]] == ["corrected", "recorded"]
    marks = await listed(story.hill, "/v1/attendance-marks", placement_id=story.placement)
    days = {each["on_date"]: each["suggested_code"] for each in marks}
    assert {day: days[day] for day in ("2026-10-06", "2026-10-07", "2026-10-08")} == {
        "2026-10-06": "K",
        "2026-10-07": "M",
        "2026-10-08": "K",
    }


async def _a_part_time_plan_is_agreed_reviewed_and_ended(story: Story) -> None:
    proposal = {
        "placement_id": story.placement,
        "reason": "return_after_exclusion",
        "explanation": "Whole weeks are too long as yet",
        "starts_on": "2026-10-12",
        "weeks": 6,
        "sessions_not_attended": [FRIDAY_PM],
        "targets": [{"target": "Stay all day", "measured_by": "The register", "by": "2026-11-13"}],
        "review_dates": ["2026-10-21", "2026-11-13"],
        "risk_assessment": {"done_on": "2026-10-07", "done_by": "C. Lead"},
        "parents_agreement": {"given_by": "Mother", "how": "phone", "given_on": "2026-10-07"},
        "proposed_by": "A. Head, headteacher",
    }
    path = f"/v1/part-time-plans/{(await created(story.hill, '/v1/part-time-plans', proposal))['id']}"
    [asked] = await listed(story.council, "/v1/agreements", waiting_for_me="true")
    assert (asked["resource"], asked["kind"]) == (path, "part_time_plan")
    assert (await agreed(story.council, path))["state"] == "agreed"
    assert await _codes(story, "2026-10-16") == {"am": None, "pm": "C2"}
    assert (await clocks(story.council, story.placement))["part_time_plan_review"] == [
        ("due", "2026-10-21"),
        ("upcoming", "2026-11-13"),
    ]
    await story.stands_at("2026-10-22T09:00:00Z")
    assert (await clocks(story.council, story.placement))["part_time_plan_review"][0] == ("overdue", "2026-10-21")
    review = {"held_on": "2026-10-22", "led_by": "A. Head", "note": "Going well; parents were there"}
    await done(story.hill, path, "reviews", review | {"decision": "continue"})
    assert (await clocks(story.council, story.placement))["part_time_plan_review"][0] == ("done", "2026-10-21")
    ended = await done(story.council, path, "ending", {"because": "Full weeks again from now on"})
    assert ended["state"] == "ended"
    assert await _codes(story, "2026-10-23") == {"am": None, "pm": None}
    assert (await clocks(story.hill, story.placement))["part_time_plan_end"] == [("done", "2026-11-22")]


async def _codes(story: Story, day: str) -> dict[str, str | None]:
    """The code suggested for each session of a day for which nothing is expected; None where one is."""
    found = await listed(story.hill, "/v1/expected-sessions", on_date=day)
    return {each["session"]: each["suggested_code"] for each in found}


async def the_first_half_term_is_reviewed_and_reported_on(story: Story) -> None:
    """Chapter 4: the review, the host school's checks, the termly meeting and the progress report."""
    assert (await clocks(story.council, story.placement))["half_termly_review"][0] == ("due", "2026-10-23")
    await story.stands_at("2026-10-23T14:30:00Z")
    await _the_school_has_missed_a_week(story)
    held = {
        "held_on": "2026-10-23",
        "attended_by": ["pupil", "parent", "commissioner", "host_school", "provider"],
        "findings": "Settled; stays all day",
        "progress": [{"objective": "Attend every morning", "progress": "Four of five"}],
        "intended_next_step": "Return to school after Easter",
    }
    await created(story.council, f"{story.path('placement')}/reviews", held)
    assert (await clocks(story.farm, story.placement))["half_termly_review"][0] == ("done", "2026-10-23")
    assert (await read(story.farm, story.path("placement")))["intended_next_step"] == "Return to school after Easter"
    await story.stands_at("2026-11-02T08:00:00Z")
    due = await read(story.hill, f"{story.path('placement')}/reviews-due")
    assert [(each["due_on"], each["state"]) for each in due["half_terms"]][:2] == [
        ("2026-10-23", "held"),
        ("2026-12-18", "due"),
    ]
    await _the_term_is_met_over_and_reported(story)


async def _the_school_has_missed_a_week(story: Story) -> None:
    path = f"{story.path('placement')}/checks"
    checkin = {"kind": "weekly_safeguarding_checkin", "done_by": "A. Lead", "home_visit": True}
    for day in ("2026-10-08", "2026-10-22"):
        await created(story.hill, path, checkin | {"done_on": day})
    for kind in ("social_worker_aware", "sen_officer_aware"):
        await created(story.hill, path, {"kind": kind, "done_on": "2026-10-06", "done_by": "A. Lead"})
    standing = {each["kind"]: each for each in (await read(story.council, f"{path}-due"))["checks"]}
    weekly = standing["weekly_safeguarding_checkin"]
    assert (weekly["missed"], weekly["overdue"], weekly["next_due_on"]) == (["2026-10-16"], True, "2026-11-06")
    assert standing["social_worker_aware"]["overdue"] is False


async def _the_term_is_met_over_and_reported(story: Story) -> None:
    met = {"kind": "termly_meeting", "done_on": "2026-11-02", "done_by": "A. Lead"}
    await created(story.hill, f"{story.path('placement')}/checks", met)
    form = await created(story.council, "/v1/report-forms", {"name": "Termly report", "form": DEFAULT})
    draft = {"placement_id": story.placement, "form_id": form["id"], "school_year": "2026-27", "term": "autumn"}
    report = await created(story.farm, "/v1/progress-reports", draft)
    path = f"/v1/progress-reports/{report['id']}"
    assert (report["due_on"], report["overdue"]) == ("2026-12-18", False)
    await written(story.farm, path, {"answers": ANSWERS, **SAID}, "/answers")
    story.ids["progress-report"] = report["id"]
