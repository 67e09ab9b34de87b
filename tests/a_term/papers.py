"""What is written in the term: reports on each child, the farm's annual returns, teaching seen, an exam, a file."""

from tests.a_term.story import Term, only
from tests.a_year.story import created, done, listed, read, written
from tests.attaching import attached, pdf

REPORTS, DUE = "/v1/progress-reports", "/v1/progress-reports-due"
TARGET = {
    "text": "Attend every morning",
    "success_criterion": "19 of 20 mornings in the register",
    "review_on": "2027-01-15",
    "progress": "some_progress",
    "comment": "Came on most days",
}
SAID = {
    "pupil_voice": {"said": "I like the workshop best"},
    "readiness_to_return": "working_towards",
    "readiness_reason": "Two mornings a week go well",
    "targets": [TARGET],
}
RETURN = {
    "policy_reviewed_on": "2026-09-01",
    "lead_trained_on": "2026-09-02",
    "single_central_record_complete": True,
    "all_staff_trained": True,
    "arrangements": "Concerns go to the lead on the same day.",
    "to_put_right": "Nothing.",
}


async def owed(term: Term, name: str) -> dict[str, str]:
    """The state of the report of each term of a child's placement, as the school reads it."""
    found = await read(term.school, f"/v1/placements/{term.ids[f'{name}_placement']}/progress-reports-due")
    return {each["term"]: each["state"] for each in found["terms"]}


async def the_council_adopts_a_form_and_the_farm_writes_on_it(term: Term) -> None:
    shipped = await only(term.council, "/v1/report-forms", origin="shipped")
    form = await done(term.council, f"/v1/report-forms/{shipped['id']}", "adoption", {"name": "Northshire 2026"})
    placement = term.ids["ada_placement"]
    found = await listed(term.farm, f"/v1/placements/{placement}/report-forms")
    assert form["id"] in [each["id"] for each in found], found
    body = {"placement_id": placement, "school_year": "2026-27", "term": "autumn", "form_id": form["id"]}
    report = await created(term.farm, REPORTS, body)
    term.ids |= {"form": form["id"], "ada_report": report["id"]}
    path = f"{REPORTS}/{report['id']}"
    await term.hidden(path, term.school, term.council, term.next_school)
    missing = await term.farm.act(path, "submission")
    assert missing.status_code == 422, missing.text
    pointers = {each["pointer"] for each in missing.json()["errors"]}
    assert {"/pupil_voice", "/targets", "/readiness_to_return"} <= pointers, missing.text
    answers = shipped["form"]["examples"][0]
    await written(term.farm, path, {"answers": answers, **SAID}, "/answers")
    assert (await done(term.farm, path, "submission"))["late"] is False
    assert "report-form.published" in await term.news(term.council)


async def the_school_returns_it_and_the_council_accepts(term: Term) -> None:
    path = f"{REPORTS}/{term.ids['ada_report']}"
    await done(term.school, path, "return", {"reason": "Please say more of the target"})
    assert "progress-report.returned" in await term.news(term.farm)
    answers = (await read(term.farm, path))["answers"]
    more = SAID | {"targets": [TARGET | {"comment": "On 17 of 20 mornings", "target_id": await _target(term, path)}]}
    await written(term.farm, path, {"answers": answers, **more}, "/answers")
    assert (await read(term.council, path))["targets"][0]["comment"] == TARGET["comment"]
    await done(term.farm, path, "submission")
    assert (await done(term.council, path, "acceptance"))["state"] == "accepted"
    assert (await read(term.school, path))["targets"][0]["comment"] == "On 17 of 20 mornings"
    await term.hidden(path, term.next_school, term.their_school)
    assert await owed(term, "ada") == {"autumn": "received", "spring": "upcoming"}
    assert "progress-report.accepted" in await term.news(term.school)


async def _target(term: Term, path: str) -> str:
    return str((await read(term.farm, path))["targets"][0]["target_id"])


async def the_farm_forgets_a_report_and_hands_it_in_late(term: Term) -> None:
    assert (await owed(term, "ben"))["autumn"] == "overdue"
    assert {"progress-report.due", "progress-report.overdue"} <= set(await term.news(term.farm))
    body = {"placement_id": term.ids["ben_placement"], "school_year": "2026-27", "term": "autumn", **SAID}
    body["form_id"] = term.ids["form"]
    shipped = await only(term.council, "/v1/report-forms", origin="shipped")
    report = await created(term.farm, REPORTS, body | {"answers": shipped["form"]["examples"][0]})
    assert (await done(term.farm, f"{REPORTS}/{report['id']}", "submission"))["late"] is True
    assert (await owed(term, "ben"))["autumn"] == "received_late"


async def the_next_term_begins_with_the_open_target(term: Term) -> None:
    placement = term.ids["ada_placement"]
    body = {"placement_id": placement, "school_year": "2026-27", "term": "spring"}
    unnamed = await term.farm.post(REPORTS, body)  # the council has two forms by now
    assert unnamed.json()["errors"][0]["code"] == "form_needed", unnamed.text
    draft = await created(term.farm, REPORTS, body | {"form_id": term.ids["form"]})
    [target] = draft["targets"]
    assert (target["text"], target["progress"], target["carried_forward"]) == (TARGET["text"], None, True)
    kept = await read(term.council, f"/v1/placements/{placement}/targets")
    assert [each["target_id"] for each in kept["targets"]] == [target["target_id"]]


async def the_farm_is_asked_for_two_returns(term: Term) -> None:
    """Its safeguarding return was asked for by the seed; the council asks for another by Friday."""
    body = {"provider_id": str(term.farm.id), "type_id": term.ids["transport"], "school_year": "2026-27"}
    asked = await created(term.council, "/v1/qa-return-requests", body | {"due_on": "2026-11-27"})
    term.ids["late_return"] = asked["id"]
    filed = await only(term.farm, "/v1/qa-returns", type_slug="section-157-safeguarding")
    term.ids["return"] = filed["id"]
    path = f"/v1/qa-returns/{filed['id']}"
    await written(term.farm, path, {"answers": RETURN | {"all_staff_trained": "yes"}}, "/contents")
    odd = await term.farm.act(path, "submission", {"submitted_by": "The manager"})
    assert [each["pointer"] for each in odd.json()["errors"]] == ["/answers/all_staff_trained"], odd.text
    await written(term.farm, path, {"answers": RETURN}, "/contents")
    assert (await read(term.council, path))["answers"] == {}
    await done(term.farm, path, "submission", {"submitted_by": "The manager"})
    await done(term.council, path, "return", {"reason": "Who trains new staff?"})
    await written(term.farm, path, {"answers": RETURN | {"anything_else": "The lead trains new staff."}}, "/contents")
    await done(term.farm, path, "submission", {"submitted_by": "The manager"})
    assert (await done(term.council, path, "acceptance"))["timeliness"] == "on_time"
    await term.hidden(path, term.other_council)
    assert {"qa-return.requested", "qa-return.returned", "qa-return.accepted"} <= set(await term.news(term.farm))


async def the_other_return_comes_late(term: Term) -> None:
    path = f"/v1/qa-returns/{term.ids['late_return']}"
    assert (await read(term.council, path))["timeliness"] == "overdue"
    await written(term.farm, path, {"answers": {"drivers": "The manager and two trained staff"}}, "/contents")
    assert (await done(term.farm, path, "submission", {"submitted_by": "The manager"}))["late"] is True
    assert {"qa-return.due", "qa-return.overdue"} <= set(await term.news(term.farm))


async def the_school_sees_teaching_and_an_exam_is_entered_and_passed(term: Term) -> None:
    placement = {"placement_id": term.ids["ada_placement"]}
    seen = placement | {
        "observed_on": "2026-11-25",
        "observed_by": ["R. Lead, AP lead"],
        "activity": "Workshop, five pupils",
        "seen": "Pupils worked in pairs; two needed each step shown twice.",
    }
    path = f"/v1/teaching-observations/{(await created(term.school, '/v1/teaching-observations', seen))['id']}"
    await term.hidden(path, term.farm, term.council)
    await done(term.school, path, "sharing")
    assert (await written(term.farm, path, {"text": "Agreed"}, "/provider-comment"))["provider_comment"] == "Agreed"
    await term.hidden(path, term.next_school, term.their_school)
    gcse = placement | {
        "kind": "qualification",
        "title": "GCSE Mathematics",
        "awarding_body": "AQA",
        "entered_on": "2026-11-25",
        "recorded_by": "P. Shah, exams officer",
    }
    path = f"/v1/qualifications/{(await created(term.farm, '/v1/qualifications', gcse))['id']}"
    passed = {"achieved_on": "2026-11-25", "grade": "4", "recorded_by": "P. Shah, exams officer"}
    await done(term.farm, path, "achievement", passed)
    assert [each["state"] for each in await listed(term.school, f"{path}/statements")] == ["entered", "achieved"]
    await term.hidden(path, term.next_school)
    assert {"teaching-observation.shared", "qualification.achieved"} <= set(await term.news(term.council))


async def the_farm_attaches_its_policy(term: Term) -> None:
    path = await attached(term.farm, "provider_policy", str(term.farm.id), pdf(b"<< /Policy 2026 >>"))
    content = await term.council.get(f"{path}/content")
    assert content.content == pdf(b"<< /Policy 2026 >>")
    assert content.headers["Content-Disposition"].startswith("attachment")
    assert "attachment.stored" in await term.news(term.council)
