"""The toolkit's original questions: imported by a council, shown to whom it oversees, kept by what is written with them."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.db.embedded_database import Addresses
from app.db.engine import make_engine, make_sessions
from app.settings import Settings
from tests.ledger import Ledger
from tests.overseen import award, become, rows_seen
from tests.test_qa_visits import NOWHERE
from tests.toolkit_assessing import about, begin
from tests.world import Party, World

SETS = "/v1/toolkit-question-sets"
QUESTIONS = {
    "title": "Original questions",
    "permission": "Used with the authors' permission",
    "areas": [
        {"area": "pupil-induction", "questions": ["How does a first week begin?", "Who greets a pupil?"]},
        {"area": "needs-literacy", "questions": ["Who reads with a pupil?"]},
    ],
}


@pytest.fixture
async def overseen(world: World, database: Addresses, settings: Settings) -> World:
    """A world whose provider stands on the framework of `council`, not on that of `other_council`."""
    await award(database, settings, world.council.id, world.provider.id)
    return world


async def imported(council: Party, **changes: Any) -> str:
    made = await council.post(SETS, QUESTIONS | changes)
    assert made.status_code == 201, made.text
    return str(made.headers["Location"])


async def test_a_council_imports_questions_for_itself_and_the_providers_it_oversees(
    overseen: World, settings: Settings, ledger: Ledger
) -> None:
    path = await imported(overseen.council)
    shown = (await overseen.council.get(path)).json()
    assert (shown["areas"], shown["edition"], shown["state"]) == (QUESTIONS["areas"], "1", "current")
    assert (await overseen.provider.get(path)).json() == shown
    [listed] = (await overseen.provider.get(SETS, council_id=str(overseen.council.id))).json()["items"]
    assert listed["id"] == shown["id"]
    assert "areas" not in listed
    for stranger in (overseen.other_council, overseen.other_provider):
        assert (await stranger.get(path)).status_code == 404
        assert (await stranger.get(SETS)).json()["items"] == []
        seen = await rows_seen(settings, overseen, stranger.id, None, ["toolkit_question_sets"])
        assert seen == {"toolkit_question_sets": 0}
    assert (await overseen.school.get(path)).status_code == 403
    assert await ledger.told("toolkit-question-set.imported", path) == {
        overseen.council.id,
        overseen.provider.id,
    }


async def test_a_new_edition_supersedes_and_what_was_written_with_the_old_one_keeps_it(overseen: World) -> None:
    first = await imported(overseen.council)
    first_id = first.rsplit("/", 1)[1]
    path = await begin(overseen.provider, overseen.provider, "self_evaluation", question_set_id=first_id)
    second = await imported(overseen.council)
    assert (await overseen.council.get(first)).json()["state"] == "superseded"
    assert (await overseen.council.get(second)).json()["edition"] == "2"
    listed = (await overseen.council.get(SETS)).json()["items"]
    assert {each["id"]: each["state"] for each in listed} == {first_id: "superseded", second[-36:]: "current"}
    assert (await overseen.provider.get(path)).json()["question_set_id"] == first_id
    assert (await overseen.provider.get(first)).json()["areas"] == QUESTIONS["areas"]
    late = await overseen.provider.post(
        "/v1/toolkit-assessments", about(overseen.provider, "self_evaluation", question_set_id=first_id)
    )
    assert (late.status_code, late.json()["rule"]) == (409, "question_set_not_current")


async def test_a_set_that_is_withdrawn_is_used_no_more(overseen: World, ledger: Ledger) -> None:
    path = await imported(overseen.council)
    assert (await overseen.provider.act(path, "withdrawal")).status_code == 403
    gone = await overseen.council.act(path, "withdrawal")
    assert gone.json()["state"] == "withdrawn"
    again = await overseen.council.act(path, "withdrawal")
    assert (again.status_code, again.json()["rule"]) == (409, "wrong_state")
    assert await ledger.told("toolkit-question-set.withdrawn", path) == {
        overseen.council.id,
        overseen.provider.id,
    }


async def test_an_assessment_is_written_with_questions_that_its_assessor_sees(overseen: World) -> None:
    path = await imported(overseen.other_council)
    for unknown in (path.rsplit("/", 1)[1], NOWHERE):
        answer = await overseen.provider.post(
            "/v1/toolkit-assessments", about(overseen.provider, "self_evaluation", question_set_id=unknown)
        )
        assert answer.status_code == 422
        assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [
            ("/question_set_id", "question_set_not_found")
        ]


async def test_every_fault_of_a_document_is_named_and_nothing_is_kept(overseen: World) -> None:
    one = {"questions": ["Why?"]}
    areas = [{"area": "pupil-induction", **one}, {"area": "happiness", **one}, {"area": "pupil-induction", **one}]
    answer = await overseen.council.post(SETS, QUESTIONS | {"areas": areas})
    assert answer.status_code == 422
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [
        ("/areas/1/area", "unknown_area"),
        ("/areas/2/area", "area_repeated"),
    ]
    faulty: list[dict[str, object]] = [
        {"areas": []},
        {"areas": [{"area": "qualifications", "questions": []}]},
        {"weights": {}},
    ]
    for broken in faulty:
        assert (await overseen.council.post(SETS, QUESTIONS | broken)).status_code == 422
    assert (await overseen.provider.post(SETS, QUESTIONS)).status_code == 403
    assert (await overseen.council.get(SETS)).json()["items"] == []


async def test_two_imports_at_once_leave_one_current_set(overseen: World) -> None:
    await asyncio.gather(*(imported(overseen.council) for _ in range(3)))
    sets = (await overseen.council.get(SETS)).json()["items"]
    assert sorted(each["edition"] for each in sets) == ["1", "2", "3"]
    assert [each["edition"] for each in sets if each["state"] == "current"] == ["3"]


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("update toolkit_question_sets set areas = '[]'", id="questions change"),
        pytest.param("update toolkit_question_sets set state = 'current'", id="a superseded set comes back"),
        pytest.param("delete from toolkit_question_sets", id="a set goes"),
    ],
)
async def test_the_database_keeps_a_set_as_it_was(overseen: World, settings: Settings, statement: str) -> None:
    await imported(overseen.council)
    await imported(overseen.council)
    engine = make_engine(settings.database_url or "", settings)
    async with make_sessions(engine)() as session:
        await become(session, overseen, overseen.council.id, None)
        with pytest.raises(DBAPIError, match=r"never back|permission denied"):
            await session.execute(text(statement))
    await engine.dispose()
