"""What a report says beside its answers: targets carried from term to term, the pupil's voice, readiness to return."""

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from tests.ledger import Ledger
from tests.test_progress_reports import ANSWERS, MORNINGS, PATH, begun, draft, form
from tests.world import Party, World

READING: dict[str, Any] = MORNINGS | {"text": "Read for ten minutes", "progress": "some_progress"}


async def write(party: Party, path: str, **members: Any) -> Any:
    etag = (await party.get(path)).headers["ETag"]
    return await party.http.put(f"{path}/answers", json={"answers": ANSWERS, **members}, headers={"If-Match": etag})


async def submit(world: World, path: str) -> Any:
    return await world.provider.act(path, "submission")


async def targets(party: Party, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await party.get(path)).json()["targets"]
    return found


@pytest.mark.parametrize(
    ("left_out", "pointers"),
    [
        pytest.param({"pupil_voice": None}, ["/pupil_voice"], id="the pupil was not heard"),
        pytest.param({"pupil_voice": {}}, ["/pupil_voice"], id="nor anything said of why"),
        pytest.param({"readiness_to_return": None}, ["/readiness_to_return"], id="no readiness"),
        pytest.param({"targets": []}, ["/targets"], id="no target"),
        pytest.param(
            {"targets": [{"text": "Read"}]},
            ["/targets/0/success_criterion", "/targets/0/progress"],
            id="a target of which nothing is said",
        ),
        pytest.param({"targets": [MORNINGS | {"review_on": None}]}, ["/targets/0/review_on"], id="no day of review"),
        pytest.param(
            {"targets": [MORNINGS | {"progress": "no_longer_set"}]}, ["/targets/0/comment"], id="dropped without a word"
        ),
        pytest.param({"targets": [MORNINGS | {"progress": "achieved", "review_on": None}]}, [], id="an achieved one"),
        pytest.param({"pupil_voice": {"why_not": "In hospital"}}, [], id="why the pupil could not be heard"),
    ],
)
async def test_a_report_says_more_than_its_answers(world: World, left_out: dict[str, Any], pointers: list[str]) -> None:
    path = await begun(world, **left_out)
    answer = await submit(world, path)
    assert answer.status_code == (422 if pointers else 200), answer.text
    assert [e["pointer"] for e in answer.json().get("errors", [])] == pointers


async def test_what_is_left_out_of_a_change_stays_as_it_was(world: World) -> None:
    path = await begun(world)
    written = (await write(world.provider, path, readiness_to_return="not_yet", readiness_reason="Too early")).json()
    assert (written["readiness_to_return"], written["readiness_reason"]) == ("not_yet", "Too early")
    assert (written["pupil_voice"], len(written["targets"])) == (
        {"said": "I like the workshop best.", "why_not": None},
        1,
    )
    cleared = (await write(world.provider, path, pupil_voice=None, readiness_reason=None)).json()
    assert (cleared["pupil_voice"], cleared["readiness_reason"], cleared["readiness_to_return"]) == (
        None,
        None,
        "not_yet",
    )


@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        pytest.param({"pupil_voice": {"said": "Fine", "why_not": "Ill"}}, "/pupil_voice", id="both of two"),
        pytest.param({"readiness_to_return": "soon"}, "/readiness_to_return", id="a word of its own"),
        pytest.param({"targets": [{"text": ""}]}, "/targets/0/text", id="an empty target"),
        pytest.param({"targets": [MORNINGS | {"progress": 3}]}, "/targets/0/progress", id="a figure for progress"),
        pytest.param(
            {"targets": [MORNINGS | {"target_id": "3f0c8e0a-8d0e-4a65-9a57-0a1a3c1f2b77"}]},
            "/targets/0/target_id",
            id="a target of nobody",
        ),
        pytest.param({"targets": [MORNINGS] * 21}, "/targets", id="too many"),
        pytest.param({"targets": None}, "/targets", id="no list"),
    ],
)
async def test_what_is_not_as_it_should_be_changes_nothing(world: World, members: dict[str, Any], pointer: str) -> None:
    path = await begun(world)
    before = (await world.provider.get(path)).json()
    refused = await write(world.provider, path, **members)
    assert refused.status_code == 422, refused.text
    assert pointer in [e["pointer"] for e in refused.json()["errors"]]
    assert (await world.provider.get(path)).json() == before


async def test_open_targets_are_carried_into_the_next_terms_draft(world: World) -> None:
    placement, of = await world.placement(), await form(world.council)
    done = MORNINGS | {"text": "Bring a lunch", "progress": "achieved", "review_on": None}
    autumn = await begun(world, placement_id=placement, form_id=of, targets=[MORNINGS, READING, done])
    assert (await submit(world, autumn)).status_code == 200
    body = await draft(world, placement_id=placement, form_id=of, term="spring")
    del body["targets"]
    spring = (await world.provider.post(PATH, body)).headers["Location"]
    carried = await targets(world.provider, spring)
    assert [(t["text"], t["progress"], t["carried_forward"]) for t in carried] == [
        ("Attend every morning", None, True),
        ("Read for ten minutes", None, True),
    ]
    assert [t["target_id"] for t in carried] == [t["target_id"] for t in await targets(world.provider, autumn)][:2]
    named = {"target_id": carried[0]["target_id"], **MORNINGS, "text": "Attend every day", "progress": "achieved"}
    await write(world.provider, spring, targets=[named, READING | {"text": "Swim"}])
    now = await targets(world.provider, spring)
    assert [(t["text"], t["carried_forward"]) for t in now] == [
        ("Attend every day", True),
        ("Swim", False),
        ("Read for ten minutes", True),
    ]
    assert [e["pointer"] for e in (await submit(world, spring)).json()["errors"]] == ["/targets/2/progress"]
    kept = [{k: t[k] for k in ("target_id", *MORNINGS)} | {"progress": "on_track"} for t in now[2:]]
    await write(world.provider, spring, targets=[named, READING | {"text": "Swim"}, *kept])
    assert (await submit(world, spring)).status_code == 200
    history = (await world.school.get(f"/v1/placements/{placement}/targets")).json()["targets"]
    assert [(t["text"], t["open"], [s["progress"] for s in t["history"]]) for t in history] == [
        ("Attend every day", False, ["on_track", "achieved"]),
        ("Read for ten minutes", True, ["some_progress", "on_track"]),
        ("Bring a lunch", False, ["achieved"]),
        ("Swim", True, ["some_progress"]),
    ]
    assert [s["text"] for s in history[0]["history"]] == ["Attend every morning", "Attend every day"]
    assert (await world.other_school.get(f"/v1/placements/{placement}/targets")).status_code == 404


async def test_a_placement_that_continues_another_takes_its_targets_along(world: World) -> None:
    calendar = await world.calendar()
    pupil = await world.pupil()
    first = await world.placement(calendar_id=calendar, pupil_id=pupil, planned_end_on="2026-12-18")
    autumn = await begun(world, placement_id=first)
    following = await world.placement(calendar_id=calendar, pupil_id=pupil, starts_on="2027-01-04", continues_id=first)
    body = await draft(world, placement_id=following, form_id=(await world.provider.get(autumn)).json()["form_id"])
    del body["targets"]
    spring = (await world.provider.post(PATH, body | {"term": "spring"})).headers["Location"]
    assert [t["text"] for t in await targets(world.provider, spring)] == ["Attend every morning"]


async def test_others_read_what_was_submitted_until_it_is_submitted_again(world: World) -> None:
    path = await begun(world)
    await submit(world, path)
    await world.council.act(path, "return", {"reason": "Say more"})
    await write(
        world.provider, path, targets=[READING], readiness_to_return="ready_now", pupil_voice={"said": "Half a"}
    )
    for party in (world.school, world.council):
        shown = (await party.get(path)).json()
        assert [t["text"] for t in shown["targets"]] == ["Attend every morning"]
        assert (shown["readiness_to_return"], shown["pupil_voice"]["said"]) == (
            "working_towards",
            "I like the workshop best.",
        )
    assert [t["text"] for t in await targets(world.provider, path)] == ["Read for ten minutes"]
    await submit(world, path)
    shown = (await world.school.get(path)).json()
    assert ([t["text"] for t in shown["targets"]], shown["readiness_to_return"]) == (
        ["Read for ten minutes"],
        "ready_now",
    )


async def test_row_security_shows_others_what_was_submitted_and_lets_nobody_write_that(
    world: World, app: FastAPI
) -> None:
    path = await begun(world)
    await submit(world, path)
    report = {"id": path.rpartition("/")[2]}
    held = "select count(*) from report_targets where report_id = cast(:id as uuid)"
    removed = "delete from report_targets where report_id = cast(:id as uuid)"
    for party, seen in ((world.provider, 2), (world.school, 1), (world.other_school, 0)):
        async with app.state.sessions() as session:
            await session.execute(text("select set_config('app.organisation', :id, true)"), {"id": str(party.id)})
            assert (await session.execute(text(held), report)).scalar_one() == seen
            assert (await session.execute(text(removed), report)).rowcount == 0


async def test_two_who_write_at_once_leave_the_targets_of_one(world: World) -> None:
    path = await begun(world)
    answers = await asyncio.gather(
        *(write(world.provider, path, targets=[MORNINGS, READING | {"text": f"Read {n}"}]) for n in range(2))
    )
    assert sorted(a.status_code for a in answers) == [200, 412]
    assert len(await targets(world.provider, path)) == 2


async def test_an_edition_from_before_there_was_more_asks_for_answers_alone(world: World, ledger: Ledger) -> None:
    of = await form(world.council)
    await ledger.sql("update report_forms set asks_for = '{}' where id = cast(:id as uuid)", id=of)
    path = await begun(world, form_id=of, pupil_voice=None, readiness_to_return=None, targets=[])
    assert (await submit(world, path)).status_code == 200
