"""What is to be done: a plan of the visit, a concern that a school raises, and what the farm says of itself."""

from typing import Any

from tests.a_term.story import Term, only
from tests.a_year.story import created, done, listed, read, refused
from tests.toolkit_assessing import PATH as ASSESSMENTS
from tests.toolkit_assessing import TO_SAY, completed

TO_DO = [
    {"text": "Write the risk assessment of the workshop", "owner": "The manager", "due_on": "2026-12-02"},
    {"text": "Name a second lead", "owner": "The manager", "due_on": "2026-12-04", "about": "safeguarding"},
]


async def what_is_due(term: Term) -> set[tuple[str, str, str]]:
    """The council's one call: kind, what to do and who is to do it, of the farm alone."""
    found = await listed(term.council, "/v1/quality-due", provider_id=str(term.farm.id))
    assert [each["due_on"] for each in found] == sorted(each["due_on"] for each in found)
    return {(each["kind"], each["to_do"], each["waits_for"]) for each in found}


async def _overdue(term: Term) -> set[str]:
    return {each["resource"] for each in await listed(term.council, "/v1/quality-due")}


async def a_plan_follows_the_visit(term: Term) -> None:
    body = {
        "provider_id": str(term.farm.id),
        "title": "After the joint visit",
        "source": {"kind": "qa_visit", "id": term.ids["visit"]},
        "review_on": "2026-12-11",
        "actions": TO_DO,
    }
    term.ids["plan"] = (await created(term.council, "/v1/action-plans", body))["id"]
    path = f"/v1/action-plans/{term.ids['plan']}"
    again = await refused("plan_already_open", term.council.post("/v1/action-plans", body))
    assert again["open_plan"] == term.ids["plan"]
    first, second = await listed(term.farm, "/v1/actions", plan_id=term.ids["plan"])
    term.ids |= {"first": first["id"], "second": second["id"]}
    said = {"note": "Written and read by all", "evidence": ["The assessment of 1 December"]}
    await done(term.farm, f"/v1/actions/{first['id']}", "completion", said)
    await done(term.council, f"/v1/actions/{first['id']}", "closure")
    steps = await listed(term.council, f"/v1/actions/{first['id']}/steps")
    assert [each["what"] for each in steps] == ["set", "completed", "closed"]
    assert (await read(term.next_school, path))["state"] == "open"  # the visit is published to it
    await term.hidden(path, term.other_council, term.their_school)
    assert {"action-plan.opened", "action.set", "action.closed"} <= set(await term.news(term.farm))


async def the_plan_is_reviewed_and_closed(term: Term) -> None:
    path, second = f"/v1/action-plans/{term.ids['plan']}", f"/v1/actions/{term.ids['second']}"
    assert second in await _overdue(term)
    await refused("actions_not_closed", term.council.act(path, "closure", {}))
    await done(term.council, second, "confirmation", {"how_known": "Met her on 18 December"})
    held = {"held_on": "2026-12-18", "led_by": "A. Officer", "note": "All is done"}
    await done(term.council, path, "reviews", held)
    assert (await done(term.council, path, "closure", {"note": "In place"}))["state"] == "closed"
    assert second not in await _overdue(term)
    assert {"action.due", "action.overdue", "action-plan.closed"} <= set(await term.news(term.farm))


async def a_school_raises_a_concern_about_the_visit(term: Term) -> None:
    body = {
        "provider_id": str(term.farm.id),
        "visit_id": term.ids["visit"],
        "text": "The workshop was in use before it was assessed",
    }
    raised = await created(term.next_school, "/v1/concerns", body)
    path = f"/v1/concerns/{raised['id']}"
    term.ids["concern"] = raised["id"]
    await term.hidden(path, term.farm, term.school, term.their_school, term.other_council)
    await done(term.council, path, "sharing", {"answer_by": "2026-12-03"})
    shown = await read(term.farm, path)
    assert (shown["state"], shown["raised_by_id"]) == ("shared", None)
    assert "concern.raised" in await term.news(term.next_school)


async def the_concern_is_answered_late_and_acted_on(term: Term) -> None:
    path = f"/v1/concerns/{term.ids['concern']}"
    assert ("concern", "answer_concern", "provider") in await what_is_due(term)
    etag = (await term.farm.get(path)).headers["ETag"]
    answer = await term.farm.http.put(f"{path}/answer", json={"text": "Closed since"}, headers={"If-Match": etag})
    assert answer.status_code == 200, answer.text
    to_do = {"text": "Keep the workshop's log", "owner": "The manager", "due_on": "2027-01-15"}
    acted = await done(term.council, path, "action-plan", {"title": "The workshop", "actions": [to_do]})
    assert (await read(term.farm, f"/v1/action-plans/{acted['action_plan_id']}"))["source"]["kind"] == "concern"
    shown = await read(term.next_school, path)
    assert (shown["state"], shown["answer"]) == ("acted_on", "Closed since")
    await term.hidden(path, term.school, term.their_school)
    assert "concern.answered" in await term.news(term.next_school)


async def farm_and_council_assess_by_the_toolkit(term: Term) -> None:
    path = f"{ASSESSMENTS}/{(await created(term.farm, ASSESSMENTS, _of(term, 'self_evaluation')))['id']}"
    await term.hidden(path, term.council, term.school)
    missing = await refused("areas_still_to_address", term.farm.act(path, "completion"))
    assert len(missing["still_to_address"]) == 13
    etag = (await term.farm.get(path)).headers["ETag"]
    planned = {"text": "Write a first week for each pupil", "owner": "The manager", "due_on": "2027-02-01"}
    for slug in TO_SAY:
        said = {"strengths": ["Staff know every pupil"], "planned_actions": [planned] if slug == TO_SAY[0] else []}
        answer = await term.farm.http.put(f"{path}/areas/{slug}", json=said, headers={"If-Match": etag})
        assert answer.status_code == 200, answer.text
        etag = answer.headers["ETag"]
    await done(term.farm, path, "completion")
    own = await only(term.farm, "/v1/action-plans", source="toolkit_assessment", source_id=path.rsplit("/", 1)[1])
    [action] = await listed(term.farm, "/v1/actions", plan_id=own["id"])
    assert (action["text"], action["owner"]) == (planned["text"], planned["owner"])
    theirs = await completed(term.council, term.farm, "council_quality_assurance")
    beside: dict[str, Any] = await read(
        term.council, "/v1/toolkit-assessments-side-by-side", provider_id=str(term.farm.id)
    )
    ids = [each["id"] for each in beside["assessments"]]
    assert {path.rsplit("/", 1)[1], theirs.rsplit("/", 1)[1]} == set(ids[-2:])
    assert len(beside["areas"]) == 13
    assert all(len(area["said"]) == len(ids) for area in beside["areas"])
    await term.hidden(path, term.next_school, term.their_school)
    assert "toolkit-assessment.completed" in await term.news(term.council)


def _of(term: Term, use: str) -> dict[str, Any]:
    return {"provider_id": str(term.farm.id), "use": use, "assessors": "The manager and a trustee"}
