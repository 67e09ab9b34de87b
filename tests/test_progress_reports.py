"""One report for each placement and term: drafted, submitted, returned, accepted."""

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from tests.rules.test_report_forms import DEFAULT, FORM
from tests.world import Party, World

PATH = "/v1/progress-reports"
NOWHERE = "3f0c8e0a-8d0e-4a65-9a57-0a1a3c1f2b77"
ANSWERS = {
    "attendance_comment": "Came on 38 of 40 mornings.",
    "targets": [{"target": "Attend every morning", "progress": "on_track"}],
    "pupil_voice": "I like the workshop best.",
    "readiness_to_return": "working_towards",
}
MORNINGS: dict[str, Any] = {
    "text": "Attend every morning",
    "success_criterion": "19 of 20 mornings in the register",
    "review_on": "2027-01-15",
    "progress": "on_track",
}
SAID: dict[str, Any] = {
    "pupil_voice": {"said": "I like the workshop best."},
    "readiness_to_return": "working_towards",
    "targets": [MORNINGS],
}
"""What every report says beside its answers."""


async def form(council: Party, document: dict[str, Any] | None = None) -> str:
    published = await council.post("/v1/report-forms", {"name": "Termly", "form": document or DEFAULT})
    assert published.status_code == 201, published.text
    return str(published.json()["id"])


async def draft(world: World, **changes: Any) -> dict[str, Any]:
    """A body of a draft for the autumn term."""
    body = {"school_year": "2026-27", "term": "autumn", "answers": ANSWERS, **SAID, **changes}
    if "placement_id" not in body:
        body["placement_id"] = await world.placement()
    if "form_id" not in body:
        body["form_id"] = await form(world.council)
    return body


async def begun(world: World, **changes: Any) -> str:
    answer = await world.provider.post(PATH, await draft(world, **changes))
    assert answer.status_code == 201, answer.text
    return answer.headers["Location"]


async def feed(party: Party) -> list[str]:
    items = (await party.get("/v1/events")).json()["items"]
    return [e["type"] for e in items if e["type"].startswith("progress-report.")]


async def test_a_report_is_drafted_submitted_returned_and_accepted(world: World) -> None:
    path = await begun(world, answers={})
    assert (await world.provider.get(path)).json()["due_on"] == "2026-12-18"
    written = await write(world, path, ANSWERS)
    assert (written["state"], written["answers"]) == ("draft", ANSWERS)
    submitted = await world.provider.act(path, "submission")
    assert submitted.status_code == 200, submitted.text
    for party in (world.school, world.council):
        assert (await party.get(path)).json()["answers"] == ANSWERS
    returned = await world.council.act(path, "return", {"reason": "Say more"})
    assert (returned.json()["state"], returned.json()["returned_because"]) == ("returned", "Say more")
    await write(world, path, ANSWERS | {"pupil_voice": "half a sen"})
    assert (await world.school.get(path)).json()["answers"] == ANSWERS
    await world.provider.act(path, "submission")
    accepted = await world.school.act(path, "acceptance")
    assert (accepted.json()["state"], accepted.json()["answers"]["pupil_voice"]) == ("accepted", "half a sen")
    again = await world.council.act(path, "acceptance")
    assert (again.status_code, again.json()["rule"]) == (409, "wrong_state")
    for party in (world.school, world.council, world.provider):
        assert [e.split(".")[1] for e in await feed(party)] == ["submitted", "returned", "submitted", "accepted"]


async def write(world: World, path: str, answers: dict[str, Any], party: Party | None = None) -> dict[str, Any]:
    answer = await put(party or world.provider, path, answers)
    assert answer[0] == 200, answer
    return answer[1]


async def put(party: Party, path: str, answers: object) -> tuple[int, dict[str, Any]]:
    etag = (await party.get(path)).headers.get("ETag", '"1-0000000000000000"')
    answer = await party.http.put(f"{path}/answers", json={"answers": answers}, headers={"If-Match": etag})
    return answer.status_code, answer.json()


async def test_a_draft_is_its_providers_own(world: World) -> None:
    path = await begun(world)
    for party in (world.school, world.council, world.other_provider, world.other_council):
        assert (await party.get(path)).status_code == 404
        assert (await party.get(PATH)).json()["items"] == []
        assert await feed(party) == []
    assert (await world.school.act(path, "acceptance")).status_code == 404
    assert [r["state"] for r in (await world.provider.get(PATH)).json()["items"]] == ["draft"]


async def test_row_security_hides_drafts_too(world: World, app: FastAPI) -> None:
    report_id = (await begun(world)).rpartition("/")[2]
    for party, seen in ((world.provider, 1), (world.school, 0), (world.council, 0)):
        async with app.state.sessions() as session:
            await session.execute(text("select set_config('app.organisation', :id, true)"), {"id": str(party.id)})
            found = await session.execute(
                text("select count(*) from progress_reports where id = cast(:id as uuid)"), {"id": report_id}
            )
            assert found.scalar_one() == seen


async def test_a_report_that_does_not_fill_in_its_form_is_refused_and_every_fault_named(world: World) -> None:
    path = await begun(world, answers={"targets": [{"target": "Read", "progress": "great"}], "readiness_to_return": 5})
    refused = await world.provider.act(path, "submission")
    assert refused.status_code == 422, refused.text
    assert {(e["pointer"], e["code"]) for e in refused.json()["errors"]} >= {
        ("/answers/attendance_comment", "required"),
        ("/answers/pupil_voice", "required"),
        ("/answers/targets/0/progress", "not_a_choice"),
        ("/answers/readiness_to_return", "wrong_type"),
    }
    assert "great" not in refused.text
    assert (await world.provider.get(path)).json()["state"] == "draft"
    assert await feed(world.school) == []


async def test_there_is_one_report_for_each_placement_and_term(world: World) -> None:
    body = await draft(world)
    assert (await world.provider.post(PATH, body)).status_code == 201
    again = await world.provider.post(PATH, body)
    assert (again.status_code, again.json()["type"]) == (409, "/problems/duplicate")
    assert (await world.provider.post(PATH, body | {"term": "spring"})).status_code == 201


async def test_of_two_that_are_begun_at_once_one_is_kept(world: World) -> None:
    body = await draft(world)
    answers = await asyncio.gather(*(world.provider.post(PATH, body) for _ in range(2)))
    assert sorted(a.status_code for a in answers) == [201, 409]
    assert len((await world.provider.get(PATH)).json()["items"]) == 1


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        pytest.param({"placement_id": NOWHERE}, 422, "/placement_id", id="an unknown placement"),
        pytest.param({"form_id": NOWHERE}, 422, "/form_id", id="an unknown form"),
        pytest.param({"term": "summer"}, 409, "term_not_in_placement", id="a term with no day in the placement"),
        pytest.param({"school_year": "2025-26"}, 409, "term_not_in_placement", id="another year"),
        pytest.param({"school_year": "2026"}, 422, "/school_year", id="no school year"),
        pytest.param({"term": "winter"}, 422, "/term", id="no term"),
        pytest.param({"answers": []}, 422, "/answers", id="answers that are a list"),
        pytest.param({"answers": {"a": [0] * 201}}, 422, "/answers/a", id="too long a list"),
        pytest.param({"surprise": 1}, 422, "/surprise", id="an unknown member"),
    ],
)
async def test_a_faulty_draft_is_refused_and_nothing_stored(
    world: World, change: dict[str, Any], status: int, said: str
) -> None:
    answer = await world.provider.post(PATH, await draft(world) | change)
    assert answer.status_code == status, answer.text
    pointers = [e["pointer"] for e in answer.json().get("errors", [])]
    assert said in [*pointers, answer.json().get("rule")]
    assert (await world.provider.get(PATH)).json()["items"] == []


async def test_a_report_is_on_the_form_of_its_placements_council(world: World) -> None:
    body = await draft(world, form_id=await form(world.other_council, FORM))
    answer = await world.provider.post(PATH, body)
    assert (answer.status_code, answer.json()["rule"]) == (409, "form_of_another_council")


async def test_a_placement_that_was_not_accepted_has_no_reports(world: World) -> None:
    proposed = await world.council.post("/v1/placements", await world.proposal())
    answer = await world.provider.post(PATH, await draft(world, placement_id=proposed.json()["id"]))
    assert answer.status_code == 409


async def test_only_the_provider_writes_and_only_the_others_judge(world: World) -> None:
    body = await draft(world)
    for party in (world.council, world.school):
        assert (await party.post(PATH, body)).status_code == 403
    stranger = await world.other_provider.post(PATH, body)
    assert (stranger.status_code, stranger.json()["errors"][0]["pointer"]) == (422, "/placement_id")
    path = (await world.provider.post(PATH, body)).headers["Location"]
    await world.provider.act(path, "submission")
    own = await world.provider.act(path, "acceptance")
    assert (own.status_code, own.json()["rule"]) == (409, "wrong_party")
    assert (await put(world.other_provider, path, {}))[0] == 404
    assert (await put(world.school, path, {}))[0] == 403
    late = await put(world.provider, path, {})
    assert (late[0], late[1]["rule"]) == (409, "report_not_editable")
    assert (await world.other_council.act(path, "acceptance")).status_code == 404


async def test_two_who_judge_at_once_meet_one_after_the_other(world: World) -> None:
    path = await begun(world)
    await world.provider.act(path, "submission")
    etag = (await world.school.get(path)).headers["ETag"]
    await world.council.act(path, "return", {"reason": "Say more"})
    headers = {"If-Match": etag, "Idempotency-Key": "late"}
    late = await world.school.http.post(f"{path}/acceptance", headers=headers)
    assert late.status_code == 412


async def test_a_form_may_change_without_breaking_reports_in_progress(world: World) -> None:
    path = await begun(world)
    await form(world.council, FORM)
    assert (await world.provider.act(path, "submission")).status_code == 200


async def test_lists_are_filtered_and_what_is_overdue_stands_out(world: World) -> None:
    placement = await world.placement()
    report_form = await form(world.council)
    for term in ("autumn", "spring"):
        await begun(world, placement_id=placement, form_id=report_form, term=term)
    for params, terms in (
        ({"term": "spring"}, ["spring"]),
        ({"state": "submitted"}, []),
        ({"school_year": "2026-27", "placement_id": placement}, ["autumn", "spring"]),
        ({"overdue": "true"}, []),
    ):
        page = (await world.provider.get(PATH, **params)).json()["items"]
        assert sorted(r["term"] for r in page) == terms
    await world.provider.post("/v1/sandbox/clock/advance", {"seconds": 26 * 24 * 3600})
    late = (await world.provider.get(PATH, overdue="true")).json()["items"]
    assert [(r["term"], r["overdue"]) for r in late] == [("autumn", True)]
