"""Attendance under contention, and at a commit that fails: nothing doubled, nothing answered that is not stored."""

import asyncio
from uuid import uuid4

import pytest

from app.db.embedded_database import Addresses
from app.services import attendance_recording
from app.services.attendance_recording import Outcome
from tests.attendance_days import mark, marks_seen, owner, submit, told
from tests.world import World

_FAIL_AT_COMMIT = """
create function fail_at_commit() returns trigger language plpgsql as $$ begin raise exception 'not today'; end $$;
create constraint trigger fails after insert on attendance_submissions deferrable initially deferred
    for each row when (new.provider_id = '{provider}') execute function fail_at_commit();
"""


async def test_the_same_marks_at_once_are_stored_once(world: World, database: Addresses) -> None:
    placement = await world.placement()
    rows = [mark(placement), mark(placement, session="pm", fact="absent")]
    answers = await asyncio.gather(*(submit(world.provider, *rows) for _ in range(6)))
    assert [answer.status_code for answer in answers] == [200] * 6
    assert sorted(answer.json()["recorded_count"] for answer in answers) == [0, 0, 0, 0, 0, 2]
    assert len(await marks_seen(world.school, superseded=True)) == 2
    assert len(told(database, world.school)) == 1


async def test_a_mark_committed_while_another_waits_is_seen_by_it(world: World, database: Addresses) -> None:
    placement = await world.placement()
    with owner(database) as holder, holder.transaction():
        holder.execute("select from expected_sessions where placement_id = %s for update", [placement])
        posts = [asyncio.create_task(submit(world.provider, mark(placement))) for _ in range(2)]
        await asyncio.sleep(0.5)
    answers = [await post for post in posts]
    assert sorted(answer.json()["recorded_count"] for answer in answers) == [0, 1]
    assert sorted(answer.json()["unchanged_count"] for answer in answers) == [0, 1]
    assert len(await marks_seen(world.school, superseded=True)) == 1


async def test_different_marks_at_once_leave_one_chain_with_one_end(world: World) -> None:
    placements = [await world.placement() for _ in range(3)]
    facts = ["present", "late", "absent"] * 3
    batches = [[mark(each, fact=fact) for each in placements] for fact in facts]
    batches[1::2] = [batch[::-1] for batch in batches[1::2]]
    answers = await asyncio.gather(*(submit(world.provider, *batch) for batch in batches))
    assert [answer.status_code for answer in answers] == [200] * len(facts)
    for placement in placements:
        history = await marks_seen(world.school, placement_id=placement, superseded=True)
        superseded = {each["supersedes_id"] for each in history}
        assert len(superseded) == len(history)
        [current] = [each for each in history if each["current"]]
        assert superseded == {each["id"] for each in history if each is not current} | {None}


async def test_a_commit_that_fails_is_never_answered_as_success(world: World, database: Addresses) -> None:
    placement = await world.placement()
    with owner(database) as connection:
        connection.execute(_FAIL_AT_COMMIT.format(provider=world.provider.id))
        try:
            failed = await submit(world.provider, mark(placement), key="doomed")
        finally:
            connection.execute("drop trigger fails on attendance_submissions; drop function fail_at_commit")
    assert failed.status_code == 500, failed.text
    assert await marks_seen(world.school, superseded=True) == []
    assert told(database, world.school) == []
    again = await submit(world.provider, mark(placement), key="doomed")
    assert "Idempotent-Replayed" not in again.headers
    assert again.json()["recorded_count"] == 1


async def test_a_session_held_too_long_by_another_is_told_as_unavailable(world: World, database: Addresses) -> None:
    placement = await world.placement()
    with owner(database) as holder, holder.transaction():
        holder.execute("select from expected_sessions where placement_id = %s for update", [placement])
        answer = await submit(world.provider, mark(placement))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert await marks_seen(world.school) == []


async def test_a_race_that_a_second_look_does_not_settle_is_to_be_tried_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def still_raced(*_: object) -> list[Outcome]:
        return [Outcome(0, "raced", "/", "rule", uuid4(), on_time=True, starts_at=None, ends_at=None)]

    placement = await world.placement()
    monkeypatch.setattr(attendance_recording, "_run", still_raced)
    answer = await submit(world.provider, mark(placement))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
